"""Every indicator: its cases, and a case on either side of every edge that its rows have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import indicators
import pytest
from adapter.normalise.indicator import AgePeriod, Indicator
from adapter.normalise.interpretation import interpret
from adapter.reconcile.person import Span, last_31_august, next_31_march
from book import INDICATORS
from case import Case, Doses, Expected, named
from msgspec import Struct
from small_england import catalogue

CASES = named(INDICATORS)


class Shown(Struct, frozen=True):
    """A dose with its outcome, as a case shows it."""

    programmes: frozenset[str]
    on: date
    born: date
    expected: Expected
    before: tuple[date, ...]


def _shown(indicator: str) -> Iterator[Shown]:
    for case in indicators.CASES[indicator]:
        assert isinstance(case, Doses)
        for place, expected in enumerate(case.expected):
            said = case.given[place].statement
            others = [one.statement.occurred for at, one in enumerate(case.given) if at != place]
            on = date.fromisoformat(said.occurred)
            yield Shown(
                interpret(said, catalogue()).programmes,
                on,
                date.fromisoformat(said.born) if len(said.born) == 10 else date.min,
                expected,
                tuple(sorted(day for day in map(date.fromisoformat, others) if day < on)),
            )


Edge = Callable[[Shown], bool]


def _counts(row: Indicator, shown: Shown) -> bool:
    return shown.expected.outcome == "counted" and shown.expected.indicator == row.id


def _measured(row: Indicator, on: date) -> date:
    day = Span(on, on)
    measured = {"31-aug": last_31_august(day), "31-mar": next_31_march(day)}.get(row.age_on, day)
    assert measured
    return measured.first


def _edges(row: Indicator) -> Iterator[tuple[str, Edge]]:
    """What a row's section must show: each edge from inside and from outside."""
    yield "counted", lambda one: _counts(row, one)
    if row.age_from:
        yield from _age_edges(row, "youngest", row.age_from, inside_from=True)
    if row.age_to:
        yield from _age_edges(row, "oldest", row.age_to, inside_from=False)
    if any(age and (age.years or age.months) for age in (row.age_from, row.age_to)):
        yield "born on 29 February", lambda one: (one.born.month, one.born.day) == (2, 29)
    if row.min_interval_days:
        least = row.min_interval_days
        yield "interval", lambda one: _counts(row, one) and _gap(one) == least
        yield "interval, a day less", lambda one: one.expected.reason == "interval-too-short" and _gap(one) == least - 1
    if row.first_dose_before:
        limit = row.first_dose_before
        yield "first dose in time", lambda one: _counts(row, one) and _first(one) == limit.reached(one.born) - DAY
        yield (
            "first dose late",
            lambda one: one.expected.reason == "first-dose-too-late" and _first(one) == limit.reached(one.born),
        )
    for month in sorted(row.months):
        if month % 12 + 1 not in row.months:
            yield f"last day of month {month}", lambda one, m=month: _counts(row, one) and _last_day(one.on) == m
            yield (
                f"day after month {month}",
                lambda one, m=month: not _counts(row, one) and _last_day(one.on - DAY) == m,
            )
        if (month - 2) % 12 + 1 not in row.months:
            yield (
                f"first day of month {month}",
                lambda one, m=month: _counts(row, one) and (one.on.month, one.on.day) == (m, 1),
            )
            yield (
                f"day before month {month}",
                lambda one, m=month: not _counts(row, one) and ((one.on + DAY).month, (one.on + DAY).day) == (m, 1),
            )
    if row.valid_from:
        if not row.months or row.valid_from.month in row.months:
            yield "first day", lambda one: _counts(row, one) and one.on == row.valid_from
        if not any(other.in_force(row.valid_from - DAY) for other in indicators.rows_of(row.id)):
            yield (
                "before the first day",
                lambda one: (
                    one.expected.reason == "outside-service-dates"
                    and (one.on + DAY == row.valid_from or bool(row.months))
                ),
            )
    if row.valid_to:
        yield "last day", lambda one: _counts(row, one) and one.on == row.valid_to
    for asked, reason in (
        (row.pregnancy, "no-pregnancy-code"),
        (row.sex, "not-in-pregnancy"),
        (row.at_risk, "no-at-risk-code"),
        (row.nasal_contraindicated, "nasal-not-contraindicated"),
        (row.incomplete_below, "history-complete"),
        (row.once_per_financial_year, "already-this-year"),
    ):
        if asked:
            yield reason, lambda one, r=reason: one.expected.reason == r and one.expected.indicator == row.id
    if row.counts == "patients" and not row.once_per_financial_year:
        yield "patient once", lambda one: one.expected.reason == "patient-already-counted"


DAY = timedelta(days=1)


def _age_edges(row: Indicator, name: str, age: AgePeriod, inside_from: bool) -> Iterator[tuple[str, Edge]]:
    """The first day of an age and the day before it; `inside_from`: the first day is inside."""

    def on_the_day(one: Shown) -> bool:
        return one.born > date.min and _measured(row, one.on) == age.reached(one.born)

    def the_day_before(one: Shown) -> bool:
        return one.born > date.min and _measured(row, one.on) + DAY == age.reached(one.born)

    inside, outside = (on_the_day, the_day_before) if inside_from else (the_day_before, on_the_day)
    yield f"{name}, inside", lambda one: inside(one) and _counts(row, one)
    yield f"{name}, outside", lambda one: outside(one) and not _counts(row, one)


def _gap(one: Shown) -> int:
    return (one.on - one.before[-1]).days if one.before else -1


def _first(one: Shown) -> date:
    return one.before[0] if one.before else date.min


def _last_day(on: date) -> int:
    """The month that ends with this day, 0 where none does."""
    return on.month if (on + DAY).day == 1 else 0


ROWS = [row for row in catalogue().indicators if row.evaluable]
EDGES = [(row, name, edge) for row in ROWS for name, edge in _edges(row)]


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_the_code_counts_as_the_book_says(case: Case) -> None:
    assert case.faults() == []


@pytest.mark.parametrize(
    ("row", "edge"),
    [(row, edge) for row, _, edge in EDGES],
    ids=[f"{row.ref} {row.id}: {name}" for row, name, _ in EDGES],
)
def test_both_sides_of_every_edge_have_a_case(row: Indicator, edge: Edge) -> None:
    assert any(edge(one) for one in _shown(row.id) if one.programmes & row.programmes)


def test_every_indicator_has_its_section_and_no_other() -> None:
    assert sorted(indicators.CASES) == sorted(indicators.evaluable())


def test_a_dose_number_is_shown_by_code_field_and_history() -> None:
    """`dose` of a row, reached each way: a code that states it, the dose field, the doses before."""
    ways: set[str] = set()
    for cases in indicators.CASES.values():
        for case in cases:
            assert isinstance(case, Doses)
            said = case.given[0].statement
            counted = bool(case.expected) and case.expected[0].outcome == "counted"
            if counted and interpret(said, catalogue()).dose:
                ways.add("code")
            elif counted and said.dose:
                ways.add("field")
            elif counted and len(case.given) > 1:
                ways.add("history")
    assert ways == {"code", "field", "history"}
