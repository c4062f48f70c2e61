"""Whatever is changed in the database, `verify` finds it and names it: nothing is missed.

Each case changes one thing as somebody with all rights would, past the append-only triggers, looks, and takes it back.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from adapter.provenance.finding import Finding, row_name
from adapter.provenance.verification import Verified, examine
from adapter.store.ledger_form import OWNERS
from adapter.store.ledger_reading import reading
from adapter.store.ledger_tables import LEDGER
from adapter.store.schema import TABLES
from adapter.store.store import Store
from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from filled import fill

Row = dict[str, Any]


class Change(NamedTuple):
    """What was done: to which table, to which row where that still has its key, in words. Of the newest ledger entry
    nobody can tell that it was there: its rows are found, as put in, and `table` is "".
    """

    table: str
    row: str | None
    said: str


class NoText(NamedTuple):
    """Bytes that are no UTF-8, for a column of text. PostgreSQL takes none of it."""

    content: bytes


class Untouched(Exception):
    """The database would not take the change, or it changed nothing."""


@pytest.fixture
def filled(store: Store) -> Store:
    fill(store)
    return store


def tried(store: Store, seed: int) -> Iterator[tuple[Change, Verified | Finding]]:
    """The change of this seed, made and looked at; nothing where it could not be made."""
    pick = random.Random(seed)  # noqa: S311 - a seed, no secret
    with suspended(store) as connection:
        acts: list[Callable[[Connection, random.Random], Change]] = [flip, flip, flip, delete, insert, swap]
        try:
            change = pick.choice(acts)(connection, pick)
        except (DBAPIError, Untouched):
            return
        with reading(connection) as stored:
            found = examine(stored)
    yield change, found


@contextmanager
def suspended(store: Store) -> Iterator[Connection]:
    """A transaction in which nothing is append-only, taken back at its end."""
    with store.database._engine.connect() as connection, connection.begin() as transaction:
        if store.database.dialect == "postgresql":
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        else:
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        yield connection
        transaction.rollback()


def flip(connection: Connection, pick: random.Random) -> Change:
    """One bit of one value."""
    table = _table(pick)
    row = _row(connection, table, pick)
    column = pick.choice([name for name in row if row[name] is not None])
    _write(connection, table, row, {column: _flipped(row[column], pick)})
    kept = column not in table.primary_key.columns and column != OWNERS.get(table.name)
    return Change(table.name, _name(table, row) if kept else None, f"flipped {column}")


def delete(connection: Connection, pick: random.Random) -> Change:
    table = _table(pick)
    row = _row(connection, table, pick)
    connection.execute(sa.delete(table).where(_is(table, row)))
    newest = connection.execute(sa.select(sa.func.max(LEDGER.c.number))).scalar_one()
    cut_off = table is LEDGER and row["number"] > newest
    return Change("" if cut_off else table.name, None, "deleted")


def insert(connection: Connection, pick: random.Random) -> Change:
    """A copy of a row under another key."""
    table = _table(pick)
    row = _row(connection, table, pick)
    for column in table.primary_key:
        if pick.random() < 0.8:
            row[column.name] = _flipped(row[column.name], pick)
    for column in table.columns:
        if column.unique:
            row[column.name] = _flipped(row[column.name], pick)
    _put(connection, table, row)
    return Change(table.name, None, "inserted")


def swap(connection: Connection, pick: random.Random) -> Change:
    """The contents of two rows."""
    table = _table(pick)
    one, other = _row(connection, table, pick), _row(connection, table, pick)
    key = set(table.primary_key.columns.keys())
    mine, theirs = ({name: value for name, value in row.items() if name not in key} for row in (one, other))
    if mine == theirs:
        raise Untouched
    connection.execute(sa.delete(table).where(_is(table, other)))
    _write(connection, table, one, theirs)
    _put(connection, table, other | mine)
    return Change(table.name, None, "swapped")


def _table(pick: random.Random) -> Table:
    return SQLModel.metadata.tables[pick.choice(TABLES)]


def _row(connection: Connection, table: Table, pick: random.Random) -> Row:
    """Values as the driver has them."""
    count = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
    columns = [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in table.columns]
    query = sa.select(*columns).order_by(*table.primary_key).offset(pick.randrange(count)).limit(1)
    return dict(connection.execute(query).one()._mapping)


def _is(table: Table, row: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row[column.name] for column in table.primary_key))


def _write(connection: Connection, table: Table, row: Row, changes: Row) -> None:
    values = ", ".join(f'"{name}" = {_mark(connection, value)}' for name, value in changes.items())
    key = " AND ".join(f'"{column.name}" = {_mark(connection, "")}' for column in table.primary_key)
    found = [*changes.values(), *(row[column.name] for column in table.primary_key)]
    _say(connection, f'UPDATE "{table.name}" SET {values} WHERE {key}', found)  # noqa: S608 - names of ours


def _put(connection: Connection, table: Table, row: Row) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join(_mark(connection, value) for value in row.values())
    sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of ours
    _say(connection, sql, list(row.values()))


def _say(connection: Connection, sql: str, values: list[Any]) -> None:
    plain = tuple(value.content if isinstance(value, NoText) else value for value in values)
    connection.exec_driver_sql(sql, plain)


def _mark(connection: Connection, value: object) -> str:
    if connection.dialect.name == "postgresql":
        return "%s"
    return "CAST(? AS TEXT)" if isinstance(value, NoText) else "?"


def _name(table: Table, row: Row) -> str:
    return row_name(row[column.name] for column in table.primary_key)


def _flipped(value: Any, pick: random.Random) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value ^ 1 << pick.randrange(12)
        case bytes():
            return _other_byte(value, pick) if value else b"\x00"
        case str():
            return _text(_other_byte(value.encode(), pick)) if value else "x"
        case _:
            return value.replace(microsecond=value.microsecond ^ 1 << pick.randrange(3))


def _text(content: bytes) -> str | NoText:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return NoText(content)


def _other_byte(content: bytes, pick: random.Random) -> bytes:
    at = pick.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << pick.randrange(8)]) + content[at + 1 :]


def all_found(store: Store, seeds: range) -> Counter[str]:
    """How many changes were looked at, by table."""
    looked_at = Counter[str]()
    for seed in seeds:
        for change, found in tried(store, seed):
            looked_at[change.table] += 1
            assert isinstance(found, Finding), f"seed {seed}: {change} was missed"
            said = f"seed {seed}: {change}, {found}"
            if change.table:
                assert (found.table, found.row) == (change.table, change.row or found.row), said
            else:
                assert str(found).endswith("it was put in"), said
    return looked_at


def test_what_was_not_touched_holds(filled: Store) -> None:
    with suspended(filled) as connection, reading(connection) as stored:
        assert isinstance(examine(stored), Verified)


@pytest.mark.slow
def test_no_change_is_missed(filled: Store) -> None:
    assert all_found(filled, range(100)).total() > 75


@pytest.mark.deep
def test_of_thousands_of_changes_none_is_missed(filled: Store) -> None:
    looked_at = all_found(filled, range(1_000, 3_500))
    assert looked_at.total() > 2_000
    assert set(TABLES) - looked_at.keys() == set()
    print(f"{looked_at.total()} changes, the fewest in a table: {min(looked_at.values())}")  # noqa: T201 - shown with -s
