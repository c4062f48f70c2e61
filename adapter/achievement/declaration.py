"""A practice's word that a count is right, and how long it stands.

Source: CQRS's lifecycle. A declared count whose value changes goes back to *awaiting provider approval* and must be
declared again. We go by the records behind it too: the same number of other vaccinations was never declared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final, Literal

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.reasons import Outcome
from adapter.reconcile.decision import Decision

AWAITING: Final = "awaiting provider approval"
DECLARED: Final = "declared"
Lifecycle = Literal["awaiting provider approval", "declared"]
"""CQRS's own words for where a count stands with its practice."""

CellKey = tuple[str, str, str, str]
"""Practice, programme, indicator, period: what a count is about, in every run."""


class Declaration(Struct, frozen=True):
    """`value` and `counted` (see `counted_digest`) are of the count that was declared; `when` is UTC, ISO 8601."""

    practice: str
    programme: str
    indicator: str
    period: str
    value: int
    counted: str
    who: str
    when: str
    note: str

    @property
    def cell(self) -> CellKey:
        return (self.practice, self.programme, self.indicator, self.period)

    def stands(self, value: int, counted: str) -> bool:
        """Whether the count is still the one that was declared."""
        return (self.value, self.counted) == (value, counted)


def cell_of(achievement: Achievement) -> CellKey:
    return (achievement.practice, achievement.programme, achievement.indicator, achievement.period)


def counted_digest(decisions: Iterable[Decision]) -> str:
    """SHA-256 (hex) over the records that are counted, by their keys, whatever order they come in. A record's new
    version that is counted as before leaves it as it is.
    """
    keys = sorted(
        (one.record.feed, one.record.system or "", one.record.value)
        for one in decisions
        if one.outcome is Outcome.COUNTED
    )
    found = hashlib.sha256()
    for key in keys:
        for part in key:
            found.update(len(part.encode()).to_bytes(4, "big") + part.encode())
    return found.hexdigest()
