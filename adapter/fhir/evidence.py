"""Where each piece of a Statement was read, kept short.

Nearly every record of a format has its pieces in the same places, so only those are kept that were read elsewhere. What
is not kept follows from the statement itself: a lot that is there was read from `/lotNumber`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapter.fhir.statement import Statement

_PROCEDURE = "/extension/0/valueCodeableConcept"
_USUAL: dict[tuple[str, str], dict[str, str]] = {
    ("R4", "Immunization"): {
        "diseases": "/protocolApplied",
        "dose": "/protocolApplied",
        "location": "/location/identifier",
        "lot": "/lotNumber",
        "occurred": "/occurrenceDateTime",
        "patient": "/contained/1/identifier/0",
        "performer": "/performer/1/actor/identifier",
        "primary_source": "/primarySource",
        "procedure": _PROCEDURE,
        "recorded": "/recorded",
        "route": "/route",
        "vaccine": "/vaccineCode",
    },
    ("STU3", "Immunization"): {
        "dose": "/vaccinationProtocol",
        "flags": "/extension/2",
        "gms_notes": "/note",
        "lot": "/lotNumber",
        "not_given": "/notGiven",
        "occurred": "/date",
        "primary_source": "/primarySource",
        "procedure": _PROCEDURE,
        "recorded": "/extension/1/valueDateTime",
        "route": "/route",
        "vaccine": "/vaccineCode",
    },
}
"""The places of the national API's records and of GP Connect's."""
_NONE: dict[str, str] = {}
_SILENT = Statement(())
_OF_PATIENT = re.compile(r"(.*)/identifier/[0-9]+")
_BESIDE_NUMBER = {"born": "birthDate", "sex": "gender"}
"""Fields of the Patient in which the NHS number stands, and the elements they are read from."""


def kept(version: str, resource: str, places: Mapping[str, str], said: Mapping[str, object]) -> dict[str, str]:
    """What to keep of `places`: field → pointer, "" for a field that says nothing. `said` has the value of each field
    with a usual place, a falsy one where it says nothing. One that says something, read from nowhere, is kept as "".
    """
    usual = _USUAL.get((version, resource), _NONE)
    return {
        field: pointer
        for field, pointer in places.items()
        if pointer != (usual[field] if field in usual and said[field] else "")
    }


def pointers(statement: Statement) -> dict[str, str]:
    """Where each piece was read, by field, those from usual places too.

    A statement that was stored before usual places were left out names them all, `status` among them.
    """
    if "status" in statement.evidence:
        return dict(sorted(statement.evidence.items()))
    usual = _USUAL.get((statement.fhir, statement.resource), _NONE)
    found = {"status": "/status"} | {field: usual[field] for field in usual if _says(statement, field)}
    found |= statement.evidence
    patient = _OF_PATIENT.fullmatch(found.get("patient", ""))
    for field, element in _BESIDE_NUMBER.items() if patient else ():
        if _says(statement, field):
            found.setdefault(field, f"{patient[1]}/{element}" if patient else "")
    return {field: pointer for field, pointer in sorted(found.items()) if pointer}


def _says(statement: Statement, field: str) -> bool:
    return bool(getattr(statement, field) != getattr(_SILENT, field))
