"""Faults of known size in a small invented region: found where they were planted and soon, and nowhere else."""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from adapter.signals.alarm import Alarm, alarms
from adapter.signals.figure import Figure
from adapter.signals.signal import Signal
from adapter.signals.week import name, week_of
from bench.region import RSV, SEASONAL, Fault, region

BEGAN = week_of(date(2025, 3, 3))
WEEKS = 6
PRACTICES = 8
FEED = "gp-0003"


@cache
def found(*faults: Fault, began: int = BEGAN, weeks: int = WEEKS) -> tuple[Alarm, ...]:
    tally = region(began - 60, began + weeks - 1, PRACTICES, seed=3, faults=faults)
    return tuple(alarms(tally, SEASONAL, began, began + weeks - 1, {}))


@pytest.mark.parametrize(
    ("signal", "figure", "size", "within"),
    [
        (Signal.VOLUME_LOW, None, 1.0, 2),
        (Signal.VOLUME_LOW, None, 0.6, 4),
        (Signal.PERFORMER_MISSING, Figure.PERFORMER_MISSING, 0.6, 1),
        (Signal.PERFORMER_MISSING, Figure.PERFORMER_MISSING, 0.25, 4),
        (Signal.BORN_ELSEWHERE, Figure.BORN_POC, 0.25, 4),
        (Signal.TWINS_DISAGREE, Figure.TWINS_DISAGREE, 0.15, 3),
        (Signal.CODE_UNREADABLE, Figure.UNREADABLE, 0.25, 4),
        (Signal.RECORDED_LATE, Figure.LATE, 0.5, 4),
    ],
)
def test_a_fault_of_one_practice_is_found(signal: Signal, figure: Figure | None, size: float, within: int) -> None:
    fault = Fault(BEGAN, size, figure, practices=range(3, 4))
    raised = {one.raised for one in found(fault) if (one.signal, one.feed) == (signal, FEED)}
    assert raised & {name(BEGAN + week) for week in range(within)}
    others = {one.feed for one in found(fault) if one.signal == signal} - {FEED, ""}
    assert others == set()


def test_a_trust_that_names_practices_is_found() -> None:
    fault = Fault(BEGAN, 0.1, None, trusts=range(1, 2))
    of = {(one.feed, one.of) for one in found(fault) if one.signal is Signal.PERFORMER}
    assert ("trust-1", "a practice") in of
    assert {feed for feed, _ in of} == {"trust-1"}


def test_a_small_fault_of_all_practices_is_found_in_all_together() -> None:
    fault = Fault(BEGAN, 0.05, Figure.TWINS_DISAGREE, practices=range(PRACTICES))
    assert [one for one in found(fault) if (one.signal, one.feed) == (Signal.TWINS_DISAGREE, "")]


def test_an_autumn_of_campaigns_and_a_new_programme_raise_nothing() -> None:
    wrong = found(began=RSV - 2, weeks=12)
    assert {(one.signal, one.of) for one in wrong} <= {
        (Signal.BORN_ELSEWHERE, "another practice"),  # two families in a month
        (Signal.RECORDED_LATE, ""),
    }
    assert len(wrong) <= 2


def test_christmas_raises_nothing() -> None:
    wrong = found(began=week_of(date(2025, 12, 15)), weeks=2)
    assert [one for one in wrong if one.signal in (Signal.VOLUME_LOW, Signal.VOLUME_HIGH)] == []


def test_a_week_is_judged_by_what_was_before_it() -> None:
    fault = Fault(BEGAN, 0.5, Figure.PERFORMER_MISSING, practices=range(3, 4))
    tally = region(BEGAN - 60, BEGAN + 1 + WEEKS, PRACTICES, seed=3, faults=(fault,))
    early, late = ({one.id: one for one in alarms(tally, SEASONAL, BEGAN, BEGAN + weeks, {})} for weeks in (1, WEEKS))
    assert early
    assert early.keys() <= late.keys()
    assert {one.raised for one in early.values()} == {late[id_].raised for id_ in early}
