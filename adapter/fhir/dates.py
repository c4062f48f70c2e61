"""Dates as FHIR writes them, and the day they mean in London.

A vaccination belongs to the Europe/London day on which it was given. Transfers shift times to +00:00, so that midnight
in summer time lies on the day before in UTC (immunization-stu3.md section 6): nothing may cut the first ten characters.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.][0-9]+)?)?"
    r"(?: ?(?:([Zz])|([+-])([0-9]{2}):?([0-9]{2})))?"
)
_FRACTION = re.compile(r"[.][0-9]+")
_SENT = re.compile(f"{_DATE.pattern}|{_MOMENT.pattern}")


def as_sent(value: object) -> str:
    """The text of a year, month, day or moment, unchanged but for outer blanks; "" for anything else."""
    text = value.strip() if isinstance(value, str) else ""
    return text if _SENT.fullmatch(text) else ""


def birth_date(value: object) -> str:
    """A birth date as sent, a year, month or day; a time of birth is left out; "" for anything else."""
    return as_sent(value)[:10]


@lru_cache(maxsize=65_536)
def london_date(text: str) -> str:
    """The Europe/London day of `text` as `YYYY-MM-DD`; "" where it names no full day, or one in no calendar.

    A date without a time is that day; a time without an offset is London's own.
    """
    day = _day(text)
    if day:
        return day.isoformat()
    moment = _moment(text)
    return moment.astimezone(LONDON).date().isoformat() if moment else ""


@lru_cache(maxsize=65_536)
def months(text: str) -> tuple[str, str, str]:
    """The month of `text` in London, in UTC and as written, each `YYYY-MM`; three "" where it names no full day."""
    day = _day(text)
    if day:
        month = day.isoformat()[:7]
        return month, month, month
    moment = _moment(text)
    if moment is None:
        return "", "", ""
    london, utc = moment.astimezone(LONDON), moment.astimezone(UTC)
    return london.date().isoformat()[:7], utc.date().isoformat()[:7], text.strip()[:7]


def in_utc(text: str) -> str:
    """A moment as UTC text whose order is that of time, with its fraction of a second; "" for a date without a time."""
    moment = _moment(text)
    if moment is None:
        return ""
    fraction = _FRACTION.search(text)
    return moment.astimezone(UTC).isoformat()[:19] + (fraction[0].rstrip("0.") if fraction else "")


def _day(text: str) -> date | None:
    match = _DATE.fullmatch(text.strip())
    if not match or not match[3]:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


@lru_cache(maxsize=8_192)
def _moment(text: str) -> datetime | None:
    """A moment with its zone. Fractions of a second are dropped: they never change the day."""
    match = _MOMENT.fullmatch(text.strip())
    if not match:
        return None
    written, hour, minute, second, zulu, sign, hours, minutes = match.groups()
    zone: timezone | ZoneInfo = LONDON
    if zulu:
        zone = UTC
    try:
        if sign:
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            zone = timezone(-offset if sign == "-" else offset)
        moment = datetime.fromisoformat(f"{written}T{hour}:{minute}:{min(int(second or 0), 59):02}").replace(
            tzinfo=zone
        )
        moment.astimezone(UTC), moment.astimezone(LONDON)  # the first and last days of the calendar overflow
    except (ValueError, OverflowError):
        return None
    return moment
