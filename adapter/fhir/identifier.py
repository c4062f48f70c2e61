"""What a record is known by: its business identifiers, else its resource id.

Two values of one dose can look unlike and still hold the same GUID: EMIS sends patient and event GUID in one, a
transfer keeps the event's alone (immunization-stu3.md section 5). The event key finds it.
"""

from __future__ import annotations

import re

from adapter.fhir.context import Json
from adapter.fhir.element import objects, text
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Identifier

_GUID_LENGTH = 32
_GUIDS = re.compile(r"[0-9A-Fa-f]{32}(?:[0-9A-Fa-f]{32})?")
_TYPES = frozenset({"Immunization", "Procedure", "Observation"})
_URN = re.compile(r"^urn:(?:uuid|oid):", re.IGNORECASE)


def identifiers(
    record: Json, full_url: str, digest: str, pseudonym: Pseudonym
) -> tuple[tuple[Identifier, ...], tuple[str, ...]]:
    """The identifiers of a record and its event keys, masked, sorted, each once.

    Without an identifier it is the resource id, then the end of the entry's fullUrl, then `digest` (of its bytes,
    hex), each with the system "".
    """
    named = business_identifiers(record) or [("", text(record, "id") or last_segment(full_url) or "sha256:" + digest)]
    return known_by(named, pseudonym)


def known_by(named: list[tuple[str, str]], pseudonym: Pseudonym) -> tuple[tuple[Identifier, ...], tuple[str, ...]]:
    """The same of system and value pairs without outer blanks."""
    keys = [pseudonym.mask(key) for _, value in named if (key := event_key(value))]
    return masked(named, pseudonym), tuple(sorted(set(keys))) if len(keys) > 1 else tuple(keys)


def business_identifiers(record: Json) -> list[tuple[str, str]]:
    """System and value of each `identifier`; one without a value is none."""
    return [(text(each, "system"), value) for each in objects(record, "identifier") if (value := text(each, "value"))]


def masked(named: list[tuple[str, str]], pseudonym: Pseudonym) -> tuple[Identifier, ...]:
    """System and value pairs as identifiers, sorted, each once."""
    found = [Identifier(pseudonym.mask_system(system), pseudonym.mask(value)) for system, value in named]
    return tuple(found) if len(found) < 2 else tuple(sorted(set(found)))


def event_key(value: str) -> str:
    """The GUID of the event within an identifier value: upper case, no dashes, the last 32 of 32 or 64 hex digits."""
    if len(value) < _GUID_LENGTH:
        return ""
    digits = (_URN.sub("", value) if ":" in value else value).replace("-", "")
    return digits[-_GUID_LENGTH:].upper() if _GUIDS.fullmatch(digits) else ""


def resource_id(record: Json, full_url: str, pseudonym: Pseudonym) -> str:
    """The logical id on its server, masked. A `urn:uuid:` names an entry within its Bundle only and is none."""
    return pseudonym.mask(text(record, "id") or ("" if _URN.match(full_url.strip()) else last_segment(full_url)))


def last_segment(full_url: str) -> str:
    """The id in a fullUrl: `https://…/Immunization/1/_history/2` → `1`, `urn:uuid:x` → `x`; a type alone has none."""
    if not full_url:
        return ""
    path = re.split(r"[?#]", full_url.strip())[0].partition("/_history/")[0].rstrip("/")
    segment = _URN.sub("", path.rpartition("/")[2])
    return "" if segment in _TYPES else segment
