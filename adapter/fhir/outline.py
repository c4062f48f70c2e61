"""What every record says in the same way, whatever its type and version: whom it is about, what it is known by, when,
where and by whom.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from adapter.fhir import extension
from adapter.fhir.concept import codings, says_text
from adapter.fhir.context import Found, Json
from adapter.fhir.context_codes import context_codes
from adapter.fhir.dates import as_sent
from adapter.fhir.element import child
from adapter.fhir.entry import Entry
from adapter.fhir.evidence import kept
from adapter.fhir.identifier import identifiers, resource_id
from adapter.fhir.location import location
from adapter.fhir.model import Version
from adapter.fhir.organisation_ref import Naming
from adapter.fhir.patient import person
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import UNORDERED, Coding, Statement, Status

ResourceType = Literal["Immunization", "Procedure", "Observation"]


class Sent(Struct, frozen=True):
    """A date as it was sent, and where; two "" for none."""

    date: str = ""
    pointer: str = ""


UNSENT = Sent()


class Extras(Struct, frozen=True):
    """What only some types and versions say. `evidence` has the places of these fields, "" where there is none."""

    evidence: dict[str, str]
    not_given: bool = False
    has_text: bool = False
    diseases: tuple[tuple[Coding, ...], ...] = ()
    dose: int | None = None
    gms_notes: tuple[str, ...] = ()
    primary_source: bool | None = None
    lot: str = ""


class _Concepts(Struct, frozen=True):
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
    extensions: Sequence[Found],
    occurred: Sent,
    recorded: Sent,
    procedure: Sequence[Found],
    vaccine: Sequence[Found],
    reasons: Sequence[Json],
    performers: tuple[Naming, ...],
    extras: Extras,
) -> Statement:
    """The whole Statement. `subject` names the element that refers to the patient; `extensions` are those of the
    record itself; `procedure`, `vaccine` and `reasons` are CodeableConcepts.
    """
    record, pseudonym = entry.record, entry.pseudonym
    reference = child(entry.root, subject)
    known_by, event_keys = identifiers(record, entry.full_url, entry.digest, pseudonym)
    patient, place = person(reference, entry), location(entry)
    procedures, vaccines = _concepts(procedure, pseudonym), _concepts(vaccine, pseudonym)
    routes = _concepts([child(entry.root, "route")], pseudonym) if "route" in record else _NO_CONCEPTS
    flags = extension.flags(extensions)
    said: dict[str, Any] = {
        "procedure": procedures.codings,
        "vaccine": vaccines.codings,
        "route": routes.codings,
        "performer": performers,
        "location": place,
        "patient": patient.hash,
        "occurred": occurred.date,
        "recorded": recorded.date,
        "flags": flags,
        "diseases": extras.diseases,
        "dose": extras.dose,
        "gms_notes": extras.gms_notes,
        "lot": extras.lot,
        "not_given": extras.not_given,
        "primary_source": extras.primary_source is not None,
    }
    places = {"patient": patient.pointer, "occurred": occurred.pointer, "recorded": recorded.pointer} | extras.evidence
    _several(places, "procedure", procedures.pointers)
    _several(places, "vaccine", vaccines.pointers)
    _several(places, "route", routes.pointers)
    _several(places, "flags", [flag.pointer for flag in flags])
    _named_by(places, "performer", performers)
    _named_by(places, "location", (place,) if place else ())
    if patient.at is not None and not patient.pointer.startswith(f"{patient.at}/identifier/"):
        places["born"] = f"{patient.at}/birthDate" if patient.born else ""
        places["sex"] = f"{patient.at}/gender" if patient.sex else ""
    return Statement(
        identifiers=known_by,
        fhir=version,
        resource=resource,
        status=status,
        resource_id=resource_id(record, entry.full_url, pseudonym),
        order=UNORDERED if entry.order == UNORDERED else entry.order,
        event_keys=event_keys,
        not_given=extras.not_given,
        patient=patient.hash,
        patient_fault=patient.fault,
        born=patient.born,
        sex=patient.sex,
        occurred=occurred.date,
        recorded=recorded.date,
        procedure=procedures.codings,
        vaccine=vaccines.codings,
        has_text=procedures.says_text or vaccines.says_text or extras.has_text,
        diseases=extras.diseases,
        dose=extras.dose,
        route=routes.codings,
        performer=tuple([naming.organisation for naming in performers]),
        location=place.organisation if place else None,
        gms_notes=extras.gms_notes,
        flags={pseudonym.mask_system(flag.url): flag.value for flag in flags},
        primary_source=extras.primary_source,
        lot=extras.lot,
        context=context_codes(reasons, occurred.date, patient, reference.resource, entry),
        evidence=kept(version, resource, places, said),
    )


def first_date(of: Found, *names: str) -> Sent:
    """The first of these elements that is a date."""
    for name in names:
        date = as_sent(of.resource.get(name))
        if date:
            return Sent(date, f"{of.pointer}/{name}")
    return UNSENT


def recorded_extension(extensions: Sequence[Found]) -> Sent:
    """When it was typed in, where that is an extension (immunization-stu3.md section 2)."""
    for each in extension.named(extensions, extension.RECORDED):
        date = first_date(each, "valueDateTime", "valueDate")
        if date.date:
            return date
    return UNSENT


def procedure_extension(extensions: Sequence[Found]) -> list[Found]:
    """The concepts of the vaccinationProcedure extension; there may be several of it."""
    return [child(each, "valueCodeableConcept") for each in extension.named(extensions, extension.PROCEDURE)]


def place_of(of: Found, *names: str) -> str:
    """The pointer of the first of these elements that is there; "" where none is."""
    for name in names:
        if of.resource.get(name) not in (None, "", []):
            return f"{of.pointer}/{name}"
    return ""


_NO_CONCEPTS = _Concepts((), False, ())


def _concepts(found: Sequence[Found], pseudonym: Pseudonym) -> _Concepts:
    present = [concept for concept in found if concept.resource]
    if not present:
        return _NO_CONCEPTS
    if len(present) == 1:
        concept = present[0].resource
        return _Concepts(codings(concept, pseudonym), says_text(concept), (present[0].pointer,))
    read = dict.fromkeys(coding for concept in present for coding in codings(concept.resource, pseudonym))
    says = any(says_text(concept.resource) for concept in present)
    return _Concepts(tuple(read), says, tuple(concept.pointer for concept in present))


def _several(places: dict[str, str], field: str, pointers: Sequence[str]) -> None:
    """`procedure`, `procedure.1`, …: a field that was read from several places."""
    places[field] = pointers[0] if pointers else ""
    for index in range(1, len(pointers)):
        places[f"{field}.{index}"] = pointers[index]


def _named_by(places: dict[str, str], field: str, namings: Sequence[Naming]) -> None:
    """`performer` is where the code stands, `performer.via` the element of the record that leads there, where the code
    stands elsewhere.
    """
    places[field] = ""
    for index, naming in enumerate(namings):
        key = field if index == 0 else f"{field}.{index}"
        places[key] = naming.pointer
        if naming.via and not naming.pointer.startswith(naming.via + "/"):
            places[key + ".via"] = naming.via
