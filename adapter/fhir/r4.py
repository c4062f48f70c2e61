"""The R4 Immunization of point-of-care systems and the national API, as sent and as searched (immunization-r4.md)."""

from __future__ import annotations

from msgspec.structs import replace

from adapter.fhir import performer, protocol
from adapter.fhir.element import child, children, text, true
from adapter.fhir.entry import Entry
from adapter.fhir.outline import first_date, lot_number, outline, place_of, procedure_extension, recorded_extension
from adapter.fhir.statement import Statement, Status

_STATUSES: dict[str, Status] = {"completed": "completed", "entered-in-error": "entered-in-error"}


def read(entry: Entry) -> Statement:
    """The Statement of a validated R4 Immunization. A status that is neither completed nor in error is not-done."""
    root = entry.root
    recorded = first_date(root, "recorded")
    protocols = list(children(root, "protocolApplied"))
    diseases = protocol.diseases(protocols, entry.pseudonym)
    dose = protocol.dose(protocols, "doseNumberPositiveInt", "doseNumberString")
    base = outline(
        entry,
        "Immunization",
        "R4",
        _STATUSES.get(text(entry.record, "status"), "not-done"),
        subject="patient",
        occurred=first_date(root, "occurrenceDateTime"),
        recorded=recorded if recorded.date else recorded_extension(entry),
        procedure=procedure_extension(entry),
        vaccine=[child(root, "vaccineCode")],
        reasons=children(root, "reasonCode"),
        performers=performer.r4(entry),
        evidence={
            "diseases": "/protocolApplied" if diseases else "",
            "dose": "/protocolApplied" if dose else "",
            "lot": place_of(root, "lotNumber"),
            "primary_source": place_of(root, "primarySource"),
        },
    )
    return replace(
        base,
        diseases=diseases,
        dose=dose,
        primary_source=true(entry.record, "primarySource"),
        lot=lot_number(entry, text(entry.record, "lotNumber")),
    )
