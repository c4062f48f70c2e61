"""The ledger as proofs need it: the hashes of its entries, and which entry bound a row."""

from __future__ import annotations

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Table
from sqlmodel import SQLModel

from adapter.errors import StoreError, UnknownName
from adapter.store.columns import text_of
from adapter.store.database import Database
from adapter.store.ledger_form import NO_ENTRY, Entry, Form
from adapter.store.ledger_reading import snapshot
from adapter.store.ledger_tables import LEDGER
from adapter.store.run_tables import ACHIEVEMENT, RUN


class BoundRow(Struct, frozen=True):
    """A row as its entry bound it: the leaf, and those of all rows of its table in the entry, of which it is one."""

    entry: Entry
    leaves: tuple[bytes, ...]
    index: int

    @property
    def leaf(self) -> bytes:
        return self.leaves[self.index]


class Ledger:
    """The ledger of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hashes(self, size: int | None = None) -> list[bytes]:
        """Those of all entries in their order, or of the first so many. 32 bytes each."""
        query = sa.select(LEDGER.c.hash).order_by(LEDGER.c.number)
        with self._database.read() as connection:
            return list(connection.execute(query if size is None else query.where(LEDGER.c.number <= size)).scalars())

    def entry_of(self, kind: str, subject: str) -> int:
        """The first entry whose transaction began with this row. Raises StoreError where there is none."""
        query = sa.select(LEDGER.c.number).where(LEDGER.c.kind == kind, LEDGER.c.subject == subject)
        with self._database.read() as connection:
            number = connection.execute(query.order_by(LEDGER.c.number).limit(1)).scalar()
        if number is None:
            raise StoreError("No entry of the ledger bound this: `adapter verify` says what is wrong.")
        return int(number)

    def end_is_sound(self) -> bool:
        """Whether the newest entry has the hash that stands beside it and follows on from the one before, and nothing
        that it binds was written after it. What lies further back only `adapter verify` can tell.
        """
        with self._database.read() as connection:
            if self._database.dialect == "postgresql":
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            newest = list(connection.execute(sa.select(LEDGER).order_by(LEDGER.c.number.desc()).limit(2)))
            if not newest:
                return False  # a database that was made has at least its own key in it
            end = newest[0]
            entry = Entry(end.number, text_of(end.recorded), end.kind, end.subject, end.body, end.previous)
            if entry.hash() != end.hash or entry.previous != (newest[1].hash if newest[1:] else NO_ENTRY):
                return False
            for name, bound in entry.rows().items():
                form = Form(SQLModel.metadata.tables[name])
                if form.serial:
                    column = form.table.c[form.key[0]]
                    if connection.execute(sa.select(sa.func.max(column))).scalar() != bound.to:
                        return False
        return True

    def count(self, id_: str) -> tuple[BoundRow, BoundRow]:
        """The newest row of a count by its whole id, and the row of the run that made it. Raises UnknownName."""
        query = sa.select(ACHIEVEMENT.c.number).where(ACHIEVEMENT.c.id == id_).order_by(ACHIEVEMENT.c.number.desc())
        with self._database.read() as connection:
            number = connection.execute(query.limit(1)).scalar()
        if number is None:
            raise UnknownName("No count has this id: `adapter counts --format json` gives whole ids.")
        entry, first = self._run_that_bound(ACHIEVEMENT, number)
        [run] = self._leaves(RUN, entry.rows()[RUN.name].to, entry.rows()[RUN.name].to)
        counts = self._leaves(ACHIEVEMENT, first, entry.rows()[ACHIEVEMENT.name].to)
        return BoundRow(entry, counts, number - first), BoundRow(entry, (run,), 0)

    def _run_that_bound(self, table: Table, number: int) -> tuple[Entry, int]:
        """The entry of a run that bound this row, and the number of the first row of the table in it."""
        query = sa.select(LEDGER).where(LEDGER.c.kind == RUN.name).order_by(LEDGER.c.number)
        first = 1
        with self._database.read() as connection:
            for row in connection.execute(query):
                entry = Entry(row.number, text_of(row.recorded), row.kind, row.subject, row.body, row.previous)
                bound = entry.rows().get(str(table.name))
                if bound is None:
                    continue
                if number <= bound.to:
                    return entry, first
                first = bound.to + 1
        raise StoreError("No entry of a run bound this count: `adapter verify` says what is wrong.")

    def _leaves(self, table: Table, first: int, last: int) -> tuple[bytes, ...]:
        form = Form(table)
        with snapshot(self._database) as stored:
            return tuple(form.leaf(row.values) for row in stored.rows(form, first, last))
