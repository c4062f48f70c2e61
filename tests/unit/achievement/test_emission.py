"""Counts and decisions as scripts read them: the bytes are the promise."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from adapter.achievement.achievement import Achievement
from adapter.achievement.emission import counts_csv, counts_json, decision_line
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision, Ground, RecordRef

COUNT: dict[str, Any] = {
    "run": "r",
    "count": "c",
    "practice": "D83013",
    "service": "PCV “and” Hib, Men C",
    "programme": "pcv",
    "indicator": "PCV01",
    "period": "2024-09",
    "achievement_date": "2024-09-30",
    "value": 7,
    "state": "held",
    "holds": ["incident", "threshold"],
    "excluded": 2,
    "queried": 1,
    "root": "00ff",
}
HELD = Achievement(**(COUNT | {"holds": ("incident", "threshold")}))
READY = msgspec.structs.replace(HELD, count="d", state="ready", holds=())


def test_counts_are_one_array_with_a_line_for_each() -> None:
    text = counts_json([HELD, READY])
    assert json.loads(text) == [COUNT, COUNT | {"count": "d", "state": "ready", "holds": []}]
    first, second = text.splitlines()
    assert first.startswith('[{"run": "r", "count": "c", "practice": "D83013", "service": "PCV “and” Hib, Men C", ')
    assert first.endswith('"root": "00ff"},')
    assert second.startswith(' {"run": "r", "count": "d", ')
    assert text.endswith("}]\n")
    assert counts_json([]) == "[]\n"


def test_the_sheet_has_the_same_columns_in_the_same_order() -> None:
    assert counts_csv([HELD, READY]) == (
        "run,count,practice,service,programme,indicator,period,achievement_date,value,state,holds,excluded,queried,root"
        '\nr,c,D83013,"PCV “and” Hib, Men C",pcv,PCV01,2024-09,2024-09-30,7,held,incident|threshold,2,1,00ff\n'
        'r,d,D83013,"PCV “and” Hib, Men C",pcv,PCV01,2024-09,2024-09-30,7,ready,,2,1,00ff\n'
    )


def test_a_decision_is_one_line_without_its_grounds() -> None:
    decision = Decision(
        outcome=Outcome.EXCLUDED,
        reason=Reason.CODED_ELSEWHERE,
        supporting=(Reason.RETRACTED, Reason.NOT_GIVEN),
        practice="D83013",
        programme="pcv",
        indicator=None,
        period="2024-09",
        occurred="2024-09-03",
        vaccination="v",
        record=RecordRef("feed é", "a system", "a value", 3, "ab", "#/entry/0"),
        grounds=(Ground("code", "It says so."),),
        sequence=12,
    )
    line = decision_line("r", "id", decision)
    assert json.loads(line) == {
        "run": "r",
        "decision": "id",
        "outcome": "excluded",
        "reason": "coded-elsewhere",
        "supporting": ["retracted", "not-given"],
        "practice": "D83013",
        "programme": "pcv",
        "indicator": None,
        "period": "2024-09",
        "occurred": "2024-09-03",
        "vaccination": "v",
        "record": {
            "feed": "feed é",
            "system": "a system",
            "value": "a value",
            "version": 3,
            "sha256": "ab",
            "pointer": "#/entry/0",
        },
    }
    assert "\n" not in line
    assert "feed é" in line
