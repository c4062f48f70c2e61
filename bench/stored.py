"""What lies on the disk: bytes of a database by table, rows and indexes apart."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
from msgspec import Struct

_SQLITE = """
SELECT tbl_name, sum(iif(type = 'table', pgsize, 0)), sum(iif(type = 'index', pgsize, 0))
FROM dbstat JOIN sqlite_schema USING (name) GROUP BY tbl_name
"""
_POSTGRESQL = """
SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


class Stored(Struct, frozen=True):
    """`total` is the whole database; `tables` maps a table to the bytes of its rows (TOAST too) and of its indexes."""

    total: int
    tables: dict[str, tuple[int, int]]

    def less(self, before: Stored) -> Stored:
        """What came since then, without tables that grew by nothing."""
        grown = {
            name: (rows - before.tables.get(name, (0, 0))[0], indexes - before.tables.get(name, (0, 0))[1])
            for name, (rows, indexes) in self.tables.items()
        }
        return Stored(self.total - before.total, {name: sizes for name, sizes in grown.items() if any(sizes)})


def stored(url: str, file: Path) -> Stored:
    """Of the database at a URL; `file` is SQLite's, whose log is worked in first, so that nothing counts twice."""
    if url.startswith("sqlite"):
        with sqlite3.connect(file) as lite:
            lite.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            rows = lite.execute(_SQLITE).fetchall()
        return _sorted(file.stat().st_size, rows)
    with psycopg.connect(url) as connection:
        total = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return _sorted(int(total[0]) if total else 0, connection.execute(_POSTGRESQL).fetchall())


def _sorted(total: int, rows: list[tuple[str, int, int]]) -> Stored:
    return Stored(total, {name: (int(table), int(indexes)) for name, table, indexes in sorted(rows)})
