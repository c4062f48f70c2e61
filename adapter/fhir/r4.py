"""The R4 Immunization of point-of-care systems and the national API, as sent and as searched (immunization-r4.md)."""

from __future__ import annotations

from adapter.fhir import performer, protocol
from adapter.fhir.element import child, objects, text, true
from adapter.fhir.entry import Entry
from adapter.fhir.extension import extensions
from adapter.fhir.lot import lot_number
from adapter.fhir.outline import (
    Extras,
    first_date,
    outline,
    place_of,
    procedure_extension,
    recorded_extension,
)
from adapter.fhir.statement import Statement, Status

_STATUSES: dict[str, Status] = {"completed": "completed", "entered-in-error": "entered-in-error"}


def read(entry: Entry) -> Statement:
    """The Statement of a validated R4 Immunization. A status that is neither completed nor in error is not-done."""
    root, record = entry.root, entry.record
    recorded, found = first_date(root, "recorded"), extensions(root)
    protocols = objects(record, "protocolApplied")
    diseases = protocol.diseases(protocols, entry.pseudonym)
    dose = protocol.dose(protocols, "doseNumberPositiveInt", "doseNumberString")
    return outline(
        entry,
        "Immunization",
        "R4",
        _STATUSES.get(text(record, "status"), "not-done"),
        subject="patient",
        extensions=found,
        occurred=first_date(root, "occurrenceDateTime"),
        recorded=recorded if recorded.date else recorded_extension(found),
        procedure=procedure_extension(found),
        vaccine=[child(root, "vaccineCode")],
        reasons=objects(record, "reasonCode"),
        performers=performer.r4(entry),
        extras=Extras(
            {
                "diseases": "/protocolApplied" if diseases else "",
                "dose": "/protocolApplied" if dose else "",
                "lot": place_of(root, "lotNumber"),
                "primary_source": place_of(root, "primarySource"),
            },
            diseases=diseases,
            dose=dose,
            primary_source=true(record, "primarySource"),
            lot=lot_number(text(record, "lotNumber"), entry.pseudonym),
        ),
    )
