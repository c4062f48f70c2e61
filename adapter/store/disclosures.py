"""Who was given verbatim bytes: an entry is committed before the first byte leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from adapter.store.access_tables import API_KEY, DISCLOSURE, TOKEN_DISCLOSURE
from adapter.store.database import Database, next_number
from adapter.store.holder import Holder


class Disclosure(Struct, frozen=True):
    """`who` is the id of a key, or issuer and subject of a token; `what` the id of a count or a decision, or the URL of
    a resource's version below /fhir; `records` how many resources there are below.
    """

    recorded: datetime
    who: str
    what: str
    records: int


class Disclosures:
    """The disclosures of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, holder: Holder, shown: Sequence[tuple[str, int]]) -> None:
        """`shown` are `what` and `records` of each entry."""
        table = TOKEN_DISCLOSURE if holder.key is None else DISCLOSURE
        who = {"issuer": holder.issuer, "subject": holder.subject} if holder.key is None else {"key": holder.key}
        with self._database.write() as connection:
            first, now = next_number(connection, table.c.number), self._database.clock()
            rows = [
                {"number": number, "recorded": now, "what": what, "records": records} | who
                for number, (what, records) in enumerate(shown, first)
            ]
            if rows:
                connection.execute(sa.insert(table), rows)

    def listed(self) -> list[Disclosure]:
        """Oldest first."""
        of_keys = sa.select(DISCLOSURE, API_KEY.c.id).join_from(DISCLOSURE, API_KEY).order_by(DISCLOSURE.c.number)
        of_tokens = sa.select(TOKEN_DISCLOSURE).order_by(TOKEN_DISCLOSURE.c.number)
        with self._database.read() as connection:
            found = [Disclosure(row.recorded, row.id, row.what, row.records) for row in connection.execute(of_keys)]
            for row in connection.execute(of_tokens):
                found.append(Disclosure(row.recorded, f"{row.issuer} {row.subject}", row.what, row.records))
        return sorted(found, key=lambda one: one.recorded)
