"""A count: how many vaccinations a practice achieved for one indicator in one month."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Achievement(Struct, frozen=True):
    """The field order is the column order of the CSV. `achievement_date` is the last day of the period, `root` the
    Merkle root (RFC 9162) over the ids of the decisions that were counted, excluded and queried in it.
    """

    run: str
    count: str
    practice: str
    service: str
    programme: str
    indicator: str
    period: str
    achievement_date: str
    value: int
    state: Literal["ready", "held"]
    holds: tuple[str, ...]
    excluded: int
    queried: int
    root: str
