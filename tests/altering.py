"""What somebody with all rights on the database could do: write past the rules that keep it append-only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from adapter.store.store import Store
from sqlalchemy import Connection


@contextmanager
def unprotected(store: Store) -> Iterator[Connection]:
    """A transaction in which rows can be changed and deleted; afterwards the rules are as before."""
    with store.database.write() as connection:
        if store.database.dialect == "postgresql":
            connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            yield connection
            return
        rules = connection.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in rules:
            connection.execute(sa.text(f"DROP TRIGGER {name}"))
        connection.execute(sa.text("PRAGMA defer_foreign_keys = ON"))
        yield connection
        for _, text in rules:
            connection.exec_driver_sql(text)
