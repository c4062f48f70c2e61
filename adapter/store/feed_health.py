"""When each feed was last heard of: what a dashboard asks every few seconds, so it costs one small query."""

from __future__ import annotations

from datetime import datetime

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
