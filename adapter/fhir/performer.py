"""Who gave it, as the resource says (attribution.md, "Evidence").

`Composition.custodian`, the sender and receiver of a message, `Patient.managingOrganization` and
`generalPractitioner` are never asked: each of them has been seen to name somebody who did not give the vaccine.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.fhir.context import Found
from adapter.fhir.element import child, children, text
from adapter.fhir.entry import Entry
from adapter.fhir.organisation_ref import Naming, distinct, of_reference, of_role

_MESSAGES = frozenset({"message", "document"})
_ROLE_SYSTEMS = ("0443", "immunization-role")
_NOT_GIVING = frozenset({"EP", "OP"})
"""Entering and ordering provider (HL7 v2 table 0443): they wrote it down or asked for it."""


def r4(entry: Entry) -> tuple[Naming, ...]:
    """R4: the performing Organizations, by identifier or reference. One that only ordered or entered it is none."""
    return distinct(_r4(entry))


def stu3(entry: Entry) -> tuple[Naming, ...]:
    """STU3: the administrator's PractitionerRole → Organization, and in hub messages the Encounter's service provider.

    A role may hold EP and AP together. No role is no administrator: a record transfer drops it, and keeps whoever
    stood there (immunization-stu3.md section 6). In a GP system's collection the Encounter is where it was typed in.
    """
    return distinct((*_administrators(entry), *_service_provider(entry)))


def of_activity(entry: Entry, version: str) -> tuple[Naming, ...]:
    """The performers of a Procedure or Observation. In STU3 a Practitioner stands for the organisation of the role."""
    return distinct(_of_activity(entry, version))


def _r4(entry: Entry) -> Iterator[Naming]:
    for performer in children(entry.root, "performer"):
        if not _codes(child(performer, "function")) or _codes(child(performer, "function")) - _NOT_GIVING:
            yield from _via(performer, of_reference(child(performer, "actor"), None, entry))


def _administrators(entry: Entry) -> Iterator[Naming]:
    for practitioner in children(entry.root, "practitioner"):
        if "AP" in _codes(child(practitioner, "role")):
            yield from _via(practitioner, _through_role(child(practitioner, "actor"), entry))


def _through_role(actor: Found, entry: Entry) -> Iterator[Naming]:
    """Practitioner ← PractitionerRole → Organization; the actor may be the PractitionerRole itself."""
    found = entry.follow(actor)
    if found and text(found.resource, "resourceType") == "PractitionerRole":
        yield from of_role(found, entry)
        return
    for role in entry.context.referring(actor.resource, "PractitionerRole", "practitioner", entry.record):
        yield from of_role(role, entry)


def _service_provider(entry: Entry) -> Iterator[Naming]:
    if not _MESSAGES.intersection(entry.context.bundle_types):
        return
    encounter = _encounter(entry)
    if encounter:
        provider = of_reference(child(encounter, "serviceProvider"), encounter, entry, expected="Organization")
        yield from _via(encounter, provider)


def _encounter(entry: Entry) -> Found | None:
    """The Encounter of a hub message: the record's own, else the Composition's, else the only one there is."""
    named = child(entry.root, "encounter")
    if named.resource:
        return _only_encounter([entry.follow(named)])
    compositions = list(entry.context.of_type("Composition"))
    asked = [entry.follow(child(each, "encounter"), each) for each in compositions if "encounter" in each.resource]
    return _only_encounter(asked or list(entry.context.of_type("Encounter")))


def _only_encounter(candidates: list[Found | None]) -> Found | None:
    distinct_ones = {
        each.pointer: each for each in candidates if each and text(each.resource, "resourceType") == "Encounter"
    }
    return next(iter(distinct_ones.values())) if len(distinct_ones) == 1 else None


def _of_activity(entry: Entry, version: str) -> Iterator[Naming]:
    for performer in children(entry.root, "performer"):
        actor = child(performer, "actor") if entry.record.get("resourceType") == "Procedure" else performer
        yield from _via(performer, of_reference(actor, None, entry))
        yield from _via(performer, of_reference(child(performer, "onBehalfOf"), None, entry, expected="Organization"))
        found = entry.follow(actor)
        if version == "STU3" and found and text(found.resource, "resourceType") == "Practitioner":
            yield from _via(performer, _through_role(actor, entry))


def _via(element: Found, namings: Iterator[Naming]) -> Iterator[Naming]:
    return (naming._replace(via=element.pointer) for naming in namings)


def _codes(concept: Found) -> set[str]:
    """The role codes of HL7 v2 table 0443, which occurs under several systems."""
    return {
        text(each.resource, "code").upper()
        for each in children(concept, "coding")
        if not (system := text(each.resource, "system").lower()) or any(part in system for part in _ROLE_SYSTEMS)
    }
