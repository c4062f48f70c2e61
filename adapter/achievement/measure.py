"""What each count means, as FHIR R4 Measure: one for each indicator.

A MeasureReport names the Measure by URL and the rules' version, so that a reader finds what was counted. What is
measured are vaccinations, not patients: the subject of each is an Immunization.
"""

from __future__ import annotations

from typing import Any

from adapter.achievement.measure_report import NAMESPACE, population_code
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.indicator import Indicator
from adapter.reasons import EXCLUDING

Json = dict[str, Any]
_SAYS = {
    "records": "Records that the practice claims and that the indicator asks about.",
    "counted": "Vaccinations that the practice gave and that the indicator counts.",
    "queried": "Records that a person has to look at before they can count.",
}
_KINDS = {
    "records": "initial-population",
    "counted": "numerator",
    "excluded": "denominator-exclusion",
    "queried": "denominator-exception",
}
"""The nearest code of FHIR's own list of populations."""


def measures(catalogue: Catalogue, version: str, date: str) -> Json:
    """A collection of the Measures, by indicator. `date` is ISO 8601."""
    rows: dict[str, Indicator] = {}
    for row in catalogue.indicators:
        rows.setdefault(row.id, row)
    made = [_measure(catalogue, rows[id_], version, date) for id_ in sorted(rows) if _service(catalogue, rows[id_])]
    entries = [{"fullUrl": one["url"], "resource": one} for one in made]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": date, "entry": entries}


def _service(catalogue: Catalogue, row: Indicator) -> str:
    """The quality service that an indicator's programmes are paid in; "" for what is never counted."""
    services = {one.service for key, one in catalogue.programmes.items() if key in row.programmes and one.public}
    return min(services, default="")


def _measure(catalogue: Catalogue, row: Indicator, version: str, date: str) -> Json:
    service = _service(catalogue, row)
    return {
        "resourceType": "Measure",
        "id": row.id,
        "url": f"{NAMESPACE}:measure:{row.id}",
        "version": version,
        "name": row.id.replace("-", "_"),
        "title": f"{service}: {row.title}",
        "status": "active",
        "subjectCodeableConcept": _coding("http://hl7.org/fhir/resource-types", "Immunization"),
        "date": date,
        "description": f"Vaccinations that a practice gave for {row.id} of the CQRS service {service}, by month.",
        "scoring": _coding("http://terminology.hl7.org/CodeSystem/measure-scoring", "cohort"),
        "group": [
            {
                "code": _coding(f"{NAMESPACE}:indicator", row.id),
                "description": row.title,
                "population": [
                    _population("records", "", _SAYS["records"]),
                    _population("counted", "", _SAYS["counted"]),
                    *(_population("excluded", reason.value, reason.sentence) for reason in EXCLUDING),
                    _population("queried", "", _SAYS["queried"]),
                ],
            }
        ],
    }


def _population(name: str, reason: str, says: str) -> Json:
    standard = {"system": "http://terminology.hl7.org/CodeSystem/measure-population", "code": _KINDS[name]}
    return {
        "code": {"coding": [*population_code(name, reason)["coding"], standard]},
        "description": says,
        "criteria": {"language": "text/plain", "expression": says},
    }


def _coding(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}
