"""Codings as they were sent. The display is never read: one code occurs with three of them (immunization-stu3.md)."""

from __future__ import annotations

import re

from adapter.fhir import extension, nhs_number
from adapter.fhir.context import Json
from adapter.fhir.element import objects, text
from adapter.fhir.json_text import NumberText
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import SNOMED, Coding, usual
from adapter.fhir.vocabulary import Vocabulary

_CLINICAL = re.compile(r"snomed[.]info/sct|read[.]info/|urn:oid:2[.]16[.]840[.]1[.]113883[.](?:2[.]1[.]3[.]2|6[.]96)")
_TERMINOLOGY = re.compile(r"snomed|read|dm[+]?d|urn:oid:|/id/(?:egton|emis|multilex|resipuk)")


_KNOWN: Vocabulary[Coding] = Vocabulary()
_CLINICAL_SYSTEMS: Vocabulary[bool] = Vocabulary()


def codings(concept: Json, pseudonym: Pseudonym) -> tuple[Coding, ...]:
    """The codings of a CodeableConcept in their order, each once. One with neither code nor description id is none."""
    read = [coding for each in objects(concept, "coding") if (coding := _coding(each, pseudonym))]
    return tuple(read) if len(read) < 2 else tuple(dict.fromkeys(read))


def says_text(concept: Json) -> bool:
    """Whether it carries a text, or a coding that is nothing but a display."""
    if text(concept, "text"):
        return True
    return any(not text(each, "code") and text(each, "display") for each in objects(concept, "coding"))


def is_clinical(system: str) -> bool:
    """Whether a system looks like SNOMED CT, Read v2 or CTV3, in whatever damaged spelling."""
    known = _CLINICAL_SYSTEMS.get((system,))
    if known is None:
        return _CLINICAL_SYSTEMS.learn((system,), bool(_CLINICAL.search("".join(system.split()).lower())))
    return known


def _coding(coding: Json, pseudonym: Pseudonym) -> Coding | None:
    system, code = text(coding, "system"), text(coding, "code")
    description = _description(coding) if "extension" in coding else ""
    if system == nhs_number.SYSTEM or not (code or description):
        return None
    if isinstance(coding.get("code"), NumberText):
        return _masked(system, code, description, True, pseudonym)
    key = (system, code, description)
    return _KNOWN.get(key) or _KNOWN.learn(key, _masked(*key, False, pseudonym))


def _masked(system: str, code: str, description: str, number: bool, pseudonym: Pseudonym) -> Coding:
    if not _TERMINOLOGY.search(system.lower()):
        code = pseudonym.mask(code)  # one SNOMED id of ten digits in eleven looks like an NHS number: those stay
    return Coding(usual(pseudonym.mask_system(system), SNOMED), code, description, number)


def _description(coding: Json) -> str:
    """The SNOMED description id in an extension of the coding; two different ones are none."""
    found: set[str] = set()
    for each in extension.bare(coding, extension.DESCRIPTION):
        for holder in (each, *extension.bare(each, extension.DESCRIPTION_ID)):
            value = text(holder, "valueId") or text(holder, "valueString")
            if value:
                found.add(value)
    return found.pop() if len(found) == 1 else ""
