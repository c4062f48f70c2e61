"""Codings as they were sent. The display is never read: one code occurs with three of them (immunization-stu3.md)."""

from __future__ import annotations

import re

from adapter.fhir import extension, nhs_number
from adapter.fhir.context import Found
from adapter.fhir.element import children, text
from adapter.fhir.json_text import NumberText
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Coding

_CLINICAL = re.compile(r"snomed[.]info/sct|read[.]info/|urn:oid:2[.]16[.]840[.]1[.]113883[.](?:2[.]1[.]3[.]2|6[.]96)")
_TERMINOLOGY = re.compile(r"snomed|read|dm[+]?d|urn:oid:|/id/(?:egton|emis|multilex|resipuk)")


def codings(concept: Found, pseudonym: Pseudonym) -> tuple[Coding, ...]:
    """The codings of a CodeableConcept in their order, each once. One with neither code nor description id is none."""
    read = (_coding(each, pseudonym) for each in children(concept, "coding"))
    return tuple(dict.fromkeys(coding for coding in read if coding))


def says_text(concept: Found) -> bool:
    """Whether it carries a text, or a coding that is nothing but a display."""
    if text(concept.resource, "text"):
        return True
    return any(
        text(each.resource, "display") and not text(each.resource, "code") for each in children(concept, "coding")
    )


def is_clinical(system: str) -> bool:
    """Whether a system looks like SNOMED CT, Read v2 or CTV3, in whatever damaged spelling."""
    return bool(_CLINICAL.search("".join(system.split()).lower()))


def _coding(coding: Found, pseudonym: Pseudonym) -> Coding | None:
    system, code = text(coding.resource, "system"), text(coding.resource, "code")
    description = _description(coding)
    if system == nhs_number.SYSTEM or not (code or description):
        return None
    if not _TERMINOLOGY.search(system.lower()):
        code = pseudonym.mask(code)  # one SNOMED id of ten digits in eleven looks like an NHS number: those stay
    return Coding(pseudonym.mask(system), code, description, isinstance(coding.resource.get("code"), NumberText))


def _description(coding: Found) -> str:
    """The SNOMED description id in an extension of the coding; two different ones are none."""
    found: set[str] = set()
    for each in extension.named(coding, extension.DESCRIPTION):
        for holder in (each, *extension.named(each, extension.DESCRIPTION_ID)):
            value = text(holder.resource, "valueId") or text(holder.resource, "valueString")
            if value:
                found.add(value)
    return found.pop() if len(found) == 1 else ""
