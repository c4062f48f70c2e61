"""A learning disability health check: no vaccination, but paid by the same rules of who did it. It comes as a Procedure
or an Observation (cqrs.md).
"""

from __future__ import annotations

from adapter.fhir import performer
from adapter.fhir.concept import is_clinical
from adapter.fhir.context import Found, Json
from adapter.fhir.element import child, object_, objects, text, true
from adapter.fhir.entry import Entry
from adapter.fhir.extension import extensions
from adapter.fhir.model import Version
from adapter.fhir.notes import read_notes
from adapter.fhir.outline import Extras, ResourceType, Sent, first_date, outline, place_of, recorded_extension
from adapter.fhir.statement import Statement, Status

_STATUSES: dict[str, Status] = {
    "completed": "completed",
    "final": "completed",
    "amended": "completed",
    "corrected": "completed",
    "entered-in-error": "entered-in-error",
    "cancelled": "entered-in-error",
}
"""Anything else (in progress, registered, preliminary, stopped, unknown) has not been done so far."""


def is_health_check(resource: Json, codes: frozenset[str]) -> bool:
    """Whether a resource is a Procedure or Observation that carries one of `codes` in a SNOMED CT or Read system.

    Read codes in `codes` have five bytes (`69DB.`); the term code that some systems add (`69DB.00`) is left aside.
    """
    if resource.get("resourceType") not in ("Procedure", "Observation"):
        return False
    found = objects(object_(resource, "code"), "coding")
    return any(is_clinical(text(each, "system")) and _is_one_of(text(each, "code"), codes) for each in found)


def read(entry: Entry, version: Version) -> Statement:
    """The Statement of a validated Procedure or Observation; `procedure` holds the codes of the check itself."""
    root = entry.root
    found = extensions(root)
    resource: ResourceType = "Procedure" if entry.record.get("resourceType") == "Procedure" else "Observation"
    note = read_notes(_notes(entry.record) if version == "STU3" else [])
    refused = true(entry.record, "notDone") is True or true(entry.record, "valueBoolean") is False
    noted = place_of(root, "note", "comment")
    return outline(
        entry,
        resource,
        version,
        _STATUSES.get(text(entry.record, "status"), "not-done"),
        subject="subject",
        extensions=found,
        occurred=_occurred(root, resource),
        recorded=_recorded(root, found),
        procedure=[child(root, "code")],
        vaccine=[],
        reasons=objects(entry.record, "reasonCode"),
        performers=performer.of_activity(entry, version),
        extras=Extras(
            {
                "gms_notes": noted if note.gms else "",
                "not_given": place_of(root, "notDone", "valueBoolean") if refused else noted if note.not_given else "",
            },
            not_given=refused or note.not_given,
            gms_notes=note.gms,
        ),
    )


def _occurred(root: Found, resource: ResourceType) -> Sent:
    """The moment, else the start of the period."""
    element = "performed" if resource == "Procedure" else "effective"
    moment = first_date(root, f"{element}DateTime", f"{element}Instant")
    return moment if moment.date else first_date(child(root, f"{element}Period"), "start")


def _recorded(root: Found, found: list[Found]) -> Sent:
    recorded = recorded_extension(found)
    return recorded if recorded.date else first_date(root, "issued", "recorded")


def _notes(record: Json) -> list[str]:
    """`Procedure.note`; a STU3 Observation has one `comment` instead."""
    return [text(each, "text") for each in objects(record, "note")] + [text(record, "comment")]


def _is_one_of(code: str, codes: frozenset[str]) -> bool:
    return code in codes or (len(code) == 7 and code[:5] in codes)
