"""A CQRS payment count as a row of `indicators.csv`: the rules as data. Judging a dose by them is not done here."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from adapter.normalise.code_entry import Dose, Form, RowRef, row_ref

AgeOn = Literal["day", "31-aug", "31-mar"]
Pregnancy = Literal["needed", "code-or-evidence"]

_PERIOD = re.compile(r"(?=.)(?:([0-9]{1,3})y)?(?:([0-9]{1,3})m)?(?:([0-9]{1,3})w)?(?:([0-9]{1,4})d)?", re.ASCII)


class AgePeriod(Struct, frozen=True):
    """A length of life: `56d`, `8w`, `2y`, `3y4m`. Whole years and months first, then days."""

    years: int = 0
    months: int = 0
    days: int = 0
    """Weeks are seven of them."""

    @classmethod
    def parse(cls, text: str) -> AgePeriod | None:
        """Years, months, weeks, days in that order, each at most once; None if the text is anything else."""
        match = _PERIOD.fullmatch(text)
        if match is None:
            return None
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        return cls(years, months, 7 * weeks + days)

    def reached(self, born: date) -> date:
        """The first day of that age. Somebody born on 29 February is a year older on 1 March of a common year, and
        where a month is too short for the day, on the first of the next (English law's reading of an anniversary).
        Beyond the calendar's end it is the calendar's last day.
        """
        return _reached(12 * self.years + self.months, self.days, born)

    def __str__(self) -> str:
        parts = ((self.years, "y"), (self.months, "m"), (self.days, "d"))
        return "".join(f"{count}{unit}" for count, unit in parts if count) or "0d"


@lru_cache(maxsize=200_000)
def _reached(months: int, days: int, born: date) -> date:
    year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
    try:
        first = date(year, month + 1, 1)
        day = first + timedelta(days=born.day - 1)
        if day.month != first.month:
            day = day.replace(day=1)
        return day + timedelta(days=days)
    except (ValueError, OverflowError):
        return date.max


class Indicator(Struct, frozen=True):
    """One row of the indicator table. An indicator whose rule or entry changed on a day, or which has several parts
    (six-in-one), is several rows with the same `id`.
    """

    id: str
    programmes: frozenset[str]
    """Fine keys of the doses that it counts."""
    title: str
    dose: Dose | None = None
    """None: any dose."""
    dose_before: int | None = None
    """Of a booster: how many numbered doses the course has before it."""
    age_from: AgePeriod | None = None
    age_to: AgePeriod | None = None
    """Half-open: up to but not on the day on which this age is reached."""
    age_on: AgeOn = "day"
    """The day at which the age is taken: that of the dose, or the 31 August before or 31 March after it."""
    min_interval_days: int | None = None
    """Since the dose before."""
    first_dose_before: AgePeriod | None = None
    months: frozenset[int] = frozenset()
    """The calendar months for which it pays; empty: all."""
    seasonal_course: bool = False
    """Doses are ordered within a season (1 September to 31 August), not within a life."""
    once_per_financial_year: bool = False
    incomplete_below: int | None = None
    """Counts only while fewer than so many doses of the `history_of` programmes are known."""
    history_of: frozenset[str] = frozenset()
    sex: Literal["female"] | None = None
    pregnancy: Pregnancy | None = None
    """`needed`: pregnancy evidence. `code-or-evidence`: a pregnancy-specific procedure code will do as well."""
    at_risk: bool = False
    form: Form | None = None
    nasal_contraindicated: bool = False
    counts: Literal["doses", "patients"] = "doses"
    evaluable: bool = True
    """False: its rule is not public, and it is never assigned."""
    entry: Literal["automatic", "manual"] | None = None
    """How CQRS gets the value; None where that is not public."""
    local: bool = False
    """An id of our own, because the true one is not public."""
    valid_from: date | None = None
    valid_to: date | None = None
    """Both inclusive, an empty one is open."""
    source: str = ""
    open: str = ""
    note: str = ""
    row: int = 0

    @property
    def ref(self) -> RowRef:
        return row_ref("indicators.csv", self.row)

    def in_force(self, on: date) -> bool:
        """Whether this row speaks for a dose of that day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)
