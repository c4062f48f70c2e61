"""Which names a feed can have known before, without asking the database for each.

A load of millions of records asks two or three times a record whether a name is known, and the answer is no. Here one
bit stands for many names: where it is not set, none of them was seen. That holds as long as nobody else files into the
feed, which `sees_all` tells; only then may it be gone by.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from adapter.store.arrival_tables import BATCH, DELIVERY

_BITS = 1 << 27
_MASK = _BITS - 1


class NamesSeen:
    """The names of one feed, as far as one process has filed them. To be used by whoever has the feed for itself."""

    def __init__(self) -> None:
        self._bits = bytearray(_BITS // 8)
        self._batch = 0
        self._complete = True

    def sees_all(self, connection: Connection, delivery: int, batch: int) -> bool:
        """Whether nobody else has ever filed anything into the feed of this delivery, before this batch of it."""
        feed = sa.select(DELIVERY.c.feed).where(DELIVERY.c.number == delivery).scalar_subquery()
        others = sa.select(BATCH.c.number).join_from(BATCH, DELIVERY).where(DELIVERY.c.feed == feed)
        others = others.where(BATCH.c.number > self._batch, BATCH.c.number < batch)
        others = others.where(sa.or_(BATCH.c.received > 0, BATCH.c.cause != "ingest"))
        self._complete = self._complete and connection.execute(others.limit(1)).first() is None
        return self._complete

    def filed(self, batch: int, names: Iterable[bytes]) -> None:
        """In the batch of this number."""
        self._batch = batch
        bits = self._bits
        for name in names:
            at = int.from_bytes(name[:4], "big") & _MASK
            bits[at >> 3] |= 1 << (at & 7)

    def perhaps(self, names: Iterable[bytes]) -> list[bytes]:
        """Those that may have been seen."""
        bits, found = self._bits, []
        for name in names:
            at = int.from_bytes(name[:4], "big") & _MASK
            if bits[at >> 3] >> (at & 7) & 1:
                found.append(name)
        return found
