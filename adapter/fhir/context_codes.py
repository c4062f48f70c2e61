"""Codes about the same patient from beside the vaccination: its reason, and the Conditions, Observations and Procedures
that it contains or that came in the same document. They may say that a woman was pregnant, or a patient at risk.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from adapter.fhir.concept import codings, is_clinical
from adapter.fhir.context import Found, Json, split_reference
from adapter.fhir.dates import london_date
from adapter.fhir.element import child, children, object_, objects, text, true
from adapter.fhir.entry import Entry
from adapter.fhir.patient import Person, person
from adapter.fhir.statement import ContextCode
from adapter.fhir.vocabulary import Vocabulary

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

_KNOWN: Vocabulary[bool] = Vocabulary()

Index = dict[str, frozenset[ContextCode]]
Codes = tuple[ContextCode, ...]


def context_codes(reasons: Iterable[Json], occurred: str, patient: Person, reference: Json, entry: Entry) -> Codes:
    """The codes of reasons, on the London date of the vaccination, and of the resources about the same patient: of the
    same Patient resource, or the same NHS number. Sorted, each once.
    """
    given = [code for concept in reasons for code in _codes(concept, [london_date(occurred)], entry)]
    about_somebody = any(text(each, "resourceType") in _TYPES for each in objects(entry.record, "contained"))
    if entry.context.lone and not about_somebody:
        return tuple(sorted(set(given))) if len(given) > 1 else tuple(given)
    wanted = _keys(patient, reference)
    for resource in children(entry.root, "contained") if about_somebody else ():
        if text(resource.resource, "resourceType") in _TYPES and wanted & _subject_keys(resource, entry):
            given += _of_resource(resource.resource, entry)
    return _with(_beside(tuple(sorted(wanted)), entry), given)


def _beside(wanted: tuple[str, ...], entry: Entry) -> Codes:
    server = split_reference(entry.full_url)[0]  # by which relative references resolve

    def sought() -> Codes:
        index = entry.context.once(("context codes", server, entry.pseudonym), lambda: _index(entry))
        return tuple(sorted(frozenset[ContextCode]().union(*(index.get(key, ()) for key in wanted))))

    return entry.context.once(("context codes of", wanted, server, entry.pseudonym), sought)


def _index(entry: Entry) -> Index:
    """The codes of every patient of the document, by each key that the patient is known by. Made once for all records
    of a Bundle: else n records cost n².
    """
    grouped: dict[str, set[ContextCode]] = {}
    nobody = Entry({}, entry.context, entry.pseudonym)
    for type_ in _TYPES:
        for resource in entry.context.of_type(type_):
            codes = _of_resource(resource.resource, nobody)
            for key in _subject_keys(resource, nobody) if codes else ():
                grouped.setdefault(key, set()).update(codes)
    return {key: frozenset(codes) for key, codes in grouped.items()}


def _with(sorted_codes: Codes, more: list[ContextCode]) -> Codes:
    codes = list(sorted_codes)
    for code in more:
        at = bisect_left(codes, code)
        if at == len(codes) or codes[at] != code:
            codes.insert(at, code)
    return tuple(codes)


def _subject_keys(resource: Found, entry: Entry) -> set[str]:
    subject = child(resource, "subject")
    return _keys(person(subject, entry, resource), subject.resource)


def _keys(patient: Person, reference: Json) -> set[str]:
    """The hash, the place of the Patient, or the reference's own text where it leads nowhere."""
    keys = {"hash:" + patient.hash} if patient.hash else set()
    named = text(reference, "reference")
    if patient.at is not None:
        keys.add("at:" + patient.at)
    elif named and not named.startswith("#"):
        keys.add("named:" + named)
    return keys


def _of_resource(resource: Json, entry: Entry) -> set[ContextCode]:
    if _is_denied(resource):
        return set()
    type_ = text(resource, "resourceType")
    sent = [text(resource, name) for name in _DATES[type_]]
    sent.append(text(object_(resource, _PERIODS[type_]), "start"))
    dates = sorted({london_date(date) for date in sent} - {""}) or [""]
    concepts = [object_(resource, "code")]
    if type_ == "Observation":
        concepts.append(object_(resource, "valueCodeableConcept"))
    return {code for concept in concepts for code in _codes(concept, dates, entry)}


def _is_denied(resource: Json) -> bool:
    """Whether it says of itself that it is not so: in error, refuted, cancelled, not done, the answer "no"."""
    said = {text(resource, "status"), text(resource, "verificationStatus")}
    said.update(text(each, "code") for each in objects(object_(resource, "verificationStatus"), "coding"))
    answered_no = true(resource, "valueBoolean") is False
    return bool(said & _DENIED) or answered_no or true(resource, "notDone") is True


def _codes(concept: Json, dates: list[str], entry: Entry) -> Iterator[ContextCode]:
    for coding in codings(concept, entry.pseudonym):
        if _is_context(coding.system, coding.code):
            for date in dates:
                yield ContextCode(coding.system, coding.code, date)


def _is_context(system: str, code: str) -> bool:
    known = _KNOWN.get((system, code))
    if known is None:
        return _KNOWN.learn((system, code), is_clinical(system) and bool(_CODE.fullmatch(code)))
    return known
