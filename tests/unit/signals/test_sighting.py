"""Which figures a record counts in: one odd thing at a time, read as every run reads it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from adapter.normalise.snomed import SnomedCode
from adapter.runs.signals import watch
from adapter.runs.weeks_asked import Asked
from adapter.signals.figure import Figure
from adapter.signals.sighting import HIDDEN
from adapter.signals.week import week_of
from adapter.store.store import Store

from autumn_weeks import RAVS, record
from filled import ODS, PROCEDURE, SNOMED, organisations
from sending import ndjson, nhs_number, send

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is read does not depend on it
DAY = date(2024, 9, 3)
UNTIL = Asked(until=week_of(DAY) + 20)
USUAL = {Figure.RECORDS, Figure.DATED}
OWN = Figure.PERFORMER_OWN


def actor(code: str) -> dict[str, Any]:
    return {"actor": {"type": "Organization", "identifier": {"system": ODS, "value": code}}}


def place(code: str) -> dict[str, Any]:
    return {"identifier": {"system": ODS, "value": code}}


def coded(code: str) -> dict[str, Any]:
    concept = {"coding": [{"system": SNOMED, "code": code}]}
    return {"extension": [{"url": PROCEDURE, "valueCodeableConcept": concept}], "vaccineCode": concept}


def figures(store: Store, feed: str, *changes: dict[str, Any]) -> list[set[Figure]]:
    """Of each record, in the order of its week: each is a week after the one before."""
    organisations(store)
    store.feeds.remember("mill", "D83013", "gp")
    doses = [
        record(f"v{n}", n, date.fromordinal(DAY.toordinal() + 7 * n), "D83013") | each for n, each in enumerate(changes)
    ]
    send(store, ndjson(*({k: v for k, v in dose.items() if v is not None} for dose in doses)), feed)
    found: dict[int, set[Figure]] = {}
    for weeks in watch(store, UNTIL).tally.figures.values():
        for week, counted in weeks.items():
            found.setdefault(week, set()).update(Figure(at) for at, number in enumerate(counted) if number)
    return [found[week] for week in sorted(found)]


def test_of_a_practice(store: Store) -> None:
    changes: list[tuple[dict[str, Any], set[Figure]]] = [
        ({}, {OWN}),
        ({"performer": None}, {Figure.PERFORMER_MISSING}),
        ({"performer": [actor("RVV")]}, {Figure.PERFORMER_PROVIDER}),
        ({"performer": [actor("X9999")]}, {Figure.PERFORMER_UNKNOWN}),
        ({"location": place("RVV")}, {OWN, Figure.PLACED, Figure.MISPLACED}),
        ({"location": place("D83013")}, {OWN, Figure.PLACED}),
        ({"identifier": [{"system": RAVS, "value": "r1"}]}, {OWN, Figure.BORN_POC}),
        ({"identifier": [{"system": "https://EMISWeb/A81001", "value": "e1"}]}, {OWN, Figure.BORN_PRACTICE}),
        ({"identifier": [{"system": "https://EMISWeb/D83013", "value": "e2"}]}, {OWN}),
        (coded("1234567890"), {OWN, Figure.UNREADABLE}),
    ]
    found = figures(store, "mill", *(change for change, _ in changes))
    assert found == [USUAL | expected for _, expected in changes]


def test_of_a_trust(store: Store) -> None:
    found = figures(store, "trust", {}, {"performer": [actor("RVV")]}, {"identifier": [{"system": RAVS, "value": "r"}]})
    assert found == [
        USUAL | {Figure.PERFORMER_PRACTICE},
        USUAL | {Figure.PERFORMER_PROVIDER},
        USUAL | {Figure.PERFORMER_PRACTICE},
    ]


def test_late_by_the_day_of_the_record(store: Store) -> None:
    late = {"occurrenceDateTime": "2024-08-03", "recorded": "2024-09-04"}
    in_time = {"occurrenceDateTime": "2024-08-11", "recorded": "2024-09-11"}
    undated = {"recorded": None}
    found = figures(store, "mill", late, in_time, undated)
    assert found == [USUAL | {OWN, Figure.LATE}, USUAL | {OWN}, {Figure.RECORDS, OWN}]


def test_nothing_given_or_no_day_is_in_no_week(store: Store) -> None:
    not_done = {"status": "not-done", "recorded": "2024-09-03"}
    ancient = {"recorded": "0001-01-01", "occurrenceDateTime": "0001-01-01"}
    assert figures(store, "mill", not_done, ancient, {"occurrenceDateTime": "2024", "recorded": None}) == []


def test_a_code_that_could_be_an_nhs_number_is_not_shown(store: Store) -> None:
    hidden = next(number for each in range(4_000) if _sound(number := nhs_number(each)))
    figures(store, "mill", coded("80891009"), coded(hidden))
    assert sorted(code for _, code in watch(store, UNTIL).tally.codes) == sorted(["80891009", HIDDEN])


def _sound(number: str) -> bool:
    code = SnomedCode.parse(number)
    return isinstance(code, SnomedCode) and code.is_concept and not code.is_impossible_core_concept
