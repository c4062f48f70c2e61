"""Rows and ledger entries as they lie in the database, for checking: nothing is smoothed over on the way.

SQLite keeps any type in any column, and text that is none. So values are read past the column types, and a row says
itself where a value is one that its column cannot hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection, Table
from sqlmodel import SQLModel

from adapter.store.bulk import in_lists
from adapter.store.columns import UtcTime, text_of
from adapter.store.database import Database
from adapter.store.ledger_form import Entry, Form, forms
from adapter.store.ledger_tables import LEDGER, LEDGER_MARK
from adapter.store.schema import TABLES
from adapter.store.streams import Streams


class StoredRow(Struct, frozen=True):
    """The values of a row in the order of the columns. `fault` names a column that holds what it cannot hold."""

    values: list[Any]
    fault: str = ""


class StoredEntry(Struct, frozen=True):
    """A ledger entry and the hash that stands beside it."""

    entry: Entry
    hash: bytes


class StoredMarks(Struct, frozen=True):
    """One row of marks."""

    entry: int
    name: str
    position: int
    marks: bytes


class Snapshot:
    """One moment of a database, read in streams side by side."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._streams = Streams(connection)
        self.forms = forms(SQLModel.metadata.tables[name] for name in TABLES)
        self._kinds = {name: _kinds(form.table) for name, form in self.forms.items()}
        self._ledger, self._ledger_mark = Form(LEDGER), Form(LEDGER_MARK)
        self._kinds |= {form.name: _kinds(form.table) for form in (self._ledger, self._ledger_mark)}

    def entries(self) -> Iterator[StoredEntry | StoredRow]:
        """In order; a row that cannot be an entry as it is."""
        for row in self._stream(self._ledger, _select(LEDGER).order_by(LEDGER.c.number)):
            number, recorded, kind, subject, body, previous, hash_ = row.values
            yield row if row.fault else StoredEntry(Entry(number, recorded, kind, subject, body, previous), hash_)

    def marks(self) -> Iterator[StoredMarks | StoredRow]:
        """In the order of their entries, in them by table."""
        query = _select(LEDGER_MARK).order_by(*LEDGER_MARK.primary_key)
        for row in self._stream(self._ledger_mark, query):
            yield row if row.fault else StoredMarks(*row.values)

    def rows(self, form: Form, first: int | None = None, last: int | None = None) -> Iterator[StoredRow]:
        """All rows of a table, or those with these places, in the order of the ledger."""
        place = [form.table.c[form.place]] if form.place else []
        query = _select(form.table).order_by(*place, *form.table.primary_key)
        if first is not None and last is not None:
            query = query.where(place[0].between(first, last))
        yield from self._stream(form, query)

    def rows_of(self, form: Form, keys: Collection[tuple[Any, ...]]) -> Iterator[StoredRow]:
        """Those rows that are there, by key."""
        columns = list(form.table.primary_key)
        for part in in_lists(keys):
            wanted: sa.ColumnElement[bool] = sa.or_(
                *(sa.and_(*(c == v for c, v in zip(columns, key, strict=True))) for key in part)
            )
            yield from self._stream(form, _select(form.table).where(wanted).order_by(*columns))

    def keys(self, form: Form) -> Iterator[tuple[Any, ...]]:
        """Of all rows of a table."""
        query = sa.select(*(_plain(column) for column in form.table.primary_key))
        yield from (tuple(row) for row in self._streams.rows(query))

    def count(self, form: Form) -> int:
        return int(self._connection.execute(sa.select(sa.func.count()).select_from(form.table)).scalar_one())

    def close(self) -> None:
        """End the streams that were not read to their ends."""
        self._streams.close()

    def _stream(self, form: Form, query: sa.Select[Any]) -> Iterator[StoredRow]:
        kinds = self._kinds[form.name]
        sound: set[tuple[type, ...]] = set()
        for raw in self._streams.rows(query, form.page):
            values = list(raw)
            types = tuple(map(type, values))
            if types not in sound:
                fault = _fault(form, kinds, values)
                if fault:
                    yield StoredRow(values, fault)
                    continue
                if not any(kind is bool for kind in kinds):
                    sound.add(types)
            yield StoredRow([_python(value, kind) for value, kind in zip(values, kinds, strict=True)])


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """A moment of the database: nothing that others write meanwhile is seen."""
    with database.read() as connection:
        if database.dialect == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with reading(connection) as stored:
            yield stored


@contextmanager
def reading(connection: Connection) -> Iterator[Snapshot]:
    """The same on a connection that is open already."""
    driver: Any = connection.connection.driver_connection
    before = getattr(driver, "text_factory", None)
    if before:
        driver.text_factory = _text
    stored = Snapshot(connection)
    try:
        yield stored
    finally:
        stored.close()
        if before:
            driver.text_factory = before


def _select(table: Table) -> sa.Select[Any]:
    return sa.select(*(_plain(column) for column in table.columns))


def _plain(column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """The value as the driver gives it."""
    return sa.type_coerce(column, sa.types.NullType())


def _text(raw: bytes) -> str:
    """Text of SQLite. What is no UTF-8 is kept apart from any text that is."""
    return raw.decode("utf-8", "surrogateescape")


def _kinds(table: Table) -> list[type]:
    return [_kind(column) for column in table.columns]


def _kind(column: sa.Column[Any]) -> type:
    match column.type:
        case UtcTime():
            return datetime
        case sa.Boolean():
            return bool
        case sa.LargeBinary():
            return bytes
        case sa.Float():
            return float
        case sa.Integer():
            return int
        case _:
            return str


def _fault(form: Form, kinds: list[type], values: list[Any]) -> str:
    for column, kind, value in zip(form.table.columns, kinds, values, strict=True):
        if value is None:
            fits = bool(column.nullable)
        elif kind is bool:
            fits = value is True or value is False or (type(value) is int and value in (0, 1))
        elif kind is datetime:
            fits = isinstance(value, str | datetime)
        else:
            fits = type(value) is kind
        if not fits:
            return column.name
    return ""


def _python(value: Any, kind: type) -> Any:
    """As `Form.values` has it."""
    if value is None:
        return None
    if kind is bool:
        return bool(value)
    return text_of(value) if isinstance(value, datetime) else value
