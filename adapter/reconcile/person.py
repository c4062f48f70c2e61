"""What the linked records of a vaccination tell of the person: birth date, sex, pregnancy, risk.

An age is compared in spans, because a birth date or a vaccination date may be a year or a month only: the answer is
True or False where every day of the spans gives it, and None where it depends on the day.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from msgspec import Struct

from adapter.fhir.dates import london_date
from adapter.normalise.indicator import AgePeriod
from adapter.reconcile.reading import Reading

LAST_YEAR = 9000
"""Years beyond it overflow an age's arithmetic, and are no birth date of anybody."""


class Span(Struct, frozen=True):
    """Every day that a date of its precision may mean, both ends included."""

    first: date
    last: date


class Person(Struct, frozen=True):
    """`pregnant` holds a reading's own evidence or a linked record's, on the vaccination date; `at_risk` and
    `nasal_contraindicated` on that date or before.
    """

    born: Span | None
    on: Span | None
    male: bool
    pregnant: bool
    at_risk: bool
    nasal_contraindicated: bool


def person(deciding: Reading, vaccination: Sequence[Reading], nasal: Sequence[date] = ()) -> Person:
    """The deciding record speaks first, its live linked records where it is silent and they agree. `nasal` are the days
    since which the patient must not have the nasal influenza vaccine (`contraindications`).
    """
    evidence = [deciding]
    if len(vaccination) > 1:
        evidence += [reading for reading in vaccination if reading is not deciding and reading.live]
    on = deciding.on
    pregnant = at_risk = contraindicated = False
    for reading in evidence:
        pregnant = pregnant or reading.meaning.pregnancy
        for role, day in reading.context:
            if on and day <= on:
                pregnant = pregnant or (role == "pregnancy" and day == on)
                at_risk = at_risk or role == "at-risk"
                contraindicated = contraindicated or role == "contraindicated-nasal-flu"
    if nasal and on:
        contraindicated = contraindicated or min(nasal) <= on
    return Person(
        _agreed(evidence),
        _days(deciding.record.statement.occurred),
        _first_known_sex(evidence) == "male",
        pregnant,
        at_risk,
        contraindicated,
    )


def contraindications(patient: Sequence[Reading]) -> list[date]:
    """The days of live records that say by themselves that the nasal vaccine is contraindicated."""
    return [reading.on for reading in patient if reading.meaning.nasal_contraindicated and reading.live and reading.on]


def _first_known_sex(evidence: Sequence[Reading]) -> str:
    for reading in evidence:
        sex = reading.record.statement.sex
        if sex and sex != "unknown":
            return sex
    return ""


def _agreed(evidence: Sequence[Reading]) -> Span | None:
    """The deciding record's birth date, else the one that all linked records give that give one."""
    own = span(evidence[0].record.statement.born)
    if own or len(evidence) == 1:
        return own
    spans = {found for reading in evidence[1:] if (found := span(reading.record.statement.born))}
    return spans.pop() if len(spans) == 1 else None


@lru_cache(maxsize=65_536)
def _days(occurred: str) -> Span | None:
    return span(london_date(occurred) or occurred)


@lru_cache(maxsize=65_536)
def span(text: str) -> Span | None:
    """A year, a month or a day as the days it may mean; anything else is None."""
    try:
        match text.split("T")[0].split("-"):
            case [year] if 1800 <= int(year) <= LAST_YEAR:
                return Span(date(int(year), 1, 1), date(int(year), 12, 31))
            case [year, month] if 1800 <= int(year) <= LAST_YEAR:
                last = calendar.monthrange(int(year), int(month))[1]
                return Span(date(int(year), int(month), 1), date(int(year), int(month), last))
            case [year, month, day] if 1800 <= int(year) <= LAST_YEAR:
                exact = date(int(year), int(month), int(day))
                return Span(exact, exact)
    except ValueError:
        return None
    return None


def at_least(born: Span | None, on: Span | None, age: AgePeriod) -> bool | None:
    if born is None or on is None:
        return None
    if on.first >= age.reached(born.last):
        return True
    if on.last < age.reached(born.first):
        return False
    return None


def within(born: Span | None, on: Span | None, age_from: AgePeriod | None, age_to: AgePeriod | None) -> bool | None:
    """Half-open: from the first age, up to but not on the day of the second."""
    old_enough = at_least(born, on, age_from) if age_from else True
    too_old = at_least(born, on, age_to) if age_to else False
    if old_enough is False or too_old is True:
        return False
    return True if old_enough and too_old is False else None


@lru_cache(maxsize=65_536)
def last_31_august(on: Span | None) -> Span | None:
    """The 31 August before the flu season that a day belongs to: seasons begin on 1 September."""
    if on is None:
        return None

    def before(day: date) -> date:
        return date(day.year if day.month >= 9 else day.year - 1, 8, 31)

    return Span(before(on.first), before(on.last))


@lru_cache(maxsize=65_536)
def next_31_march(on: Span | None) -> Span | None:
    """The 31 March at or after a day: the end of the flu season's payment."""
    if on is None:
        return None

    def after(day: date) -> date:
        return date(day.year if day.month <= 3 else day.year + 1, 3, 31)

    return Span(after(on.first), after(on.last))
