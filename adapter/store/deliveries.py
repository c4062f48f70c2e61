"""Deliveries: begun, kept batch by batch, ended, listed, and given back byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.errors import StoreError, UnknownName
from adapter.store.arrival_tables import (
    BATCH,
    DELIVERY,
    DELIVERY_END,
    FEED,
    PAYLOAD,
    QUARANTINE,
    QUARANTINE_OUTCOME,
    RECEIPT,
    RECORD_VERSION,
)
from adapter.store.batch import Batch
from adapter.store.database import Database, next_number
from adapter.store.delivery import Delivery, Encoding, Figures, Format, Position, Stream
from adapter.store.names_seen import NamesSeen
from adapter.store.seal import Seal, Sealed, place_of

ID_LENGTH = 32


class OpenDelivery(Struct, frozen=True):
    """A delivery that is being taken. `resumed` tells that an earlier attempt was cut off."""

    number: int
    id: str
    feed: str
    encoding: Encoding
    format: Format
    resumed: bool


class Overtaken(Exception):
    """Another process wrote the batch that we were about to write: go on from where the delivery is now."""


class Deliveries:
    """The deliveries of one database."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    def begin(self, feed: str, sha256: bytes, size: int, encoding: Encoding, format_: Format) -> OpenDelivery:
        """A new delivery, or the one of the same bytes to the same feed that was never taken to its end."""
        with self._database.write() as connection:
            return self._begun(connection, feed, sha256, size, encoding, format_)

    def begun(self, feed: str, sha256: bytes) -> bool:
        """Whether the same bytes came to this feed before and were never taken to their end."""
        query = sa.select(DELIVERY.c.number).join_from(DELIVERY, FEED).outerjoin(DELIVERY_END)
        query = query.where(FEED.c.name == feed, DELIVERY.c.sha256 == sha256, DELIVERY_END.c.delivery.is_(None))
        with self._database.read() as connection:
            return connection.execute(query.limit(1)).first() is not None

    def whole(
        self,
        feed: str,
        sha256: bytes,
        size: int,
        encoding: Encoding,
        format_: Format,
        after: Position,
        received: int,
        context: int,
        write: Callable[[Batch], None],
        seen: NamesSeen | None = None,
    ) -> tuple[OpenDelivery, Figures]:
        """A new delivery from its beginning to its end `after` in one transaction; `write` fills its only batch.
        Raises Overtaken where the same bytes were begun before.
        """
        with self._database.write() as connection:
            delivery = self._begun(connection, feed, sha256, size, encoding, format_)
            if delivery.resumed:
                raise Overtaken
            number = self._row(connection, delivery.number, "ingest", after, received, context)
            batch = Batch(connection, self._seal, (delivery.number, delivery.id), number, seen)
            write(batch)
            batch.flush()
            return delivery, self._end(connection, delivery)

    def position(self, delivery: OpenDelivery) -> Position:
        with self._database.read() as connection:
            return _position(connection, delivery.number)

    @contextmanager
    def batch(
        self,
        delivery: OpenDelivery,
        before: Position,
        after: Position,
        received: int,
        context: int = 0,
        seen: NamesSeen | None = None,
    ) -> Iterator[Batch]:
        """One transaction that takes the delivery from `before` to `after`. Raises Overtaken where it is elsewhere.
        `seen` are the names that whoever files has filed into the feed before.
        """
        with self._database.write() as connection:
            if _position(connection, delivery.number) != before:
                raise Overtaken
            number = self._row(connection, delivery.number, "ingest", after, received, context)
            batch = Batch(connection, self._seal, (delivery.number, delivery.id), number, seen)
            yield batch
            batch.flush()

    @contextmanager
    def taking_out(self, delivery: OpenDelivery, quarantined: int, received: int) -> Iterator[Batch]:
        """A later transaction of a delivery, that takes what was set aside under this number. `received` is what it
        turned out to be: as many resources. Raises Overtaken where it was taken already.
        """
        with self._database.write() as connection:
            mine = (QUARANTINE_OUTCOME.c.quarantine == quarantined) & (QUARANTINE_OUTCOME.c.what == "taken")
            if connection.execute(sa.select(QUARANTINE_OUTCOME.c.number).where(mine)).first() is not None:
                raise Overtaken
            position = _position(connection, delivery.number)
            number = self._row(connection, delivery.number, "replay", position, received - 1, 0)
            connection.execute(
                sa.insert(QUARANTINE_OUTCOME).values(
                    number=next_number(connection, QUARANTINE_OUTCOME.c.number),
                    quarantine=quarantined,
                    batch=number,
                    recorded=self._database.clock(),
                    what="taken",
                    issues="[]",
                )
            )
            batch = Batch(connection, self._seal, (delivery.number, delivery.id), number)
            yield batch
            batch.flush()

    def finish(self, delivery: OpenDelivery) -> Figures:
        """Mark the delivery as taken whole. Answers what became of it; raises StoreError if anything were lost."""
        with self._database.write() as connection:
            return self._end(connection, delivery)

    def listed(self) -> list[Delivery]:
        """All of them in order of arrival, each with what is stored of it now."""
        with self._database.read() as connection:
            rows = connection.execute(_deliveries().order_by(DELIVERY.c.number)).all()
            figures = _counted(connection)
            return [_delivery(row, figures.get(row.number, Figures())) for row in rows]

    def reopened(self, number: int) -> OpenDelivery:
        """A delivery that was taken before, for its quarantine."""
        with self._database.read() as connection:
            row = connection.execute(_deliveries().where(DELIVERY.c.number == number)).one()
        return OpenDelivery(row.number, row.id, row.feed_name, row.encoding, row.format, True)

    def found(self, id_: str, *, counted: bool = True) -> Delivery:
        """`counted` says whether the figures are wanted: counting them costs what the delivery holds. Without, they are
        all 0. Raises UnknownName.
        """
        with self._database.read() as connection:
            row = connection.execute(_deliveries().where(DELIVERY.c.id == id_)).first()
            if row is None:
                raise UnknownName("There is no such delivery: `adapter feeds list` shows those there are.")
            return _delivery(row, count(connection, row.number) if counted else Figures())

    def bytes_as_they_came(self, id_: str) -> Iterator[bytes]:
        """The delivery verbatim, chunk by chunk: of a gzip file the gzip."""
        delivery = self.found(id_, counted=False)
        return self.stream(delivery.number, "wrapper" if delivery.encoding == "gzip" else "content")

    def stream(self, number: int, stream: Stream, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The kept bytes from `start` to `end` of one stream, chunk by chunk."""
        mine = (PAYLOAD.c.delivery == number) & (PAYLOAD.c.stream == stream)
        with self._database.read() as connection:
            id_ = connection.execute(sa.select(DELIVERY.c.id).where(DELIVERY.c.number == number)).scalar_one()
            first = sa.select(sa.func.max(PAYLOAD.c.start)).where(mine, PAYLOAD.c.start <= start)
            at = connection.execute(first).scalar()
        while at is not None and (end is None or at < end):
            with self._database.read() as connection:
                row = connection.execute(sa.select(PAYLOAD).where(mine, PAYLOAD.c.start == at)).first()
            if row is None:
                return
            sealed = Sealed(row.key_id, row.nonce, row.body)
            plain = self._seal.open(sealed, place_of(id_, stream, row.start), row.length)
            yield plain[max(0, start - at) : None if end is None else end - at]
            at += row.length

    def span(self, number: int, stream: Stream, start: int, length: int) -> bytes:
        """Some bytes of a delivery. Raises StoreError where they are not all there."""
        found = b"".join(self.stream(number, stream, start, start + length))
        if len(found) != length:
            raise StoreError("Kept bytes are missing: restore the database from a copy that verifies.")
        return found

    def _begun(
        self, connection: Connection, feed: str, sha256: bytes, size: int, encoding: Encoding, format_: Format
    ) -> OpenDelivery:
        feed_number = connection.execute(sa.select(FEED.c.number).where(FEED.c.name == feed)).scalar()
        if feed_number is None:
            raise UnknownName("There is no such feed: name it in a first ingest.")
        same = (DELIVERY.c.feed == feed_number) & (DELIVERY.c.sha256 == sha256)
        query = sa.select(DELIVERY, DELIVERY_END.c.finished).outerjoin(DELIVERY_END).where(same)
        earlier = connection.execute(query.order_by(DELIVERY.c.number)).all()
        for row in earlier:
            if row.finished is None:
                return OpenDelivery(row.number, row.id, feed, row.encoding, row.format, True)
        number = next_number(connection, DELIVERY.c.number)
        seed = f"{feed}\n{sha256.hex()}\n{len(earlier) + 1}"
        id_ = hashlib.sha256(seed.encode()).hexdigest()[:ID_LENGTH]
        connection.execute(
            sa.insert(DELIVERY).values(
                number=number,
                id=id_,
                feed=feed_number,
                received=self._database.clock(),
                sha256=sha256,
                size=size,
                encoding=encoding,
                format=format_,
            )
        )
        return OpenDelivery(number, id_, feed, encoding, format_, False)

    def _end(self, connection: Connection, delivery: OpenDelivery) -> Figures:
        figures = count(connection, delivery.number)
        if not figures.conserved:
            raise StoreError(f"Delivery {delivery.id} does not add up: keep the database and report this.")
        there = sa.select(DELIVERY_END.c.delivery).where(DELIVERY_END.c.delivery == delivery.number)
        if connection.execute(there).first() is None:
            values = {name: getattr(figures, name) for name in figures.__struct_fields__}
            connection.execute(
                sa.insert(DELIVERY_END).values(delivery=delivery.number, finished=self._database.clock(), **values)
            )
        return figures

    def _row(self, connection: Connection, delivery: int, cause: str, at: Position, received: int, context: int) -> int:
        number = next_number(connection, BATCH.c.number)
        latest = connection.execute(sa.select(BATCH.c.stored).where(BATCH.c.number == number - 1)).scalar()
        now = self._database.clock()
        connection.execute(
            sa.insert(BATCH).values(
                number=number,
                delivery=delivery,
                stored=max(now, latest) if latest else now,
                cause=cause,
                wrapper_end=at.wrapper_end,
                content_end=at.content_end,
                items_end=at.items_end,
                received=received,
                context=context,
            )
        )
        return number


def count(connection: Connection, delivery: int) -> Figures:
    """What is stored of a delivery, counted row by row; `received` as its batches met it, independently."""
    return _counted(connection, BATCH.c.delivery == delivery).get(delivery, Figures())


def _counted(connection: Connection, *of: sa.ColumnElement[bool]) -> dict[int, Figures]:
    """The same of all deliveries, or of some."""

    def rows_of(table: sa.Table, *where: sa.ColumnElement[bool]) -> dict[int, int]:
        query = sa.select(BATCH.c.delivery, sa.func.count()).join_from(table, BATCH, table.c.batch == BATCH.c.number)
        query = query.where(*of, *where).group_by(BATCH.c.delivery)
        return {row[0]: row[1] for row in connection.execute(query)}

    taken = sa.select(QUARANTINE_OUTCOME.c.quarantine).where(QUARANTINE_OUTCOME.c.what == "taken")
    new = rows_of(RECORD_VERSION, RECORD_VERSION.c.kind == "statement")
    deletes = rows_of(RECORD_VERSION, RECORD_VERSION.c.kind == "delete")
    receipts, quarantined = rows_of(RECEIPT), rows_of(QUARANTINE, QUARANTINE.c.number.not_in(taken))
    sums = sa.select(BATCH.c.delivery, sa.func.sum(BATCH.c.received), sa.func.sum(BATCH.c.context))
    return {
        number: Figures(
            received=int(received),
            new=new.get(number, 0),
            deletes=deletes.get(number, 0),
            receipts=receipts.get(number, 0),
            quarantined=quarantined.get(number, 0),
            context=int(context),
        )
        for number, received, context in connection.execute(sums.where(*of).group_by(BATCH.c.delivery))
    }


def _position(connection: Connection, delivery: int) -> Position:
    columns = [sa.func.coalesce(sa.func.max(BATCH.c[f"{name}"]), 0) for name in Position.__struct_fields__]
    return Position(*connection.execute(sa.select(*columns).where(BATCH.c.delivery == delivery)).one())


def _deliveries() -> sa.Select[Any]:
    query = sa.select(DELIVERY, FEED.c.name.label("feed_name"), DELIVERY_END.c.finished)
    return query.join_from(DELIVERY, FEED).outerjoin(DELIVERY_END)


def _delivery(row: Any, figures: Figures) -> Delivery:
    return Delivery(
        number=row.number,
        id=row.id,
        feed=row.feed_name,
        received=row.received,
        sha256=row.sha256.hex(),
        size=row.size,
        encoding=row.encoding,
        format=row.format,
        finished=row.finished,
        figures=figures,
    )
