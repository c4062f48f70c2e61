"""The STU3 Immunization of GP systems (GP Connect), pharmacies and hubs, and what transfers did to it
(immunization-stu3.md).
"""

from __future__ import annotations

from adapter.fhir import performer, protocol
from adapter.fhir.element import child, object_, objects, text, true
from adapter.fhir.entry import Entry
from adapter.fhir.extension import extensions
from adapter.fhir.lot import lot_number
from adapter.fhir.notes import read_notes
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
    """The Statement of a validated STU3 Immunization.

    Target diseases are left out: those that occur in GP records are test data, the programme comes from the procedure
    code (immunization-stu3.md section 2). A transfer hard-codes `notGiven: false` and `primarySource: true` (an older
    version: false): what a note says of either wins over the element (section 6). Lot and dose come from a note only
    where the element is missing.
    """
    root, record = entry.root, entry.record
    found = extensions(root)
    note = read_notes([text(each, "text") for each in objects(record, "note")])
    noted = place_of(root, "note")
    lot, protocols = text(record, "lotNumber"), objects(record, "vaccinationProtocol")
    dose = protocol.dose(protocols, "doseSequence")
    not_given = true(record, "notGiven") is True
    return outline(
        entry,
        "Immunization",
        "STU3",
        _STATUSES.get(text(record, "status"), "not-done"),
        subject="patient",
        extensions=found,
        occurred=first_date(root, "date"),
        recorded=recorded_extension(found),
        procedure=procedure_extension(found),
        vaccine=[child(root, "vaccineCode")],
        reasons=objects(object_(record, "explanation"), "reason"),
        performers=performer.stu3(entry),
        extras=Extras(
            {
                "dose": "/vaccinationProtocol" if dose else noted if note.dose and not protocols else "",
                "gms_notes": noted if note.gms else "",
                "lot": place_of(root, "lotNumber") or (noted if note.lot else ""),
                "not_given": "/notGiven" if not_given else noted if note.not_given else "",
                "primary_source": place_of(root, "primarySource") if note.primary_source is None else noted,
            },
            not_given=not_given or note.not_given,
            has_text=note.substance,
            dose=dose if protocols else note.dose,
            gms_notes=note.gms,
            primary_source=true(record, "primarySource") if note.primary_source is None else note.primary_source,
            lot=lot_number(lot or note.lot, entry.pseudonym),
        ),
    )
