"""From decisions to counts: all of them, or those of the practices, programmes and months that a run touched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from adapter.achievement.achievement import Achievement
from adapter.achievement.tally import Amount, Cell, Tally, achievements, cell_of
from adapter.normalise.catalogue import Catalogue
from adapter.store.counts import Group
from adapter.store.packed import cell, month_number, month_of, parts_of
from adapter.store.phrases import LINE, PRACTICE
from adapter.store.runs import Pen
from adapter.store.saving import Kept, in_cells

Months = tuple[str, str]
"""The first and the last `YYYY-MM`, both included."""


class Leaves:
    """The decisions of every cell of some months."""

    def __init__(self, months: Months) -> None:
        self._first, self._last = month_number(months[0]), month_number(months[1])
        self._tally = Tally[int]()

    def add(self, decisions: Iterable[Kept]) -> None:
        """Those of other months are left out."""
        for one in decisions:
            if self._first <= parts_of(one.cell)[2] <= self._last:
                self._tally.add(one.cell, one.outcome, one.id)

    def amounts(self, pen: Pen) -> Iterator[Amount]:
        """In the order of practice, programme, indicator and month."""
        practices = pen.book.all_of(pen.connection, PRACTICE)
        lines = pen.book.all_of(pen.connection, LINE)

        def named(where: int) -> Cell | None:
            practice, line, month = parts_of(where)
            return cell_of(practices[practice], lines[line].programme, lines[line].indicator, month_of(month))

        return self._tally.amounts(named)


def counted_anew(pen: Pen, leaves: Leaves, catalogue: Catalogue) -> bytes:
    """All counts, from all decisions."""
    return pen.counts(achievements(leaves.amounts(pen), catalogue), None)


def all_leaves(pen: Pen, months: Months) -> Leaves:
    """Those of all decisions that stand."""
    leaves = Leaves(months)
    for _, decisions in in_cells(pen.connection, pen.book, None):
        leaves.add(decisions)
    return leaves


def counted_again(pen: Pen, changed: Collection[int], months: Months, catalogue: Catalogue) -> bytes:
    """The counts that changed cells touch, and those that are held or ready together with them."""
    lines = pen.book.all_of(pen.connection, LINE)
    by_programme: dict[str, list[int]] = {}
    for number, line in lines.items():
        if line.programme:
            by_programme.setdefault(line.programme, []).append(number)
    first, last = month_number(months[0]), month_number(months[1])
    groups: set[tuple[int, str, int]] = set()
    for where in changed:
        practice, line, month = parts_of(where)
        if lines[line].programme and first <= month <= last:
            groups.add((practice, lines[line].programme, month))
    cells = {cell(practice, line, month) for practice, programme, month in groups for line in by_programme[programme]}
    leaves = Leaves(months)
    for _, decisions in in_cells(pen.connection, pen.book, cells):
        leaves.add(decisions)
    practices = pen.book.all_of(pen.connection, PRACTICE)
    touched: set[Group] = {
        (practices[practice], programme, month_of(month) or "") for practice, programme, month in groups
    }
    counts: Iterable[Achievement] = achievements(leaves.amounts(pen), catalogue)
    return pen.counts(counts, touched)
