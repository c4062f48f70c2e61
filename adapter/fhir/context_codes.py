"""Codes about the same patient from beside the vaccination: its reason, and the Conditions, Observations and Procedures
that it contains or that came in the same document. They may say that a woman was pregnant, or a patient at risk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from adapter.fhir.concept import codings, is_clinical
from adapter.fhir.context import Found, split_reference
from adapter.fhir.dates import london_date
from adapter.fhir.element import child, children, text, true
from adapter.fhir.entry import Entry
from adapter.fhir.patient import Person, person
from adapter.fhir.statement import ContextCode

_TYPES = ("Condition", "Observation", "Procedure")
_DATES = {
    "Condition": ("onsetDateTime", "recordedDate", "assertedDate"),
    "Observation": ("effectiveDateTime", "effectiveInstant"),
    "Procedure": ("performedDateTime",),
}
_PERIODS = {"Condition": "onsetPeriod", "Observation": "effectivePeriod", "Procedure": "performedPeriod"}
_DENIED = frozenset({"entered-in-error", "refuted", "cancelled", "not-done"})
_CODE = re.compile(r"[0-9]{6,18}|(?=.*[0-9.]|[XU])[0-9A-Za-z.]{5}(?:[0-9A-Za-z-]{2})?")
"""SNOMED CT, Read v2 with or without its term code, CTV3. What stands beside a record was not validated as one: a name
that somebody put into a code must not pass.
"""

Index = dict[str, frozenset[ContextCode]]


def of_reasons(concepts: Iterable[Found], occurred: str, entry: Entry) -> set[ContextCode]:
    """The codes of reasons, on the London date of the vaccination."""
    return {code for concept in concepts for code in _codes(concept, [london_date(occurred)], entry)}


def of_surroundings(patient: Person, reference: Found, entry: Entry) -> set[ContextCode]:
    """The codes of resources about the same patient: the same Patient resource, or the same NHS number."""
    wanted = _keys(patient, reference)
    found: set[ContextCode] = set()
    for resource in children(entry.root, "contained"):
        if text(resource.resource, "resourceType") in _TYPES and wanted & _subject_keys(resource, entry):
            found |= _of_resource(resource, entry)
    server = split_reference(entry.full_url)[0]  # by which relative references resolve
    index = entry.context.once(("context codes", server, entry.pseudonym), lambda: _index(entry))
    return found.union(*(index.get(key, ()) for key in wanted))


def _index(entry: Entry) -> Index:
    """The codes of every patient of the document, by each key that the patient is known by. Made once for all records
    of a Bundle: else n records cost n².
    """
    grouped: dict[str, set[ContextCode]] = {}
    nobody = Entry({}, entry.context, entry.pseudonym)
    for type_ in _TYPES:
        for resource in entry.context.of_type(type_):
            codes = _of_resource(resource, nobody)
            for key in _subject_keys(resource, nobody) if codes else ():
                grouped.setdefault(key, set()).update(codes)
    return {key: frozenset(codes) for key, codes in grouped.items()}


def _subject_keys(resource: Found, entry: Entry) -> set[str]:
    subject = child(resource, "subject")
    return _keys(person(subject, entry, resource), subject)


def _keys(patient: Person, reference: Found) -> set[str]:
    """The hash, the place of the Patient, or the reference's own text where it leads nowhere."""
    keys = {"hash:" + patient.hash} if patient.hash else set()
    named = text(reference.resource, "reference")
    if patient.resource:
        keys.add("at:" + patient.resource.pointer)
    elif named and not named.startswith("#"):
        keys.add("named:" + named)
    return keys


def _of_resource(resource: Found, entry: Entry) -> set[ContextCode]:
    if _is_denied(resource):
        return set()
    type_ = text(resource.resource, "resourceType")
    sent = [text(resource.resource, name) for name in _DATES[type_]]
    sent.append(text(child(resource, _PERIODS[type_]).resource, "start"))
    dates = sorted({london_date(date) for date in sent} - {""}) or [""]
    concepts = [child(resource, "code")]
    if type_ == "Observation":
        concepts.append(child(resource, "valueCodeableConcept"))
    return {code for concept in concepts for code in _codes(concept, dates, entry)}


def _is_denied(resource: Found) -> bool:
    """Whether it says of itself that it is not so: in error, refuted, cancelled, not done, the answer "no"."""
    said = {text(resource.resource, "status"), text(resource.resource, "verificationStatus")}
    verification = children(child(resource, "verificationStatus"), "coding")
    said.update(text(each.resource, "code") for each in verification)
    answered_no = true(resource.resource, "valueBoolean") is False
    return bool(said & _DENIED) or answered_no or true(resource.resource, "notDone") is True


def _codes(concept: Found, dates: list[str], entry: Entry) -> Iterator[ContextCode]:
    for coding in codings(concept, entry.pseudonym):
        if is_clinical(coding.system) and _CODE.fullmatch(coding.code):
            for date in dates:
                yield ContextCode(coding.system, coding.code, date)
