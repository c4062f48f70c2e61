"""People's verdicts on single vaccinations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import sqlalchemy as sa

from adapter.reconcile.review import Review, Verdict
from adapter.store.columns import text_of
from adapter.store.database import Database, next_number
from adapter.store.said_tables import REVIEW


class Reviews:
    """The reviews of one database: all of them, in the order in which they were given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, practice: str, record: tuple[str, str, str], verdict: Verdict, who: str, note: str) -> Review:
        """A verdict of now for a claimant and a record (feed, system, value)."""
        feed, system, value = record
        return self.add_all([Review(practice, feed, system, value, verdict, who, "", note)])[0]

    def add_all(self, reviews: Sequence[Review]) -> list[Review]:
        """Verdicts of now, in their order, all or none; `when` is set here."""
        with self._database.write() as connection:
            now = self._database.clock().astimezone(UTC)
            first = next_number(connection, REVIEW.c.number)
            rows = [
                {"number": number, "recorded": now}
                | {name: value for name, value in msgspec.structs.asdict(review).items() if name != "when"}
                for number, review in enumerate(reviews, start=first)
            ]
            if rows:
                connection.execute(sa.insert(REVIEW), rows)
        return [msgspec.structs.replace(review, when=text_of(now)) for review in reviews]

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
