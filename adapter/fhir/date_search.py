"""Dates as FHIR search compares them: a year is all of its days, a second all of its fractions.

Source: FHIR R4 search.html, "date" and "Prefixes". `ap` (about) is not known here. A date, and a time without an
offset, are London's.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, cast

from msgspec import Struct

from adapter.fhir.dates import LONDON

Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]

_PREFIXES = frozenset({"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"})
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:[.]([0-9]{1,9}))?)?"
    r"(?: ?([Zz]|[+-][0-9]{2}:?[0-9]{2}))?"
)


class Interval(Struct, frozen=True):
    """From `start` up to, and without, `end`; both in UTC."""

    start: datetime
    end: datetime


class Sought(Struct, frozen=True):
    """A value of a search and how it is compared."""

    prefix: Prefix
    interval: Interval

    def matches(self, said: Interval) -> bool:
        sought = self.interval
        within = sought.start <= said.start and said.end <= sought.end
        match self.prefix:
            case "eq":
                return within
            case "ne":
                return not within
            case "gt":
                return said.end > sought.end
            case "lt":
                return said.start < sought.start
            case "ge":
                return said.end > sought.end or within
            case "le":
                return said.start < sought.start or within
            case "sa":
                return said.start >= sought.end
            case "eb":
                return said.end <= sought.start

    def bounds(self) -> tuple[datetime | None, datetime | None] | None:
        """The instants that match lie from the first up to, and without, the second; None for `ne`."""
        start, end = self.interval.start, self.interval.end
        match self.prefix:
            case "eq":
                return start, end
            case "gt" | "sa":
                return end, None
            case "ge":
                return start, None
            case "lt" | "eb":
                return None, start
            case "le":
                return None, end
            case "ne":
                return None


def sought(text: str) -> Sought | None:
    """A value of a search parameter such as `ge2024-09-01`; None where it is none."""
    prefix = text[:2] if text[:2].isalpha() else ""
    found = interval(text[len(prefix) :])
    if found is None or (prefix and prefix not in _PREFIXES):
        return None
    return Sought(cast(Prefix, prefix or "eq"), found)


def interval(text: str) -> Interval | None:
    """The time that a FHIR date or dateTime means; None where it is none, or lies in no calendar."""
    try:
        day = _DATE.fullmatch(text)
        return _days(day) if day else _moment(text)
    except (ValueError, OverflowError):
        return None


def _days(match: re.Match[str]) -> Interval:
    year, month, day = (int(each) if each else 0 for each in match.groups())
    first = date(year, month or 1, day or 1)
    if day:
        after = first + timedelta(days=1)
    elif month:
        after = date(year + month // 12, month % 12 + 1, 1)
    else:
        after = date(year + 1, 1, 1)
    return Interval(_midnight(first), _midnight(after))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _moment(text: str) -> Interval | None:
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    day, clock, second, fraction, zone = match.groups()
    written = f"{day}T{clock}:{min(int(second or 0), 59):02}"
    if zone:
        moment = datetime.fromisoformat(written + (zone if zone not in "Zz" else "+00:00"))
    else:
        moment = datetime.fromisoformat(written).replace(tzinfo=LONDON)
    length = timedelta(seconds=1 if second else 60)
    if fraction:
        digits = fraction[:6]
        length = timedelta(microseconds=10 ** (6 - len(digits)))
        moment += int(digits) * length
    start = moment.astimezone(UTC)
    return Interval(start, start + length)
