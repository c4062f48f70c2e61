"""Decisions added up to counts by practice, programme, indicator and month."""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.holds import holds_of
from adapter.digest import merkle_root, short_id
from adapter.normalise.catalogue import Catalogue
from adapter.reasons import Outcome
from adapter.reconcile.decision import Decision


class Cell(Struct, frozen=True, order=True):
    """What one count is about."""

    practice: str
    programme: str
    indicator: str
    period: str


class Tally:
    """Adds decisions one at a time; shards are joined by adding their tallies. The order does not matter."""

    def __init__(self) -> None:
        self._outcomes: dict[Cell, Counter[Outcome]] = defaultdict(Counter)
        self._ids: dict[Cell, list[str]] = defaultdict(list)

    def add(self, decision: Decision, id_: str) -> None:
        """A decision that is counted, excluded or queried and names its practice, indicator and month."""
        if decision.outcome not in (Outcome.COUNTED, Outcome.EXCLUDED, Outcome.QUERIED):
            return
        if not (decision.practice and decision.programme and decision.indicator and decision.period):
            return
        cell = Cell(decision.practice, decision.programme, decision.indicator, decision.period)
        self._outcomes[cell][decision.outcome] += 1
        self._ids[cell].append(id_)

    def achievements(self, run: str, first: str, last: str, catalogue: Catalogue) -> list[Achievement]:
        """The counts of the months from `first` to `last`, both included, sorted by cell."""
        cells = sorted(cell for cell in self._outcomes if first <= cell.period <= last)
        together: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
        for cell in cells:
            values = together[cell.practice, cell.programme, cell.period]
            values[cell.indicator] = self._outcomes[cell][Outcome.COUNTED]
        return [
            self._achievement(cell, run, together[cell.practice, cell.programme, cell.period], catalogue)
            for cell in cells
        ]

    def _achievement(self, cell: Cell, run: str, values: dict[str, int], catalogue: Catalogue) -> Achievement:
        last_day = end_of(cell.period)
        holds = holds_of(cell.programme, cell.period, last_day, values, catalogue.holds, catalogue.incidents)
        outcomes = self._outcomes[cell]
        return Achievement(
            run=run,
            count=short_id("count", run, cell),
            practice=cell.practice,
            service=catalogue.programmes[cell.programme].service,
            programme=cell.programme,
            indicator=cell.indicator,
            period=cell.period,
            achievement_date=last_day.isoformat(),
            value=outcomes[Outcome.COUNTED],
            state="held" if holds else "ready",
            holds=holds,
            excluded=outcomes[Outcome.EXCLUDED],
            queried=outcomes[Outcome.QUERIED],
            root=root(self._ids[cell]),
        )


def root(decision_ids: Iterable[str]) -> str:
    """The Merkle root over decision ids, whatever order they come in."""
    return merkle_root([id_.encode() for id_ in sorted(decision_ids)])


def end_of(period: str) -> date:
    """The last day of a month `YYYY-MM`: the achievement date."""
    year, month = int(period[:4]), int(period[5:7])
    return date(year, month, calendar.monthrange(year, month)[1])
