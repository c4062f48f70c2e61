"""Saving what a run decided: inside one transaction, and only what does not stand already."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.reasons import Outcome
from adapter.store.bulk import in_lists, insert_rows
from adapter.store.database import next_number
from adapter.store.packed import Bundle, cell, unpacked, varint
from adapter.store.phrases import VERDICT, PhraseBook
from adapter.store.run_tables import DECISION, DECISION_END

_PAGE = 10_000
_SPANS = 200


class Kept(Struct, frozen=True):
    """A decision as far as adding up needs it: its cell, outcome and id."""

    cell: int
    outcome: Outcome
    id: bytes


class Stood(Struct, frozen=True):
    """A decision that stood before the run."""

    number: int
    history: int
    id: bytes
    cell: int
    verdict: int


Before = dict[bytes, Stood]
"""What stood before, by id."""


class Saving:
    """The decisions of one run on their way into the database. `changed` are the cells that it touched."""

    def __init__(self, connection: Connection, book: PhraseBook, run: int) -> None:
        self._connection, self._book, self._run = connection, book, run
        self._next = next_number(connection, DECISION.c.number)
        self.first = self._next == 1
        """No run before kept any decision."""
        self.changed: set[int] = set()
        self._ended: list[int] = []

    def standing(self, spans: Sequence[tuple[int, int]]) -> Before:
        """The decisions that stand, of the histories in these ranges of codes."""
        found: Before = {}
        if self.first:
            return found
        for start in range(0, len(spans), _SPANS):
            query = sa.select(*(DECISION.c[name] for name in Stood.__struct_fields__)).outerjoin(DECISION_END)
            lie = [DECISION.c.history.between(*span) for span in spans[start : start + _SPANS]]
            rows = self._connection.execute(query.where(DECISION_END.c.decision.is_(None), sa.or_(*lie)))
            found.update((row.id, Stood(*row)) for row in rows)
        return found

    def add(self, packed: bytes, before: Before) -> list[Kept]:
        """Keep the decisions of a part; what was decided so `before` stands, and is taken out of it. Answers all of the
        part's decisions.
        """
        bundle = unpacked(packed)
        numbers = self._book.numbers(self._connection, bundle.phrases)
        rows, kept = self._rows(bundle, numbers, before)
        insert_rows(self._connection, DECISION, rows)
        return kept

    def end(self, before: Before) -> None:
        """These stand no more."""
        self._ended.extend(each.number for each in before.values())
        self.changed.update(each.cell for each in before.values())

    def finish(self) -> None:
        """Write down what ended."""
        ended = iter(sorted(self._ended))
        while page := list(islice(ended, _PAGE)):
            insert_rows(self._connection, DECISION_END, [(number, self._run) for number in page])

    def outcome(self, verdict: int) -> Outcome:
        """What a verdict's number stands for."""
        self._book.load(self._connection, [(VERDICT, verdict)])
        return self._book.verdict(verdict).outcome

    def _rows(self, bundle: Bundle, numbers: list[int], before: Before) -> tuple[list[tuple[Any, ...]], list[Kept]]:
        outcomes = {one.verdict: self.outcome(numbers[one.verdict]) for one in bundle.decisions}
        short = [varint(number) for number in numbers]
        rows: list[tuple[Any, ...]] = []
        kept: list[Kept] = []
        for one in bundle.decisions:
            where = cell(numbers[one.practice], numbers[one.line], one.month)
            kept.append(Kept(where, outcomes[one.verdict], one.id))
            if before.pop(one.id, None) is not None:
                continue
            self.changed.add(where)
            grounds = b"".join([short[place] for place in one.grounds])
            verdict = numbers[one.verdict]
            rows.append(
                (
                    self._next,
                    one.history,
                    one.seq,
                    where,
                    self._run,
                    one.version,
                    verdict,
                    one.day,
                    one.id,
                    grounds,
                    one.vaccination,
                    one.named,
                )
            )
            self._next += 1
        return rows, kept


def in_cells(
    connection: Connection, book: PhraseBook, cells: Collection[int] | None
) -> Iterator[tuple[int, list[Kept]]]:
    """Cell after cell with the decisions that stand in it, in ascending order; all of them where `cells` is None."""
    query = sa.select(DECISION.c.cell, DECISION.c.verdict, DECISION.c.id).outerjoin(DECISION_END)
    query = query.where(DECISION_END.c.decision.is_(None)).order_by(DECISION.c.cell)
    lists: Iterable[list[int] | None] = [None] if cells is None else in_lists(cells)
    for listed in lists:
        rows = connection.execute(query if listed is None else query.where(DECISION.c.cell.in_(listed)))
        current: int | None = None
        kept: list[Kept] = []
        for where, verdict, id_ in rows:
            if where != current:
                if current is not None:
                    yield current, kept
                current, kept = where, []
            book.load(connection, [(VERDICT, verdict)])
            kept.append(Kept(where, book.verdict(verdict).outcome, id_))
        if current is not None:
            yield current, kept
