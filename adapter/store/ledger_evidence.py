"""What stands in the database beside the digests of bytes and of decisions, in streams, for computing them anew."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Table

from adapter.store.arrival_tables import BATCH, DELIVERY, DELIVERY_END, PAYLOAD, QUARANTINE, RECEIPT, RECORD_VERSION
from adapter.store.database import Database
from adapter.store.delivery import Stream
from adapter.store.run_tables import DECISION, DECISION_END
from adapter.store.streams import Streams


class Arrived(Struct, frozen=True):
    """A delivery as it says it came. `ended` tells that it was taken whole."""

    number: int
    id: str
    sha256: bytes
    size: int
    encoding: str
    ended: bool


class Part(Struct, frozen=True, order=True):
    """Bytes of a stream that a row of `table` says to be its own, by their digest. Of a payload, a whole chunk."""

    start: int
    length: int
    table: str
    key: str
    sha256: bytes


class Evidence:
    """The rows of one database, read in streams side by side."""

    def __init__(self, streams: Streams) -> None:
        self._streams = streams

    def deliveries(self, last_batch: int | None = None) -> Iterator[Arrived]:
        """In order of arrival; with `last_batch` those that had begun by then."""
        ended = DELIVERY_END.c.delivery.is_not(None).label("ended")
        query = sa.select(DELIVERY, ended).outerjoin(DELIVERY_END).order_by(DELIVERY.c.number)
        if last_batch is not None:
            begun = sa.select(BATCH.c.delivery).where(BATCH.c.number <= last_batch)
            query = query.where(DELIVERY.c.number.in_(begun))
        for row in self._streams.rows(query):
            yield Arrived(row.number, row.id, row.sha256, row.size, row.encoding, row.ended)

    def chunks(self, delivery: int, stream: Stream) -> Iterator[Part]:
        """The chunks of a stream by their place."""
        mine = (PAYLOAD.c.delivery == delivery) & (PAYLOAD.c.stream == stream)
        query = sa.select(PAYLOAD.c.start, PAYLOAD.c.length, PAYLOAD.c.sha256).where(mine).order_by(PAYLOAD.c.start)
        for row in self._streams.rows(query):
            yield Part(row.start, row.length, PAYLOAD.name, f"{delivery}/{stream}/{row.start}", row.sha256)

    def parts(self, delivery: int, stream: Stream) -> Iterator[Part]:
        """What records, receipts and quarantine say of a stream, by their place."""
        set_aside = self._parts(delivery, QUARANTINE, QUARANTINE.c.number, QUARANTINE.c.stream == stream)
        if stream == "wrapper":
            return set_aside
        versions = self._parts(delivery, RECORD_VERSION, RECORD_VERSION.c.seq)
        receipts = self._parts(delivery, RECEIPT, RECEIPT.c.number)
        return heapq.merge(versions, receipts, set_aside)

    def standing(self, run: int) -> Iterator[tuple[int, bytes]]:
        """History and id of each decision in force in a run, by history."""
        until = DECISION_END.c.until_run
        query = sa.select(DECISION.c.history, DECISION.c.id).outerjoin(DECISION_END)
        query = query.where(DECISION.c.from_run <= run, sa.or_(until.is_(None), until > run))
        yield from ((row.history, row.id) for row in self._streams.rows(query.order_by(DECISION.c.history)))

    def _parts(
        self, delivery: int, table: Table, key: sa.Column[Any], *where: sa.ColumnElement[bool]
    ) -> Iterator[Part]:
        batches = sa.select(BATCH.c.number).where(BATCH.c.delivery == delivery)
        query = sa.select(table.c.start, table.c.length, key.label("key"), table.c.sha256)
        query = query.where(table.c.batch.in_(batches), *where).order_by(table.c.start, table.c.length)
        for row in self._streams.rows(query):
            yield Part(row.start, row.length, str(table.name), str(row.key), row.sha256)


@contextmanager
def evidence(database: Database) -> Iterator[Evidence]:
    """The evidence as it is now."""
    with database.read() as connection, closing(Streams(connection)) as streams:
        yield Evidence(streams)
