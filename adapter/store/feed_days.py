"""The days on which each feed brought something: its rhythm."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa

from adapter.store.arrival_tables import DELIVERY, FEED
from adapter.store.database import Database


def feed_days(database: Database, until: datetime) -> dict[str, list[date]]:
    """By feed's name, in order; days are of UTC. A feed that brought nothing by then is left out."""
    if database.dialect == "postgresql":
        day = sa.func.to_char(sa.func.timezone("UTC", DELIVERY.c.received), "YYYY-MM-DD")
    else:
        day = sa.func.substr(sa.cast(DELIVERY.c.received, sa.Text), 1, 10)
    query = sa.select(FEED.c.name, day.label("day")).join_from(DELIVERY, FEED).where(DELIVERY.c.received <= until)
    found: dict[str, list[date]] = {}
    with database.read() as connection:
        for name, text in connection.execute(query.distinct().order_by(FEED.c.name, "day")):
            found.setdefault(name, []).append(date.fromisoformat(text))
    return found
