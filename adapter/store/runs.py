"""Runs and what they gave. Decisions and counts are kept once and stand from a run until a run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.achievement.achievement import Achievement
from adapter.errors import UnknownName
from adapter.reconcile.decision import Decision
from adapter.store.counts import Cell, Counts, Group, Kept
from adapter.store.database import Database, next_number
from adapter.store.decisions import Decided, Decisions
from adapter.store.phrases import PhraseBook
from adapter.store.run_tables import DECISION, RUN
from adapter.store.saving import Saving

__all__ = ["Decided", "Pen", "Run", "Runs"]

_TEXT = msgspec.json.Encoder(order="deterministic")


class Run(Struct, frozen=True):
    """One reconciliation: its inputs, which make its `id`, and the digest of its outputs. Months are `YYYY-MM`;
    `ruleset_files` maps file to digest, `outcomes` outcome to number of records. `number` is given by the store. The
    sums are bytes of a `SetSum`: what a later run goes on from.
    """

    id: str
    period_from: str
    period_to: str
    as_of: datetime | None
    cut: int
    cut_digest: str
    ruleset_digest: str
    ruleset_files: dict[str, str]
    directory_digest: str
    code_version: str
    output_digest: str
    started: datetime
    finished: datetime
    outcomes: dict[str, int]
    number: int = 0
    cut_batch: int = 0
    cut_sum: bytes = b""
    reviews: int = 0
    gms_extension: str = ""
    decision_sum: bytes = b""
    count_sum: bytes = b""
    last_decision: int = 0

    @property
    def rules_version(self) -> str:
        """The version of what it counted by: code and tables. Measures have it, and the reports that name them."""
        return f"{self.code_version}-{self.ruleset_digest[:12]}"


class Pen:
    """Writes one run, inside one transaction: its decisions, then its counts, then the run itself."""

    def __init__(self, connection: Connection, book: PhraseBook, counts: Counts) -> None:
        self.connection, self.book, self._counts = connection, book, counts
        self.number = next_number(connection, RUN.c.number)
        self.decisions = Saving(connection, book, self.number)

    def counts(self, counts: Iterable[Achievement], touched: Collection[Group] | None) -> bytes:
        """See `Counts.save`."""
        return self._counts.save(self.connection, self.number, counts, touched)

    def sign(self, run: Run) -> Run:
        """The run under its number: without this the block leaves nothing behind."""
        last = next_number(self.connection, DECISION.c.number) - 1
        signed = msgspec.structs.replace(run, number=self.number, last_decision=last)
        row = msgspec.structs.asdict(signed)
        for name in ("ruleset_files", "outcomes"):
            row[name] = _TEXT.encode(row[name]).decode()
        self.connection.execute(sa.insert(RUN).values(**row))
        return signed


class Runs:
    """The runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._book = PhraseBook()
        self._counts = Counts(database)
        self._decisions = Decisions(database, self._book)

    @contextmanager
    def writing(self) -> Iterator[Pen]:
        """Keeps what the pen wrote at the end of the block, whole or not at all."""
        with self._database.write() as connection:
            yield Pen(connection, PhraseBook(), self._counts)

    def listed(self) -> list[Run]:
        """Oldest first."""
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(sa.select(RUN).order_by(RUN.c.number))]

    def latest(self) -> Run | None:
        """The one whose decisions and counts stand."""
        with self._database.read() as connection:
            row = connection.execute(sa.select(RUN).order_by(RUN.c.number.desc()).limit(1)).first()
            return _run(row) if row else None

    def found(self, id_: str | None = None) -> Run:
        """By its id or a clear beginning of it; else the latest that looks back to no moment. Raises UnknownName."""
        runs = self.listed()
        if not runs:
            raise UnknownName("There is no run yet: `adapter run --from YYYY-MM --to YYYY-MM` makes one.")
        if id_ is None:
            return next((run for run in reversed(runs) if run.as_of is None), runs[-1])
        matching = {run.id: run for run in runs if id_ and run.id.startswith(id_)}
        if len(matching) != 1:
            raise UnknownName(
                "There is no such run, or several begin so: give its whole id as `adapter run` printed it."
            )
        return next(iter(matching.values()))

    def numbered(self, number: int) -> Run:
        """A run by the store's number."""
        with self._database.read() as connection:
            return _run(connection.execute(sa.select(RUN).where(RUN.c.number == number)).one())

    def decisions(self, run: Run, practice: str | None = None, programme: str | None = None) -> Iterator[Decided]:
        """What a run decided, by practice, programme and record: one order wherever and however it was made."""
        return self._decisions.of_run(run.number, practice, programme)

    def decisions_like(self, beginning: str) -> list[Decided]:
        """The decisions whose id begins so, each once as it was last in force; none for what is no id."""
        return self._decisions.like(beginning)

    def decision_of(self, feed: str, system: str, value: str) -> Decided | None:
        """The last decision on a record, by its key."""
        return self._decisions.of_record(feed, system, value)

    def decisions_of_histories(self, codes: Collection[int]) -> list[Decided]:
        """Everything that was ever decided in these histories, in whatever run."""
        return self._decisions.of_histories(codes)

    def excluded(self, run: Run, practice: str | None = None) -> dict[Cell, dict[str, int]]:
        """How many records a run excluded in each cell, by reason."""
        return self._decisions.excluded(run.number, practice)

    def counts_of_cells(self, cells: Collection[Cell]) -> list[Kept]:
        """Every count that these ever had."""
        return self._counts.of_cells(cells)

    def achievements(self, run: Run, practice: str | None = None) -> list[Achievement]:
        """The counts of a run, by practice, programme, indicator and month."""
        return self._counts.of_run(run.number, run.id, practice)

    def counted(self, run: Run) -> int:
        """How many counts a run has."""
        return self._counts.number_of(run.number)

    def achievements_like(self, beginning: str) -> list[Achievement]:
        """The counts whose id begins so, each once; none for what is no id."""
        return self._counts.like(beginning)

    def differing_decisions(self, first: Run, second: Run) -> tuple[list[Decision], list[Decision]]:
        """The decisions that only the first run has, and those that only the second has. The cost follows what differs,
        not what there is.
        """
        if first.number <= second.number:
            return self._decisions.differing(_place(first), _place(second))
        after, before = self._decisions.differing(_place(second), _place(first))
        return before, after

    def differing_counts(self, first: Run, second: Run) -> tuple[list[Achievement], list[Achievement]]:
        """The counts that only the first run has, and those that only the second has."""
        if first.number <= second.number:
            return self._counts.differing(first.number, second.number)
        after, before = self._counts.differing(second.number, first.number)
        return before, after


def _place(run: Run) -> tuple[int, int]:
    return run.number, run.last_decision


def _run(row: Any) -> Run:
    values = dict(row._mapping)
    for name in ("ruleset_files", "outcomes"):
        values[name] = msgspec.json.decode(values[name])
    return Run(**values)
