"""What every record says in the same way, whatever its type and version: whom it is about, what it is known by, when,
where and by whom.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from adapter.fhir import extension
from adapter.fhir.concept import codings, says_text
from adapter.fhir.context import Found
from adapter.fhir.context_codes import of_reasons, of_surroundings
from adapter.fhir.dates import as_sent
from adapter.fhir.element import child
from adapter.fhir.entry import Entry
from adapter.fhir.identifier import identifiers, resource_id
from adapter.fhir.location import location
from adapter.fhir.model import Version
from adapter.fhir.organisation_ref import Naming
from adapter.fhir.patient import person
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Coding, Statement, Status

ResourceType = Literal["Immunization", "Procedure", "Observation"]


class Sent(NamedTuple):
    """A date as it was sent, and where; two "" for none."""

    date: str = ""
    pointer: str = ""


class _Concepts(NamedTuple):
    codings: tuple[Coding, ...]
    says_text: bool
    pointers: tuple[str, ...]


def outline(
    entry: Entry,
    resource: ResourceType,
    version: Version,
    status: Status,
    *,
    subject: str,
    occurred: Sent,
    recorded: Sent,
    procedure: Iterable[Found],
    vaccine: Iterable[Found],
    reasons: Iterable[Found],
    performers: tuple[Naming, ...],
    evidence: dict[str, str],
) -> Statement:
    """A Statement for the caller to complete. `subject` names the element that refers to the patient; `procedure`,
    `vaccine` and `reasons` are CodeableConcepts; `evidence` is that of the fields which the caller will fill in.
    """
    reference = child(entry.root, subject)
    known_by, event_keys = identifiers(entry.record, entry.full_url, entry.digest, entry.pseudonym)
    patient, place = person(reference, entry), location(entry)
    procedures, vaccines = _concepts(procedure, entry.pseudonym), _concepts(vaccine, entry.pseudonym)
    routes = _concepts([child(entry.root, "route")], entry.pseudonym)
    flags = extension.flags(entry.root)
    context = of_reasons(reasons, occurred.date, entry) | of_surroundings(patient, reference, entry)
    found = evidence | {
        "status": "/status",
        "patient": patient.pointer,
        "occurred": occurred.pointer,
        "recorded": recorded.pointer,
        **_several("procedure", procedures.pointers),
        **_several("vaccine", vaccines.pointers),
        **_several("route", routes.pointers),
        **_several("flags", (flag.pointer for flag in flags)),
        **_named_by("performer", performers),
        **_named_by("location", (place,) if place else ()),
    }
    if patient.resource:
        found["born"] = f"{patient.resource.pointer}/birthDate" if patient.born else ""
        found["sex"] = f"{patient.resource.pointer}/gender" if patient.sex else ""
    return Statement(
        fhir=version,
        resource=resource,
        status=status,
        identifiers=known_by,
        resource_id=resource_id(entry.record, entry.full_url, entry.pseudonym),
        order=entry.order,
        event_keys=event_keys,
        patient=patient.hash,
        patient_fault=patient.fault,
        born=patient.born,
        sex=patient.sex,
        occurred=occurred.date,
        recorded=recorded.date,
        procedure=procedures.codings,
        vaccine=vaccines.codings,
        has_text=procedures.says_text or vaccines.says_text,
        route=routes.codings,
        performer=tuple(naming.organisation for naming in performers),
        location=place.organisation if place else None,
        flags={entry.pseudonym.mask(flag.url): flag.value for flag in flags},
        context=tuple(sorted(context)),
        evidence={field: pointer for field, pointer in sorted(found.items()) if pointer},
    )


def first_date(of: Found, *names: str) -> Sent:
    """The first of these elements that is a date."""
    for name in names:
        date = as_sent(of.resource.get(name))
        if date:
            return Sent(date, f"{of.pointer}/{name}")
    return Sent()


def recorded_extension(entry: Entry) -> Sent:
    """When it was typed in, where that is an extension (immunization-stu3.md section 2)."""
    dates = (first_date(each, "valueDateTime", "valueDate") for each in extension.named(entry.root, extension.RECORDED))
    return next((date for date in dates if date.date), Sent())


def procedure_extension(entry: Entry) -> list[Found]:
    """The concepts of the vaccinationProcedure extension; there may be several of it."""
    found = extension.named(entry.root, extension.PROCEDURE)
    return [child(each, "valueCodeableConcept") for each in found]


def lot_number(entry: Entry, written: str) -> str:
    """Upper case without blanks; masked, so that equal lots stay equal, should it hold an NHS number."""
    return entry.pseudonym.mask("".join(written.upper().split()))


def place_of(of: Found, *names: str) -> str:
    """The pointer of the first of these elements that is there; "" where none is."""
    return next((f"{of.pointer}/{name}" for name in names if of.resource.get(name) not in (None, "", [])), "")


def _concepts(found: Iterable[Found], pseudonym: Pseudonym) -> _Concepts:
    present = [concept for concept in found if concept.resource]
    read = dict.fromkeys(coding for concept in present for coding in codings(concept, pseudonym))
    return _Concepts(tuple(read), any(map(says_text, present)), tuple(concept.pointer for concept in present))


def _several(field: str, pointers: Iterable[str]) -> dict[str, str]:
    """`procedure`, `procedure.1`, …: a field that was read from several places."""
    return {field if index == 0 else f"{field}.{index}": pointer for index, pointer in enumerate(pointers)}


def _named_by(field: str, namings: Iterable[Naming]) -> dict[str, str]:
    """`performer` is where the code stands, `performer.via` the element of the record that leads there, where the code
    stands elsewhere.
    """
    found: dict[str, str] = {}
    for index, naming in enumerate(namings):
        key = field if index == 0 else f"{field}.{index}"
        found[key] = naming.pointer
        if naming.via and not naming.pointer.startswith(naming.via + "/"):
            found[key + ".via"] = naming.via
    return found
