"""What the linked records of a vaccination tell of the person: birth date, sex, pregnancy, risk.

An age is compared in spans, because a birth date or a vaccination date may be a year or a month only: the answer is
True or False where every day of the spans gives it, and None where it depends on the day.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from msgspec import Struct

from adapter.fhir.dates import london_date
from adapter.normalise.indicator import AgePeriod
from adapter.reconcile.reading import Reading
from adapter.reconcile.rules import Rules

LAST_YEAR = 9000
"""Years beyond it overflow an age's arithmetic, and are no birth date of anybody."""
DayTest = Callable[[date], bool]


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


def person(deciding: Reading, vaccination: Sequence[Reading], patient: Sequence[Reading], rules: Rules) -> Person:
    """The deciding record speaks first, its live linked records where it is silent and they agree."""
    linked = [reading for reading in vaccination if reading is not deciding and reading.live]
    evidence = [deciding, *linked]
    on = deciding.on
    return Person(
        born=_agreed(reading.record.statement.born for reading in evidence),
        on=span(london_date(deciding.record.statement.occurred) or deciding.record.statement.occurred),
        male=_first_known(reading.record.statement.sex for reading in evidence) == "male",
        pregnant=any(reading.meaning.pregnancy for reading in evidence)
        or _context(evidence, "pregnancy", rules, lambda day: on is not None and day == on),
        at_risk=_context(evidence, "at-risk", rules, lambda day: on is not None and day <= on),
        nasal_contraindicated=_context(
            evidence, "contraindicated-nasal-flu", rules, lambda day: on is not None and day <= on
        )
        or _recorded_contraindication(patient, on, rules),
    )


def _first_known(values: Iterable[str]) -> str:
    return next((value for value in values if value and value != "unknown"), "")


def _agreed(births: Iterable[str]) -> Span | None:
    """The deciding record's birth date, else the one that all linked records give that give one."""
    sent = list(births)
    own = span(sent[0])
    if own:
        return own
    spans = {found for found in map(span, sent[1:]) if found}
    return spans.pop() if len(spans) == 1 else None


def _context(readings: Sequence[Reading], role: str, rules: Rules, holds: DayTest) -> bool:
    return any(
        code.date
        and rules.catalogue.context_role(code.system, code.code) == role
        and holds(date.fromisoformat(code.date))
        for reading in readings
        for code in reading.record.statement.context
    )


def _recorded_contraindication(patient: Sequence[Reading], on: date | None, rules: Rules) -> bool:
    """A live record of its own that says the nasal vaccine is contraindicated, on the date or before."""
    return any(
        reading.live
        and reading.on is not None
        and on is not None
        and reading.on <= on
        and any(
            rules.catalogue.context_role(coding.system, coding.code) == "contraindicated-nasal-flu"
            for coding in reading.record.statement.procedure
        )
        for reading in patient
    )


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


def last_31_august(on: Span | None) -> Span | None:
    """The 31 August before the flu season that a day belongs to: seasons begin on 1 September."""
    if on is None:
        return None

    def before(day: date) -> date:
        return date(day.year if day.month >= 9 else day.year - 1, 8, 31)

    return Span(before(on.first), before(on.last))


def next_31_march(on: Span | None) -> Span | None:
    """The 31 March at or after a day: the end of the flu season's payment."""
    if on is None:
        return None

    def after(day: date) -> date:
        return date(day.year if day.month <= 3 else day.year + 1, 3, 31)

    return Span(after(on.first), after(on.last))
