"""From when until when something held, in days."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from msgspec import Struct

_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?", re.ASCII)
_BRITISH = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ].*)?", re.ASCII)
_WORDED = re.compile(r"(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})", re.ASCII)
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEVER = 9000
"""A year from which on an end date means that there is none (99991231 is seen in extracts)."""


class Period(Struct, frozen=True, omit_defaults=True):
    """Both bounds are inside. A missing start is since ever, a missing end is still open (an inference: ODS leaves
    them out without saying what it means).
    """

    start: date | None = None
    end: date | None = None

    def holds(self, on: date) -> bool:
        """Whether the day lies inside."""
        return not self.before(on) and not self.after(on)

    def before(self, on: date) -> bool:
        """Whether the day lies before the period has begun."""
        return self.start is not None and on < self.start

    def after(self, on: date) -> bool:
        """Whether the day lies after the period has ended."""
        return self.end is not None and on > self.end

    def __str__(self) -> str:
        return f"{self.start or ''}..{self.end or ''}"


class Validity(Struct, frozen=True, omit_defaults=True):
    """ODS dates everything twice: operationally (people worked there) and legally. They may differ; both are kept,
    and the operational one decides where there is one.
    """

    operational: Period | None = None
    legal: Period | None = None

    @property
    def deciding(self) -> Period:
        """The operational period, else the legal one, else since ever and still."""
        return self.operational or self.legal or Period()

    @property
    def stated(self) -> bool:
        """Whether any date at all was given for it."""
        return any(period.start or period.end for period in (self.operational, self.legal) if period)


def read_date(text: str, *, last: bool = False) -> date | None:
    """A day as ODS files write it: YYYYMMDD, YYYY-MM-DD (with or without a time), DD/MM/YYYY, 01-Apr-2013; a FHIR
    year or month is its first day, or its last one with `last`. Raises ValueError for anything else; None for an
    empty text and for an end in the year 9999.
    """
    text = text.strip()
    if not text:
        return None
    day = _read(text, last)
    return None if last and day.year >= _NEVER else day


def read_period(start: str, end: str) -> Period:
    """A period from two dates as written; raises ValueError if one cannot be read."""
    return Period(read_date(start), read_date(end, last=True))


def _read(text: str, last: bool) -> date:
    if match := _COMPACT.fullmatch(text) or _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _BRITISH.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _WORDED.fullmatch(text):
        if match[2].lower() not in _MONTHS:
            raise ValueError("a month that no calendar has")
        day, month, year = int(match[1]), _MONTHS.index(match[2].lower()) + 1, int(match[3])
    elif match := _PARTIAL.fullmatch(text):
        year = int(match[1])
        month = int(match[2]) if match[2] else (12 if last else 1)
        if not 1 <= month <= 12:
            raise ValueError("a month that no calendar has")
        day = monthrange(year, month)[1] if last else 1
    else:
        raise ValueError("not a date")
    return date(year, month, day)
