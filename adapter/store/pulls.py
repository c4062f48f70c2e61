"""What pulling came to, step by step: the cursor that the next pull begins at, and when it last went well."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

import sqlalchemy as sa
from msgspec import Struct

from adapter.errors import UnknownName
from adapter.store.arrival_tables import FEED
from adapter.store.database import Database, next_number
from adapter.store.pull_tables import PULL

What = Literal["started", "reached", "finished", "failed", "exporting", "dropped", "notified", "wanted"]
"""`started`: a pull; `reached`: part of the way, to the cursor; `finished`: all that there was; `failed`: `note` says
why; `exporting`: how far an export is, as the cursor says; `dropped`: that export is of no use any more; `notified`: of
a subscription, the number of its newest event; `wanted`: a notification asks for a pull.
"""


class Step(Struct, frozen=True):
    """`note` is a sentence of ours; it holds nothing that a server said."""

    recorded: datetime
    what: str
    cursor: str
    note: str


class Pulls:
    """The steps of one database. Their order is that in which they were added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, feed: str, source: str, what: What, cursor: str = "", note: str = "") -> None:
        """A step of a feed that is known. Raises UnknownName."""
        with self._database.write() as connection:
            number = connection.execute(sa.select(FEED.c.number).where(FEED.c.name == feed)).scalar()
            if number is None:
                raise UnknownName("There is no such feed: `adapter feeds list` shows those there are.")
            connection.execute(
                sa.insert(PULL).values(
                    number=next_number(connection, PULL.c.number),
                    recorded=self._database.clock(),
                    feed=number,
                    source=source,
                    what=what,
                    cursor=cursor,
                    note=note,
                )
            )

    def latest(self, feed: str, source: str, *whats: What) -> Step | None:
        """The newest step of these kinds; of any kind where none is named."""
        found = self.newest(feed, 1, *(whats or get_args(What)), source=source)
        return found[0] if found else None

    def newest(self, feed: str, most: int, *whats: What, source: str = "", until: datetime | None = None) -> list[Step]:
        """The newest steps of these kinds first, at most so many; from any source where none is given."""
        query = sa.select(PULL).where(
            PULL.c.feed == sa.select(FEED.c.number).where(FEED.c.name == feed).scalar_subquery()
        )
        query = query.where(PULL.c.source == source) if source else query
        query = query if until is None else query.where(PULL.c.recorded <= until)
        query = query.order_by(PULL.c.number.desc()).limit(most)
        with self._database.read() as connection:  # kind by kind: so each is read from the end of the index
            rows = [row for what in whats for row in connection.execute(query.where(PULL.c.what == what))]
        rows.sort(key=lambda row: -int(row.number))
        return [Step(row.recorded, row.what, row.cursor, row.note) for row in rows[:most]]
