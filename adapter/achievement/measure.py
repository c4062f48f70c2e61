"""What each count means, as FHIR R4 Measure: one for each programme, a group for each of its indicators.

A MeasureReport names the Measure by URL and the rules' version, so that a reader finds what was counted.
"""

from __future__ import annotations

from typing import Any

from adapter.achievement.measure_report import NAMESPACE
from adapter.normalise.catalogue import Catalogue

Json = dict[str, Any]
_SAYS = {
    "counted": "Vaccinations that the practice gave and that its indicator counts.",
    "excluded": "Records that the practice claims and that do not count: each has its reason.",
    "queried": "Records that a person has to look at before they can count.",
}
_KINDS = {"counted": "numerator", "excluded": "denominator-exclusion", "queried": "denominator-exception"}
"""The nearest code of FHIR's own list of populations."""


def measures(catalogue: Catalogue, version: str, date: str) -> Json:
    """A collection of the Measures, by programme. `date` is ISO 8601."""
    programmes = sorted({one.public for one in catalogue.programmes.values() if one.public})
    made = [_measure(catalogue, programme, version, date) for programme in programmes]
    entries = [{"fullUrl": f"{NAMESPACE}:measure:{one['name']}", "resource": one} for one in made if one is not None]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": date, "entry": entries}


def _measure(catalogue: Catalogue, programme: str, version: str, date: str) -> Json | None:
    fine = {one.key: one for one in catalogue.programmes.values() if one.public == programme}
    titles = {one.id: one.title for one in reversed(catalogue.indicators) if one.programmes & fine.keys()}
    if not titles:
        return None
    service = next(iter(fine.values())).service
    return {
        "resourceType": "Measure",
        "id": programme,
        "url": f"{NAMESPACE}:measure:{programme}",
        "version": version,
        "name": programme,
        "title": service,
        "status": "active",
        "date": date,
        "description": f"Vaccinations that a practice gave for the CQRS service {service}, by indicator and month.",
        "scoring": _coding("http://terminology.hl7.org/CodeSystem/measure-scoring", "cohort"),
        "group": [
            {
                "code": _coding(f"{NAMESPACE}:indicator", indicator),
                "description": titles[indicator],
                "population": [_population(name) for name in _KINDS],
            }
            for indicator in sorted(titles)
        ],
    }


def _population(name: str) -> Json:
    standard = {"system": "http://terminology.hl7.org/CodeSystem/measure-population", "code": _KINDS[name]}
    return {
        "code": {"coding": [{"system": f"{NAMESPACE}:population", "code": name}, standard]},
        "description": _SAYS[name],
        "criteria": {"language": "text/plain", "expression": _SAYS[name]},
    }


def _coding(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}
