"""When each feed was last heard of: what a dashboard asks every few seconds, so it costs one small query."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from adapter.store.arrival_tables import DELIVERY, DELIVERY_END, FEED
from adapter.store.database import Database


class Heard(Struct, frozen=True):
    """`last` is when the last delivery came, None for never; `cut_off` are deliveries that were not taken whole."""

    feed: str
    deliveries: int
    cut_off: int
    last: datetime | None


def heard(database: Database) -> list[Heard]:
    """By feed's name."""
    ended = sa.func.count(DELIVERY_END.c.delivery)
    query = (
        sa.select(FEED.c.name, sa.func.count(DELIVERY.c.number), ended, sa.func.max(DELIVERY.c.received))
        .select_from(FEED)
        .outerjoin(DELIVERY, DELIVERY.c.feed == FEED.c.number)
        .outerjoin(DELIVERY_END, DELIVERY_END.c.delivery == DELIVERY.c.number)
        .group_by(FEED.c.name)
        .order_by(FEED.c.name)
    )
    with database.read() as connection:
        return [Heard(name, came, came - whole, last) for name, came, whole, last in connection.execute(query)]


def last_whole(database: Database, feed: str, at: datetime) -> datetime | None:
    """When the last delivery came, by a moment, of those that were taken whole."""
    query = sa.select(sa.func.max(DELIVERY.c.received))
    with database.read() as connection:
        found: datetime | None = connection.execute(_whole(query, feed, at)).scalar_one()
    return found


def records_since(database: Database, feed: str, since: datetime, at: datetime) -> int:
    """How many records came between two moments, whatever became of them, in deliveries that were taken whole."""
    query = sa.select(sa.func.coalesce(sa.func.sum(DELIVERY_END.c.received), 0)).where(DELIVERY.c.received >= since)
    with database.read() as connection:
        return int(connection.execute(_whole(query, feed, at)).scalar_one())


def _whole(query: sa.Select[Any], feed: str, at: datetime) -> sa.Select[Any]:
    joined = query.select_from(DELIVERY).join(FEED, DELIVERY.c.feed == FEED.c.number)
    joined = joined.join(DELIVERY_END, DELIVERY_END.c.delivery == DELIVERY.c.number)
    return joined.where(FEED.c.name == feed, DELIVERY.c.received <= at)
