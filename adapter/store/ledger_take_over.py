"""The first entry of the ledger of a database that is older than the ledger.

It binds every row as it stands then; what happened to it before, nobody can say.
"""

from __future__ import annotations

from itertools import islice

import sqlalchemy as sa
from sqlalchemy import Connection

from adapter.errors import StoreError
from adapter.store.database import Database
from adapter.store.ledger_reading import Snapshot
from adapter.store.ledger_sealing import sealing_of
from adapter.store.ledger_tables import LEDGER

KIND = "taken-over"


def take_over(database: Database) -> None:
    """Bind what is there, if no entry does so yet."""
    with database.read() as connection:
        if _begun(connection):
            return
    with database.write() as connection:
        if _begun(connection):
            return
        stored, sealing = Snapshot(connection), sealing_of(connection)
        for form in stored.forms.values():
            rows = stored.rows(form)
            while page := list(islice(rows, form.page)):
                if any(row.fault for row in page):
                    raise StoreError(f"A row of {form.name} holds what it cannot hold: restore a copy of the database.")
                sealing.add(form.table, [row.values for row in page])
        sealing.call(KIND, "")


def _begun(connection: Connection) -> bool:
    return connection.execute(sa.select(LEDGER.c.number).limit(1)).first() is not None
