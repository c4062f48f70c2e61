"""One ledger entry for each write transaction, made of every row that it inserts.

The rows are taken from the statements themselves as they are executed, so nobody who writes has to think of it, and
a table that is new is bound from its first row. Rows that are written past SQLAlchemy's inserts (COPY, a driver's own
calls) are handed to `bind`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from operator import lt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Insert, Table, event

from adapter.errors import StoreError
from adapter.merkle import Growth
from adapter.store.columns import text_of
from adapter.store.ledger_form import (
    HEADS,
    LEDGERS,
    MARKS_A_ROW,
    NO_ENTRY,
    Entry,
    Form,
    Rows,
    body_of,
    later,
    marks_of,
)
from adapter.store.ledger_tables import LEDGER, LEDGER_MARK

_OPTION = "adapter_sealing"
_HELD = 1 << 16
"""How many rows of a table, by key and hash, are held back to be put in order."""


def bind(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Rows that are inserted past `connection.execute(sa.insert(table), …)`: their values in the order of the columns,
    times as `UtcTime` keeps them on SQLite.
    """
    sealing_of(connection).add(table, rows)


def sealing_of(connection: Connection) -> Sealing:
    """The seal of the write transaction of this connection."""
    sealing: Sealing = connection.get_execution_options()[_OPTION]
    return sealing


class Sealing:
    """The seal of one write transaction. `connection` is watched from now on."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tables: dict[str, _Sealed] = {}
        self._kind = self._subject = ""
        self._opened: tuple[int, str | None, bytes] | None = None
        connection.execution_options(**{_OPTION: self})
        event.listen(connection, "after_execute", self._executed)

    def add(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Rows that were inserted, their values in the order of the columns."""
        name = str(table.name)
        if not rows:
            return
        if name not in self._tables:
            self._tables[name] = _Sealed(_form(table), self._keep, self._connection)
            if name in HEADS or not self._kind:
                self.call(name, _form(table).called(rows[0]))
        self._tables[name].add(rows)

    def call(self, kind: str, subject: str) -> None:
        """What the entry is called, if not by the table that was written first and the id of its first row."""
        self._kind, self._subject = kind, subject

    def close(self, now: datetime) -> None:
        """Write the entry, if there was anything to bind."""
        if not self._tables:
            return
        rows = {name: sealed.rows() for name, sealed in self._tables.items()}
        number, earlier, previous = self._place()
        entry = Entry(
            number=number,
            recorded=later(now, earlier),
            kind=self._kind,
            subject=self._subject,
            body=body_of(rows),
            previous=previous,
        )
        self._connection.execute(
            sa.insert(LEDGER).values(
                number=entry.number,
                recorded=datetime.fromisoformat(entry.recorded),
                kind=entry.kind,
                subject=entry.subject,
                body=entry.body,
                previous=entry.previous,
                hash=entry.hash(),
            )
        )

    def _place(self) -> tuple[int, str | None, bytes]:
        """The number of the entry; the time and the hash of the one before it. Numbers are given under the lock."""
        if self._opened is None:
            query = sa.select(LEDGER.c.number, LEDGER.c.recorded, LEDGER.c.hash)
            last = self._connection.execute(query.order_by(LEDGER.c.number.desc()).limit(1)).first()
            self._opened = (last.number + 1, text_of(last.recorded), last.hash) if last else (1, None, NO_ENTRY)
        return self._opened

    def _keep(self, table: str, position: int, hashes: Sequence[bytes]) -> None:
        marks = {"entry": self._place()[0], "name": table, "position": position, "marks": marks_of(hashes)}
        self._connection.execute(sa.insert(LEDGER_MARK), marks)

    def _executed(
        self, _connection: Connection, statement: Any, _many: Any, _one: Any, _options: Any, result: Any
    ) -> None:
        if not isinstance(statement, Insert):
            return
        table = statement.table
        if isinstance(table, Table) and table.metadata is LEDGER.metadata and table.name not in LEDGERS:
            form = _form(table)
            try:
                rows = [form.values(row) for row in result.context.compiled_parameters]
            except KeyError:
                raise StoreError(f"A row of {form.name} was written without all its values: report this.") from None
            self.add(table, rows)


Keep = Callable[[str, int, Sequence[bytes]], None]
"""Takes the hashes of some rows of a table, from a position on."""


class _Sealed:
    """The rows of one table in one transaction. Memory is flat: of a table in which rows are numbered, they are passed
    on as they come; of one in which they have an owner, many rows are read back in their order in the end.
    """

    def __init__(self, form: Form, keep: Keep, connection: Connection) -> None:
        self._form, self._keep, self._connection = form, keep, connection
        self._growth = Growth()
        self._keys: list[tuple[Any, ...]] = []
        self._hashes: list[bytes] = []
        self._behind: tuple[Any, ...] | None = None
        self._places: tuple[int, int] | None = None
        self._many = False

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        form = self._form
        if form.place:
            places = [*map(form.place_of, rows), *(self._places or ())]
            self._places = min(places), max(places)
        if self._many:
            return
        self._keys += map(form.order_of, rows)
        self._hashes += map(form.hash, rows)
        if len(self._keys) < _HELD or not form.place:
            return
        if form.serial:
            self._pass_on(len(self._keys) // MARKS_A_ROW * MARKS_A_ROW)
        else:
            self._many = True
            self._keys.clear()
            self._hashes.clear()

    def rows(self) -> Rows:
        """What the entry says of them; the marks are written."""
        form = self._form
        if self._many:
            self._read_back()
        self._order()
        keys = () if form.place else tuple(map(form.listed, self._keys))
        self._pass_on(len(self._keys))
        return Rows(self._growth.size, self._growth.root().hex(), self._places[1] if self._places else 0, keys)

    def _read_back(self) -> None:
        form = self._form
        place, (first, last) = form.table.c[form.place or ""], self._places or (0, 0)
        query = sa.select(form.table).where(place.between(first, last)).order_by(place, *form.table.primary_key)
        options = {"stream_results": True, "yield_per": MARKS_A_ROW}
        for page in self._connection.execute(query, execution_options=options).partitions():
            rows = [form.values(dict(row._mapping)) for row in page]
            self._keys += map(form.order_of, rows)
            self._hashes += map(form.hash, rows)
            self._pass_on(len(self._keys) // MARKS_A_ROW * MARKS_A_ROW)

    def _order(self) -> None:
        if not _ascends(self._keys):
            ordered = sorted(zip(self._keys, self._hashes, strict=True))
            self._keys, self._hashes = [key for key, _ in ordered], [hash_ for _, hash_ in ordered]

    def _pass_on(self, count: int) -> None:
        if not count:
            return
        if not _ascends(self._keys[:count]) or (self._behind is not None and self._keys[0] <= self._behind):
            raise StoreError(f"Rows of {self._form.name} were not numbered in their order: report this.")
        for start in range(0, count, MARKS_A_ROW):
            hashes = self._hashes[start : min(start + MARKS_A_ROW, count)]
            if self._growth.size + count > 1:
                self._keep(self._form.name, self._growth.size, hashes)
            self._growth.extend(hashes)
        self._behind = self._keys[count - 1]
        del self._keys[:count], self._hashes[:count]


def _ascends(keys: Sequence[tuple[Any, ...]]) -> bool:
    return all(map(lt, keys, islice(keys, 1, None)))


@cache
def _form(table: Table) -> Form:
    return Form(table)
