"""Counts as FHIR: what a report says, word for word, and what it never says."""

from __future__ import annotations

import json
from typing import Any

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import cell_of
from adapter.achievement.measure_report import bundle as made_of
from adapter.achievement.measure_report import text_of
from fhir.resources.R4B.bundle import Bundle

EXCLUDED = {"twin-elsewhere": 1, "non-gms": 1}
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


def bundle(counts: list[Achievement], version: str, produced: str) -> dict[str, Any]:
    return made_of(counts, {cell_of(one): EXCLUDED for one in counts}, version, produced)


def concept(kind: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": f"{OURS}:{kind}", "code": code}]}


def because(reason: str) -> dict[str, Any]:
    return {"coding": [*concept("population", "excluded")["coding"], *concept("reason", reason)["coding"]]}


def test_a_report_says_this() -> None:
    made = bundle([count("HPV003", 7, state="held", holds=("incident", "threshold"))], "rules", PRODUCED)
    assert Bundle.model_validate(made)
    [entry] = made.pop("entry")
    assert made == {"resourceType": "Bundle", "type": "collection", "timestamp": PRODUCED}
    id_ = "f1a21c564e5d382d92853ac45b21232d"  # people have kept it: it never changes
    assert entry == {
        "fullUrl": f"{OURS}:report:{id_}",
        "resource": {
            "resourceType": "MeasureReport",
            "id": id_,
            "status": "complete",
            "type": "summary",
            "measure": f"{OURS}:measure:HPV003|rules",
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
                        {"id": "records", "code": concept("population", "records"), "count": 10},
                        {"id": "counted", "code": concept("population", "counted"), "count": 7},
                        {"id": "excluded-non-gms", "code": because("non-gms"), "count": 1},
                        {"id": "excluded-twin-elsewhere", "code": because("twin-elsewhere"), "count": 1},
                        {"id": "queried", "code": concept("population", "queried"), "count": 1},
                    ],
                }
            ],
        },
    }


def test_a_report_for_each_practice_indicator_and_month() -> None:
    counts = [
        count("HPV004", 1),
        count("RSVP001", 5, programme="rsv-pregnant"),
        count("HPV003", 3),
        count("HPV003", 6, practice="A81001"),
        count("HPV003", 4, "2024-11"),
    ]
    reports = [entry["resource"] for entry in bundle(counts, "rules", PRODUCED)["entry"]]
    assert [
        (one["reporter"]["identifier"]["value"], one["measure"].split(":")[-1], one["period"]["start"])
        for one in reports
    ] == [
        ("A81001", "HPV003|rules", "2024-09-01"),
        ("D83013", "HPV003|rules", "2024-09-01"),
        ("D83013", "HPV003|rules", "2024-11-01"),
        ("D83013", "HPV004|rules", "2024-09-01"),
        ("D83013", "RSVP001|rules", "2024-09-01"),
    ]


def test_a_subject_list_has_the_decisions_of_each_population() -> None:
    one = count("HPV003", 2)
    subjects = {("counted", "gms"): ["c", "a"], ("excluded", "non-gms"): ["b"], ("excluded", "twin-elsewhere"): ["d"]}
    made = made_of([one], {cell_of(one): EXCLUDED}, "rules", PRODUCED, {cell_of(one): subjects})
    assert Bundle.model_validate(made)
    [report] = [entry["resource"] for entry in made["entry"]]
    assert report["type"] == "subject-list"
    lists = {
        each["id"]: [item["item"]["identifier"]["value"] for item in each.get("entry", [])]
        for each in report["contained"]
    }
    assert lists == {
        "records": ["a", "b", "c", "d"],
        "counted": ["a", "c"],
        "excluded-non-gms": ["b"],
        "excluded-twin-elsewhere": ["d"],
        "queried": [],
    }
    for each in report["group"][0]["population"]:
        assert each["subjectResults"] == {"reference": f"#{each['id']}"}


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
    assert ids([count("HPV003", 3)]) == ids([count("HPV003", 9)])  # the report stays where its counts change
    assert ids([count("HPV003", 3)]) != ids([count("HPV004", 3)])


def test_the_text_is_the_bundle_for_people_to_read() -> None:
    counts = [count("HPV003", 7, service="HPV “girls”", state="held", holds=("threshold",))]
    text = text_of(bundle(counts, "rules “2”", PRODUCED))
    assert json.loads(text) == bundle(counts, "rules “2”", PRODUCED)
    assert text.startswith('{\n "resourceType": "Bundle",\n')
    assert "rules “2”" in text
    assert text.endswith("}\n")


def test_nothing_leads_to_people() -> None:
    text = text_of(bundle([count("HPV003", 7)], "rules", PRODUCED))
    assert "evaluatedResource" not in text
    assert "subjectResults" not in text


def test_no_counts_are_an_empty_collection() -> None:
    made = bundle([], "rules", PRODUCED)
    assert Bundle.model_validate(made)
    assert "entry" not in made
