"""Many values in one question, many rows into one table: COPY on PostgreSQL, one prepared statement on SQLite.

Values go to the driver as they are: numbers, texts, bytes, truth values. Columns of other types are for `insert`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table

from adapter.store.ledger_sealing import bind

IN_LIST = 500
"""How many values one SELECT … IN asks for: well below the limits of both databases."""


def in_lists(values: Collection[Any]) -> Iterator[list[Any]]:
    """Sorted, in lists that fit one SELECT … IN."""
    ordered = sorted(values)
    for start in range(0, len(ordered), IN_LIST):
        yield ordered[start : start + IN_LIST]


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows whose values are in the order of the table's columns. Inside a write transaction only."""
    if not rows:
        return
    bind(connection, table, rows)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_insert(table), rows)
        return
    cursor = connection.connection.cursor()
    try:
        with cursor.copy(_copy(table)) as copy:
            copy.set_types(_types(table))
            write = copy.write_row
            for row in rows:
                write(row)
    finally:
        cursor.close()


@cache
def _insert(table: Table) -> str:
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({_names(table)}) VALUES ({marks})"  # noqa: S608 - names of our own tables only


@cache
def _copy(table: Table) -> str:
    return f"COPY {table.name} ({_names(table)}) FROM STDIN (FORMAT BINARY)"


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


@cache
def _types(table: Table) -> list[str]:
    return [_type(column) for column in table.columns]


def _type(column: sa.Column[Any]) -> str:
    match column.type:
        case sa.Boolean():
            return "bool"
        case sa.LargeBinary():
            return "bytea"
        case sa.BigInteger():
            return "int8"
        case sa.Integer():
            return "int4"
        case sa.Text():
            return "text"
        case _:
            raise TypeError(f"{column} is not for rows in bulk")
