"""A feed's rhythm, new codes, weeks, and figures that are added up in any order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from adapter.signals.figure import FIGURES, Figure
from adapter.signals.new_code import new_codes
from adapter.signals.report import sentence, steps
from adapter.signals.sighting import Place
from adapter.signals.silence import overdue
from adapter.signals.tally import Tally
from adapter.signals.week import first_day, last_day, monday, name, parse, sunday, week_of
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2024, 10, 21)


def days(*gaps: int, silent: int) -> dict[str, list[date]]:
    came = [TODAY - timedelta(silent + sum(gaps[at:])) for at in range(len(gaps) + 1)]
    return {"mill": came}


@pytest.mark.parametrize(
    ("gaps", "silent", "missed"),
    [
        ((1,) * 20, 3, False),
        ((1,) * 20, 8, True),
        ((7,) * 10, 13, False),
        ((7,) * 10, 14, True),
        ((7, 7, 14, 7, 7, 7, 21, 7), 21, False),
        ((1, 1, 1), 20, False),
        ((1, 1, 1), 29, True),
        ((1, 1), 400, False),
        ((30,) * 8, 40, True),
        ((), 400, False),
    ],
)
def test_a_feed_is_missed_after_its_own_rhythm(gaps: tuple[int, ...], silent: int, missed: bool) -> None:
    found = overdue(days(*gaps, silent=silent), TODAY)
    assert [one.feed for one in found] == ["mill"] * missed
    for one in found:
        assert f"Silent for {silent} days" in sentence(one)
        assert one.since <= one.raised <= one.last == name(week_of(TODAY))


def coded(**weeks: int) -> Tally:
    """Records with a new code, by week after the tally's beginning."""
    tally = Tally(1000, 1100)
    tally.started = 1000
    tally.codes["snomed", "1234567890"] = {1000 + int(week[1:]): number for week, number in weeks.items()}
    tally.carriers["snomed", "1234567890"] = {("mill", "D83013"), ("trust", "")}
    return tally


@pytest.mark.parametrize(
    ("weeks", "raised"),
    [
        ({"w20": 3}, 1020),
        ({"w20": 1, "w22": 2}, 1022),
        ({"w20": 2, "w30": 5}, None),
        ({"w7": 9}, None),
        ({"w0": 1, "w20": 9}, None),
    ],
)
def test_a_code_is_new_once(weeks: dict[str, int], raised: int | None) -> None:
    found = new_codes(coded(**weeks), 1010, 1100)
    assert [one.raised for one in found] == ([name(raised)] if raised else [])
    for one in found:
        assert one.concerns("trust", "D83013")
        assert not one.concerns("other", None)
        assert "snomed 1234567890" in sentence(one)
        assert any("--records" in step for step in steps(one))


def test_weeks_are_those_of_the_calendar() -> None:
    assert [name(week_of(date(*day))) for day in ((2024, 12, 29), (2024, 12, 30), (2027, 1, 3))] == [
        "2024-W52",
        "2025-W01",
        "2026-W53",
    ]
    assert parse("2024-W36") == parse("2024-09-02") == parse("2024-09-08") == week_of(date(2024, 9, 5))
    assert (first_day("2024-W36"), last_day("2024-W36")) == ("2024-09-02", "2024-09-08")
    week = week_of(date(2024, 9, 5))
    assert (monday(week).isoformat(), sunday(week).isoformat()) == ("2024-09-02", "2024-09-08")
    assert [parse(text) for text in ("2024-W60", "September", "", "0001-01-01")] == [None] * 4


SEEN = st.tuples(
    st.sampled_from(["mill", "trust"]),
    st.sampled_from(["", "mmr"]),
    st.integers(99, 103),
    st.sampled_from(list(Figure)),
)


@given(st.lists(SEEN, max_size=30), st.integers(0, 30))
def test_parts_that_are_joined_are_the_whole(seen: list[tuple[str, str, int, Figure]], cut: int) -> None:
    def tallied(some: list[tuple[str, str, int, Figure]]) -> Tally:
        tally = Tally(99, 103)
        for feed, programme, week, figure in some:
            tally.count(Place(feed, "", programme), week, (figure,))
        return tally

    joined = tallied(seen[:cut])
    joined.join(tallied(seen[cut:]))
    whole = tallied(seen)
    assert joined.figures == whole.figures
    total = sum(sum(figures) for weeks in whole.figures.values() for figures in weeks.values())
    assert total == len(seen)
    assert all(len(figures) == FIGURES for weeks in whole.figures.values() for figures in weeks.values())
