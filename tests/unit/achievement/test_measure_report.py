"""Counts as FHIR: what a report says, word for word, and what it never says."""

from __future__ import annotations

import json
from typing import Any

from adapter.achievement.achievement import Achievement
from adapter.achievement.measure_report import bundle, bundle_text
from fhir.resources.R4B.bundle import Bundle

PRODUCED = "2025-01-10T09:00:00+00:00"
OURS = "urn:immunisation-cqrs-adapter"


def count(indicator: str, value: int, period: str = "2024-09", programme: str = "hpv", **more: Any) -> Achievement:
    said: dict[str, Any] = {
        "run": "r",
        "count": f"{indicator}-{period}",
        "practice": "D83013",
        "service": "HPV",
        "programme": programme,
        "indicator": indicator,
        "period": period,
        "achievement_date": f"{period}-30",
        "value": value,
        "state": "ready",
        "holds": (),
        "excluded": 2,
        "queried": 1,
        "root": "0" * 64,
    }
    return Achievement(**(said | more))


def concept(kind: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{OURS}:{kind}", "code": code}]}


def test_a_report_says_this() -> None:
    made = bundle([count("HPV003", 7, state="held", holds=("incident", "threshold"))], "rules", PRODUCED)
    assert Bundle.model_validate(made)
    [entry] = made.pop("entry")
    assert made == {"resourceType": "Bundle", "type": "collection", "timestamp": PRODUCED}
    id_ = "ea968982b624109ac4bd211a649d409a"  # people have kept it: it never changes
    assert entry == {
        "fullUrl": f"{OURS}:report:{id_}",
        "resource": {
            "resourceType": "MeasureReport",
            "id": id_,
            "status": "complete",
            "type": "summary",
            "measure": f"{OURS}:measure:hpv|rules",
            "date": PRODUCED,
            "reporter": {
                "type": "Organization",
                "identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "D83013"},
            },
            "period": {"start": "2024-09-01", "end": "2024-09-30"},
            "group": [
                {
                    "id": "HPV003-2024-09",
                    "extension": [
                        {"url": f"{OURS}:root", "valueString": "0" * 64},
                        {"url": f"{OURS}:state", "valueCode": "held"},
                        {"url": f"{OURS}:hold", "valueCode": "incident"},
                        {"url": f"{OURS}:hold", "valueCode": "threshold"},
                    ],
                    "code": concept("indicator", "HPV003"),
                    "population": [
                        {"code": concept("population", "counted"), "count": 7},
                        {"code": concept("population", "excluded"), "count": 2},
                        {"code": concept("population", "queried"), "count": 1},
                    ],
                }
            ],
        },
    }


def test_a_report_for_each_practice_service_and_month() -> None:
    counts = [
        count("HPV004", 1),
        count("RSVP001", 5, programme="rsv-pregnant"),
        count("HPV003", 3),
        count("HPV003", 6, practice="A81001"),
        count("HPV003", 4, "2024-11"),
    ]
    reports = [entry["resource"] for entry in bundle(counts, "rules", PRODUCED)["entry"]]
    assert [
        (
            one["reporter"]["identifier"]["value"],
            one["measure"].split(":")[-1],
            one["period"]["start"],
            [group["code"]["coding"][0]["code"] for group in one["group"]],
        )
        for one in reports
    ] == [
        ("A81001", "hpv|rules", "2024-09-01", ["HPV003"]),
        ("D83013", "hpv|rules", "2024-09-01", ["HPV003", "HPV004"]),
        ("D83013", "hpv|rules", "2024-11-01", ["HPV003"]),
        ("D83013", "rsv-pregnant|rules", "2024-09-01", ["RSVP001"]),
    ]


def test_a_report_has_an_id_of_its_own_that_stays() -> None:
    here = [
        count("HPV003", 3),
        count("HPV003", 3, "2024-11"),
        count("HPV003", 3, practice="A81001"),
        count("HPV003", 3, programme="rsv-pregnant"),
    ]
    elsewhere = [count("HPV003", 3, run="another")]

    def ids(counts: list[Achievement]) -> list[str]:
        return [entry["resource"]["id"] for entry in bundle(counts, "rules", PRODUCED)["entry"]]

    assert len({*ids(here), *ids(elsewhere)}) == 5
    assert ids(here) == ids(list(reversed(here)))
    assert ids([count("HPV003", 3)]) == ids([count("HPV004", 9)])  # the report stays where its counts change


def test_the_text_is_the_bundle_for_people_to_read() -> None:
    counts = [count("HPV003", 7, service="HPV “girls”", state="held", holds=("threshold",))]
    text = bundle_text(counts, "rules “2”", PRODUCED)
    assert json.loads(text) == bundle(counts, "rules “2”", PRODUCED)
    assert text.startswith('{\n "resourceType": "Bundle",\n')
    assert "rules “2”" in text
    assert text.endswith("}\n")


def test_nothing_leads_to_people() -> None:
    text = bundle_text([count("HPV003", 7)], "rules", PRODUCED)
    assert "evaluatedResource" not in text
    assert "subjectResults" not in text


def test_no_counts_are_an_empty_collection() -> None:
    made = bundle([], "rules", PRODUCED)
    assert Bundle.model_validate(made)
    assert "entry" not in made
