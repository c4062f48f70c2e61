"""Weeks as numbers that follow one another, and as ISO 8601 names them: Monday to Sunday, `2024-W36`."""

from __future__ import annotations

from datetime import date

EARLIEST = 1950
"""A record of an earlier year was not made then."""


def week_of(day: date) -> int:
    """The week that a day lies in. The first day of the calendar is a Monday, so weeks are sevens of days."""
    return (day.toordinal() - 1) // 7


def monday(week: int) -> date:
    return date.fromordinal(week * 7 + 1)


def sunday(week: int) -> date:
    return date.fromordinal(week * 7 + 7)


def name(week: int) -> str:
    """`2024-W36`."""
    year, number, _ = monday(week).isocalendar()
    return f"{year:04}-W{number:02}"


def parse(text: str) -> int | None:
    """A week by its name, `2024-W36`, or the week of a day `YYYY-MM-DD`; None for what is neither, or lies before
    there were computers.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return week_of(day) if day.year >= EARLIEST else None


def first_day(text: str) -> str:
    """The Monday of a week by its name."""
    return date.fromisoformat(text).isoformat()


def last_day(text: str) -> str:
    """Its Sunday."""
    return sunday(week_of(date.fromisoformat(text))).isoformat()
