"""What keeps a count from being paid before somebody has looked: a threshold, or a known fault of a source."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from adapter.normalise.table import Row


class Hold(Struct, frozen=True):
    """A count of `threshold` or more for a practice, month and (public) programme is held."""

    programme: str
    threshold: int
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    row: int = 0


class Incident(Struct, frozen=True):
    """A source-system fault: counts of this (public) programme and month are held while it is open."""

    incident: str
    programme: str
    period: str
    """A month, YYYY-MM."""
    state: Literal["open", "closed"]
    source: str = ""
    note: str = ""
    row: int = 0


def hold(row: Row) -> Hold:
    """From a row of `holds.csv` that passed its checks."""
    return Hold(
        programme=row["programme"],
        threshold=row.number_in("threshold") or 0,
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        row=row.number,
    )


def incident(row: Row) -> Incident:
    """From a row of `incidents.csv` that passed its checks."""
    return Incident(
        incident=row["incident"],
        programme=row["programme"],
        period=row["period"],
        state="open" if row["state"] == "open" else "closed",
        source=row["source"],
        note=row["note"],
        row=row.number,
    )
