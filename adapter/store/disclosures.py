"""Who was given verbatim bytes: an entry is committed before the first byte leaves."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from adapter.store.access_tables import API_KEY, DISCLOSURE
from adapter.store.api_keys import ApiKey
from adapter.store.database import Database, next_number


class Disclosure(Struct, frozen=True):
    """`key` is the id of a key, `what` that of a count or a decision, `records` how many resources there are below."""

    recorded: datetime
    key: str
    what: str
    records: int


class Disclosures:
    """The disclosures of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: ApiKey, what: str, records: int) -> None:
        with self._database.write() as connection:
            connection.execute(
                sa.insert(DISCLOSURE).values(
                    number=next_number(connection, DISCLOSURE.c.number),
                    recorded=self._database.clock(),
                    key=key.number,
                    what=what,
                    records=records,
                )
            )

    def listed(self) -> list[Disclosure]:
        """Oldest first."""
        columns = (DISCLOSURE.c.recorded, API_KEY.c.id, DISCLOSURE.c.what, DISCLOSURE.c.records)
        query = sa.select(*columns).join_from(DISCLOSURE, API_KEY).order_by(DISCLOSURE.c.number)
        with self._database.read() as connection:
            return [Disclosure(*row) for row in connection.execute(query)]
