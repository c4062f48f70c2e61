"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, LargeBinary, Table
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.types import TypeEngine

from adapter.store.ledger_sealing import bind

DIALECT = dialect()  # type: ignore[no-untyped-call]


def insert(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, each with a value for every column of the table in its order."""
    if not rows:
        return
    bind(connection, table, rows)
    names = ", ".join(f'"{column.name}"' for column in table.c)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(table.c))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(rows))  # noqa: S608
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([_type(column.type) for column in table.c])
        for row in rows:
            copy.write_row(row)


def _type(type_: TypeEngine[Any]) -> str:
    """The type's name on PostgreSQL: a binary COPY takes exactly it."""
    match type_.dialect_impl(DIALECT):
        case BigInteger():
            return "int8"
        case Integer():
            return "int4"
        case LargeBinary():
            return "bytea"
    return "text"
