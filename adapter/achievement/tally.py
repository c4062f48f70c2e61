"""Decisions added up to counts by practice, programme, indicator and month."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.holds import holds_of
from adapter.digest import merkle_root, short_id
from adapter.normalise.catalogue import Catalogue
from adapter.reasons import Outcome

IN_COUNTS = (Outcome.COUNTED, Outcome.EXCLUDED, Outcome.QUERIED)
"""The outcomes that a count is made of; what is merged or out of scope is in none."""
_PLACES = {outcome: bytes([place]) for place, outcome in enumerate(IN_COUNTS)}
_LEAF = 17
"""Bytes of a decision: one for the outcome, sixteen of the id."""

Where = TypeVar("Where", bound=Hashable)


class Cell(Struct, frozen=True, order=True):
    """What one count is about."""

    practice: str
    programme: str
    indicator: str
    period: str


class Amount(Struct, frozen=True):
    """What a cell holds: how many of each outcome of `IN_COUNTS`, and the Merkle root over their decisions' ids."""

    cell: Cell
    counted: int
    excluded: int
    queried: int
    root: str


def cell_of(practice: str | None, programme: str | None, indicator: str | None, period: str | None) -> Cell | None:
    """The count that a decision is in; none where it leaves one of these open."""
    return Cell(practice, programme, indicator, period) if practice and programme and indicator and period else None


class Tally(Generic[Where]):
    """Adds decisions one at a time, in few bytes each, under any name for their cells. The order does not matter."""

    def __init__(self) -> None:
        self._cells: dict[Where, bytearray] = {}

    def add(self, where: Where, outcome: Outcome, id_: bytes) -> None:
        """A decision, if it is counted, excluded or queried; `id_` are the sixteen bytes of its id."""
        place = _PLACES.get(outcome)
        if place is None:
            return
        found = self._cells.get(where)
        if found is None:
            found = self._cells[where] = bytearray()
        found += place + id_

    def amounts(self, named: Callable[[Where], Cell | None]) -> Iterator[Amount]:
        """In the order of cells, as `named` tells them; what it has no cell for is in no count. Empties the tally."""
        order = sorted((cell, where) for where in self._cells if (cell := named(where)))
        for cell, where in order:
            yield _amount(cell, bytes(self._cells.pop(where)))


def _amount(cell: Cell, leaves: bytes) -> Amount:
    number = Counter(leaves[::_LEAF])
    counted, excluded, queried = (number[place] for place in range(len(IN_COUNTS)))
    ids = (leaves[at : at + _LEAF - 1].hex() for at in range(1, len(leaves), _LEAF))
    return Amount(cell, counted, excluded, queried, root(ids))


def achievements(amounts: Iterable[Amount], catalogue: Catalogue) -> Iterator[Achievement]:
    """The counts of cells that come sorted, and all of a practice's programme and month together: some holds look at
    all of them. `run` is left empty: a count stands from a run until a run.
    """
    for _, group in groupby(amounts, key=lambda each: (each.cell.practice, each.cell.programme)):
        by_month: dict[str, list[Amount]] = {}
        together = list(group)
        for each in together:
            by_month.setdefault(each.cell.period, []).append(each)
        values = {period: {one.cell.indicator: one.counted for one in many} for period, many in by_month.items()}
        yield from (_achievement(each, values[each.cell.period], catalogue) for each in together)


def _achievement(amount: Amount, values: dict[str, int], catalogue: Catalogue) -> Achievement:
    cell = amount.cell
    last_day = end_of(cell.period)
    holds = holds_of(cell.programme, cell.period, last_day, values, catalogue.holds, catalogue.incidents)
    service = catalogue.programmes[cell.programme].service
    said = (service, last_day.isoformat(), amount.counted, amount.excluded, amount.queried, holds, amount.root)
    return Achievement(
        run="",
        count=short_id("count", cell, said),
        practice=cell.practice,
        service=service,
        programme=cell.programme,
        indicator=cell.indicator,
        period=cell.period,
        achievement_date=last_day.isoformat(),
        value=amount.counted,
        state="held" if holds else "ready",
        holds=holds,
        excluded=amount.excluded,
        queried=amount.queried,
        root=amount.root,
    )


def nothing(before: Achievement, run: str) -> Achievement:
    """In the place of a count that was given and that a run has no row for: 0, of no decisions."""
    cell = Cell(before.practice, before.programme, before.indicator, before.period)
    empty = root(())
    said = (before.service, before.achievement_date, 0, 0, 0, (), empty)
    return msgspec.structs.replace(
        before,
        run=run,
        count=short_id("count", cell, said),
        value=0,
        state="ready",
        holds=(),
        excluded=0,
        queried=0,
        root=empty,
    )


def root(decision_ids: Iterable[str]) -> str:
    """The Merkle root over decision ids, whatever order they come in."""
    return merkle_root([id_.encode() for id_ in sorted(decision_ids)])


def end_of(period: str) -> date:
    """The last day of a month `YYYY-MM`: the achievement date."""
    year, month = int(period[:4]), int(period[5:7])
    return date(year, month, calendar.monthrange(year, month)[1])
