"""Is the database itself sound: does its file hold together, and do the rules still stand that keep it append-only?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy import Connection

from adapter.store.database import Database
from adapter.store.schema import TABLES

_GONE = "the rule is gone that keeps it append-only"


def faults(connection: Connection) -> Iterator[tuple[str, str]]:
    """Table ("" for the whole database) and what is wrong with it."""
    if connection.dialect.name == "sqlite":
        yield from _of_sqlite(connection)
    else:
        yield from _of_postgresql(connection)


def _of_sqlite(connection: Connection) -> Iterator[tuple[str, str]]:
    if connection.execute(sa.text("PRAGMA integrity_check(1)")).scalar() != "ok":
        yield "", "the file is damaged: SQLite finds its pages or indexes unsound"
        return
    expected, found = _fresh_schema(), _schema(connection)
    for key in sorted(expected.keys() | found.keys()):
        kind, _, table = key
        if expected.get(key) != found.get(key):
            yield table if table in TABLES else "", _GONE if kind == "trigger" else "its definition is another one"


def _schema(connection: Connection) -> Mapping[tuple[str, str, str], str | None]:
    """Kind, name and table → the text that made it."""
    query = sa.text("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'")
    return {(row.type, row.name, row.tbl_name): row.sql for row in connection.execute(query)}


@cache
def _fresh_schema() -> Mapping[tuple[str, str, str], str | None]:
    """That of a new database: however old one is, the same revisions made it."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'fresh.sqlite3'}")
        try:
            with database.read() as connection:
                return _schema(connection)
        finally:
            database.close()


def _of_postgresql(connection: Connection) -> Iterator[tuple[str, str]]:
    query = sa.text(
        "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE p.proname = 'refuse_change' AND t.tgenabled IN ('O', 'A') AND pg_table_is_visible(c.oid) "
        "AND t.tgname IN (c.relname || '_append_only', c.relname || '_no_truncate')"
    )
    tables = list(connection.execute(query).scalars())
    for table in TABLES:
        if tables.count(table) != 2:
            yield table, _GONE
