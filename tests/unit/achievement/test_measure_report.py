from __future__ import annotations

import json
from typing import Any

from adapter.achievement.achievement import Achievement
from adapter.achievement.measure_report import bundle, bundle_text
from fhir.resources.R4B.bundle import Bundle

PRODUCED = "2025-01-10T09:00:00+00:00"


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


def test_a_report_for_each_practice_service_and_month() -> None:
    made = bundle([count("HPV004", 1), count("HPV003", 3), count("HPV003", 4, "2024-11")], "rules", PRODUCED)
    assert Bundle.model_validate(made)
    reports = [entry["resource"] for entry in made["entry"]]
    assert [(one["period"]["start"], len(one["group"])) for one in reports] == [("2024-09-01", 2), ("2024-11-01", 1)]
    group = reports[0]["group"][0]
    assert group["code"]["coding"][0]["code"] == "HPV003"
    assert [(one["code"]["coding"][0]["code"], one["count"]) for one in group["population"]] == [
        ("counted", 3),
        ("excluded", 2),
        ("queried", 1),
    ]


def test_holds_show_and_nothing_leads_to_people() -> None:
    text = bundle_text([count("HPV003", 7, state="held", holds=("threshold",))], "rules", PRODUCED)
    extensions = json.loads(text)["entry"][0]["resource"]["group"][0]["extension"]
    assert [one.get("valueCode") for one in extensions] == [None, "held", "threshold"]
    assert "evaluatedResource" not in text
    assert "subjectResults" not in text


def test_no_counts_are_an_empty_collection() -> None:
    made = bundle([], "rules", PRODUCED)
    assert Bundle.model_validate(made)
    assert "entry" not in made
