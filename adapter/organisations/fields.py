"""Reads loosely shaped JSON: each answer is what was asked for, or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapter.organisations.period import Period, read_period


def members(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list; an object alone is a list of one, which single-element lists become in some exports."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def member(value: object, *path: str) -> dict[str, Any]:
    """The object at the path, an empty one where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(value: object, *path: str) -> str:
    """The text or whole number at the path as text, "" where there is none. A truth value is no number."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def flag(value: object) -> bool:
    """Whether a truth value, or the word for one, is true."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def period(value: object, start: str, end: str) -> Period:
    """The period under two names; raises ValueError where a date cannot be read."""
    return read_period(text(value, start), text(value, end))
