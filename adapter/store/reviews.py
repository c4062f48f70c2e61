"""People's verdicts on single vaccinations."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa

from adapter.reconcile.review import Review, Verdict
from adapter.store.columns import text_of
from adapter.store.database import Database, next_number
from adapter.store.tables import REVIEW


class Reviews:
    """The reviews of one database: all of them, in the order in which they were given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, practice: str, record: tuple[str, str, str], verdict: Verdict, who: str, note: str) -> Review:
        """A verdict of now for a claimant and a record (feed, system, value)."""
        feed, system, value = record
        with self._database.write() as connection:
            now = self._database.clock().astimezone(UTC)
            connection.execute(
                sa.insert(REVIEW).values(
                    number=next_number(connection, REVIEW.c.number),
                    recorded=now,
                    practice=practice,
                    feed=feed,
                    system=system,
                    value=value,
                    verdict=verdict,
                    who=who,
                    note=note,
                )
            )
        return Review(practice, feed, system, value, verdict, who, text_of(now), note)

    def listed(self, as_of: datetime | None = None) -> list[Review]:
        with self._database.read() as connection:
            query = sa.select(REVIEW).order_by(REVIEW.c.number)
            if as_of is not None:
                query = query.where(REVIEW.c.recorded <= as_of)
            return [
                Review(
                    practice=row.practice,
                    feed=row.feed,
                    system=row.system,
                    value=row.value,
                    verdict=row.verdict,
                    who=row.who,
                    when=text_of(row.recorded),
                    note=row.note,
                )
                for row in connection.execute(query)
            ]
