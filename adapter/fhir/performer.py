"""Who gave it, as the resource says (attribution.md, "Evidence").

`Composition.custodian`, the sender and receiver of a message, `Patient.managingOrganization` and
`generalPractitioner` are never asked: each of them has been seen to name somebody who did not give the vaccine.
"""

from __future__ import annotations

from collections.abc import Iterator

from adapter.fhir.context import Found, Json
from adapter.fhir.element import child, children, object_, objects, text
from adapter.fhir.entry import Entry
from adapter.fhir.organisation_ref import Naming, distinct, of_reference, of_role

_MESSAGES = frozenset({"message", "document"})
_ROLE_SYSTEMS = ("0443", "immunization-role")
_NOT_GIVING = frozenset({"EP", "OP"})
"""Entering and ordering provider (HL7 v2 table 0443): they wrote it down or asked for it."""


def r4(entry: Entry) -> tuple[Naming, ...]:
    """R4: the performing Organizations, by identifier or reference. One that only ordered or entered it is none."""
    return distinct(
        [
            naming
            for performer in children(entry.root, "performer")
            if _gave(performer.resource)
            for naming in of_reference(child(performer, "actor"), None, entry, via=performer.pointer)
        ]
    )


def stu3(entry: Entry) -> tuple[Naming, ...]:
    """STU3: the administrator's PractitionerRole → Organization, and in hub messages the Encounter's service provider.

    A role may hold EP and AP together. No role is no administrator: a record transfer drops it, and keeps whoever
    stood there (immunization-stu3.md section 6). In a GP system's collection the Encounter is where it was typed in.
    """
    administrators = [
        naming
        for practitioner in children(entry.root, "practitioner")
        if "AP" in _codes(object_(practitioner.resource, "role"))
        for naming in _through_role(child(practitioner, "actor"), entry, practitioner.pointer)
    ]
    return distinct(administrators + _service_provider(entry))


def of_activity(entry: Entry, version: str) -> tuple[Naming, ...]:
    """The performers of a Procedure or Observation. In STU3 a Practitioner stands for the organisation of the role."""
    return distinct(list(_of_activity(entry, version)))


def _gave(performer: Json) -> bool:
    functions = _codes(object_(performer, "function")) if "function" in performer else None
    return not functions or bool(functions - _NOT_GIVING)


def _through_role(actor: Found, entry: Entry, via: str) -> list[Naming]:
    """Practitioner ← PractitionerRole → Organization; the actor may be the PractitionerRole itself."""

    def found() -> list[Naming]:
        followed = entry.follow(actor)
        if followed and text(followed.resource, "resourceType") == "PractitionerRole":
            return of_role(followed, entry, via)
        roles = entry.context.referring(actor.resource, "PractitionerRole", "practitioner", entry.record)
        return [naming for role in roles for naming in of_role(role, entry, via)]

    if "contained" in entry.record:  # it may hold roles of the practitioner
        return found()
    return entry.context.once_led(("role", via, entry.pseudonym), actor.resource, found)


def _service_provider(entry: Entry) -> list[Naming]:
    if not _MESSAGES.intersection(entry.context.bundle_types):
        return []
    encounter = _encounter(entry)
    if encounter is None:
        return []
    return of_reference(child(encounter, "serviceProvider"), encounter, entry, "Organization", encounter.pointer)


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
        via = performer.pointer
        actor = child(performer, "actor") if entry.record.get("resourceType") == "Procedure" else performer
        yield from of_reference(actor, None, entry, via=via)
        yield from of_reference(child(performer, "onBehalfOf"), None, entry, "Organization", via)
        found = entry.follow(actor)
        if version == "STU3" and found and text(found.resource, "resourceType") == "Practitioner":
            yield from _through_role(actor, entry, via)


def _codes(concept: Json) -> set[str]:
    """The role codes of HL7 v2 table 0443, which occurs under several systems."""
    return {
        text(each, "code").upper()
        for each in objects(concept, "coding")
        if not (system := text(each, "system").lower()) or any(part in system for part in _ROLE_SYSTEMS)
    }
