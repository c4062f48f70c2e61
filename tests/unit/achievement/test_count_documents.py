"""What a count means and where it came from, as FHIR, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.achievement.achievement import Achievement
from adapter.achievement.count_provenance import Rules, Source, provenance
from adapter.achievement.measure import measures
from adapter.achievement.measure_report import report_id
from adapter.normalise.catalogue import Catalogue, load_catalogue
from adapter.reasons import EXCLUDING, Outcome, Reason
from adapter.reconcile.decision import Decision, RecordRef
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.provenance import Provenance

OURS = "urn:immunisation-cqrs-adapter"
WHEN = "2025-01-10T09:00:00+00:00"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
COUNT = Achievement(
    *("a run", "a-count", "D83013", "HPV", "hpv", "HPV003", "2024-09", "2024-09-30"),
    *(1, "ready", (), 0, 0, "a root"),
)


def coding(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def source(system: str | None) -> Source:
    record = RecordRef("a feed", system, "a value", 3, "ab" * 32, "#/entry/0")
    decision = Decision(
        *(Outcome.QUERIED, Reason.GMS_MISSING, (), "D83013", "hpv", "HPV003", "2024-09", "2024-09-05", "v", record)
    )
    return Source("a decision", decision, "a delivery", WHEN)


def derivation(kind: str, value: str) -> dict[str, Any]:
    return {"role": "derivation", "what": {"identifier": {"system": f"{OURS}:{kind}", "value": value}}}


def test_the_provenance_of_a_count_says_this() -> None:
    said = provenance(COUNT, [source("a system"), source(None)], Rules("tables", "places", "code", WHEN))
    assert Provenance.model_validate(said)
    *rules, named, unnamed = said.pop("entity")
    assert said == {
        "resourceType": "Provenance",
        "id": "a-count",
        "target": [{"reference": f"MeasureReport/{report_id(COUNT)}"}],
        "occurredPeriod": {"start": "2024-09-01", "end": "2024-09-30"},
        "recorded": WHEN,
        "activity": coding(f"{OURS}:activity", "reconciliation"),
        "agent": [
            {
                "type": coding(f"{OURS}:agent", "adapter"),
                "who": {"identifier": {"system": f"{OURS}:code", "value": "code"}},
            },
            {
                "type": coding(f"{OURS}:agent", "claimant"),
                "who": {"type": "Organization", "identifier": {"system": ODS, "value": "D83013"}},
            },
        ],
    }
    assert rules == [
        derivation("run", "a run"),
        derivation("root", "a root"),
        derivation("tables", "tables"),
        derivation("directory", "places"),
    ]
    assert named == {
        "role": "source",
        "extension": [
            {"url": f"{OURS}:decision", "valueString": "a decision"},
            {"url": f"{OURS}:outcome", "valueCode": "queried"},
            {"url": f"{OURS}:reason", "valueCode": "gms-missing"},
            {"url": f"{OURS}:feed", "valueString": "a feed"},
            {"url": f"{OURS}:version", "valuePositiveInt": 3},
            {"url": f"{OURS}:sha256", "valueString": "ab" * 32},
            {"url": f"{OURS}:delivery", "valueString": "a delivery"},
            {"url": f"{OURS}:received", "valueInstant": WHEN},
        ],
        "what": {"type": "Immunization", "identifier": {"value": "a value", "system": "a system"}},
    }
    assert unnamed["what"] == {"type": "Immunization", "identifier": {"value": "a value"}}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    loaded = load_catalogue()
    assert isinstance(loaded, Catalogue)
    return loaded


def population(name: str, standard: str, says: str, reason: str = "") -> dict[str, Any]:
    kinds = "http://terminology.hl7.org/CodeSystem/measure-population"
    because = [{"system": f"{OURS}:reason", "code": reason}] if reason else []
    own = [{"system": f"{OURS}:population", "code": name}, *because]
    return {
        "code": {"coding": [*own, {"system": kinds, "code": standard}]},
        "description": says,
        "criteria": {"language": "text/plain", "expression": says},
    }


def test_a_measure_says_this(catalogue: Catalogue) -> None:
    made = measures(catalogue, "rules", WHEN)
    assert Bundle.model_validate(made)
    entries = made.pop("entry")
    assert made == {"resourceType": "Bundle", "type": "collection", "timestamp": WHEN}
    service = catalogue.programmes["menb"].service
    [entry] = [one for one in entries if one["resource"]["id"] == "MENBI01"]
    [group] = entry["resource"].pop("group")
    assert entry == {
        "fullUrl": f"{OURS}:measure:MENBI01",
        "resource": {
            "resourceType": "Measure",
            "id": "MENBI01",
            "url": f"{OURS}:measure:MENBI01",
            "version": "rules",
            "name": "MENBI01",
            "title": f"{service}: MenB dose 1",
            "status": "active",
            "subjectCodeableConcept": coding("http://hl7.org/fhir/resource-types", "Immunization"),
            "date": WHEN,
            "description": f"Vaccinations that a practice gave for MENBI01 of the CQRS service {service}, by month.",
            "scoring": coding("http://terminology.hl7.org/CodeSystem/measure-scoring", "cohort"),
        },
    }
    said = group.pop("population")
    assert group == {"code": coding(f"{OURS}:indicator", "MENBI01"), "description": "MenB dose 1"}
    claimed = "Records that the practice claims and that the indicator asks about."
    assert said[0] == population("records", "initial-population", claimed)
    assert said[1] == population(
        "counted", "numerator", "Vaccinations that the practice gave and that the indicator counts."
    )
    assert said[-1] == population(
        "queried", "denominator-exception", "Records that a person has to look at before they can count."
    )
    assert said[2:-1] == [population("excluded", "denominator-exclusion", one.sentence, one.value) for one in EXCLUDING]
    assert Reason.NON_GMS in EXCLUDING
    assert Reason.GMS_MISSING not in EXCLUDING


def test_every_indicator_of_a_service_has_a_measure(catalogue: Catalogue) -> None:
    ids = [one["resource"]["id"] for one in measures(catalogue, "rules", WHEN)["entry"]]
    assert ids == sorted({row.id for row in catalogue.indicators})


def test_an_indicator_of_several_rows_shows_the_first_title(catalogue: Catalogue) -> None:
    for entry in measures(catalogue, "rules", WHEN)["entry"]:
        [group] = entry["resource"]["group"]
        id_ = group["code"]["coding"][0]["code"]
        assert group["description"] == next(row.title for row in catalogue.indicators if row.id == id_)
