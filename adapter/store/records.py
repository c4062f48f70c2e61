"""What is known: the records at a moment, and the way from each version of one down to its bytes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.errors import UnknownName
from adapter.fhir.statement import Statement
from adapter.reconcile.record import Record
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, RECORD_VERSION
from adapter.store.batch import members, roots
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.deliveries import Deliveries
from adapter.store.histories import CODE_BITS, Cut, Histories, Part, bounds, tune, without_patient
from adapter.store.statements import SAID, Statements

PART = 2_000
"""About how many records make a part: a run's memory and the work lost with a broken process are a few of them."""


class Origin(Struct, frozen=True):
    """Where a version came from: the way down to its bytes."""

    sequence: int
    kind: str
    delivery: str
    feed: str
    received: datetime
    pointer: str
    start: int
    length: int
    sha256: str


class Arrivals(Struct, frozen=True):
    """What came of a record in some time. `record` is its number, `first` the first version that it ever had."""

    record: int
    first: int
    versions: tuple[Origin, ...]


class Records:
    """The records of one database."""

    def __init__(self, database: Database, deliveries: Deliveries) -> None:
        self._database, self._deliveries = database, deliveries

    def cut(self, as_of: datetime | None = None) -> Cut:
        """All that is known, or all that was known at a moment."""
        with self._database.read() as connection:
            query = sa.select(sa.func.coalesce(sa.func.max(BATCH.c.number), 0))
            if as_of is not None:
                query = query.where(BATCH.c.stored <= as_of)
            batch = connection.execute(query).scalar_one()
            versions = sa.select(sa.func.coalesce(sa.func.max(RECORD_VERSION.c.seq), 0))
            return Cut(connection.execute(versions.where(RECORD_VERSION.c.batch <= batch)).scalar_one(), batch)

    def parts(self, cut: Cut) -> list[Part]:
        """All histories, in parts that can be read and decided apart from each other: by the first bits of the
        patient's hash, and the records without a patient by number.
        """
        bits = min(max(cut.sequence // PART, 1).bit_length() - 1, 20)
        width = 1 << (CODE_BITS - bits)
        spans = [(at * width, (at + 1) * width - 1) for at in range(1 << bits)]
        histories = Histories(self._database, cut)
        with self._database.read() as connection:
            roots = sorted({histories.root(record) for record in without_patient(connection, cut)})
        listed = [tuple(roots[at : at + PART]) for at in range(0, len(roots), PART)]
        return [Part(spans=(span,)) for span in spans] + [Part(records=each) for each in listed]

    def read(self, cut: Cut, unspoken: Callable[[int], None] | None = None) -> Iterator[list[Record]]:
        """One list per patient; a record without a patient is a list of its own. `unspoken` is told, before the first
        list, how many records are deletes only: nothing was ever said, so there is nothing to decide.
        """
        histories = Histories(self._database, cut)
        if unspoken:
            unspoken(histories.silent())
        for part in self.parts(cut):
            for history in histories.read(part):
                yield history.records

    def bytes_of(self, sequence: int) -> bytes:
        """The resource of a version, verbatim."""
        with self._database.read() as connection:
            query = sa.select(BATCH.c.delivery, RECORD_VERSION.c.start, RECORD_VERSION.c.length)
            row = connection.execute(query.join_from(RECORD_VERSION, BATCH).where(_is(sequence))).first()
        if row is None:
            raise UnknownName("There is no such version of a record.")
        return self._deliveries.span(row.delivery, "content", row.start, row.length)

    def statement(self, sequence: int) -> Statement:
        """What a version says, as it was read when it was taken."""
        with self._database.read() as connection:
            query = sa.select(*SAID).where(_is(sequence), RECORD_VERSION.c.kind == "statement")
            said = Statements().read(connection, connection.execute(query).all())
        if not said or not isinstance(said[0], Statement):
            raise UnknownName("There is no such version of a record.")
        return said[0]

    def versions(self, sequence: int) -> list[Origin]:
        """Every version of the record that a version belongs to, in order of arrival."""
        with self._database.read() as connection:
            tune(connection)
            record = connection.execute(sa.select(RECORD_VERSION.c.record).where(_is(sequence))).scalar()
            if record is None:
                raise UnknownName("There is no such version of a record.")
            united = members(connection, roots(connection, [record]).values())
            query = _ORIGINS.where(RECORD_VERSION.c.record.in_(sorted(united))).order_by(RECORD_VERSION.c.seq)
            return [_origin(row) for row in connection.execute(query)]

    def arrivals(self, sequences: Collection[int], low: int, high: int) -> dict[int, Arrivals]:
        """For each of these versions: what came of its record after `low`, up to `high`. Cost follows what is asked."""
        with self._database.read() as connection:
            tune(connection)
            record_of = _records_of(connection, sequences)
            root = roots(connection, set(record_of.values()))
            owner = members(connection, set(root.values()))
            came: dict[int, list[Origin]] = {}
            for listed in in_lists(owner):
                query = _ORIGINS.where(RECORD_VERSION.c.record.in_(listed))
                query = query.where(RECORD_VERSION.c.seq > low, RECORD_VERSION.c.seq <= high)
                for row in connection.execute(query.order_by(RECORD_VERSION.c.seq)):
                    came.setdefault(owner[row.record], []).append(_origin(row))
        first: dict[int, int] = {}
        for record, into in owner.items():
            first[into] = min(record, first.get(into, record))
        return {
            sequence: Arrivals(root[record], first[root[record]], tuple(came.get(root[record], ())))
            for sequence, record in record_of.items()
        }

    def records_of(self, sequences: Collection[int]) -> dict[int, int]:
        """Version → the record, as the store numbers it, before unions."""
        with self._database.read() as connection:
            return _records_of(connection, sequences)

    def of_patient(self, code: int) -> list[int]:
        """The versions that name the patient of a history."""
        low, high = bounds(code, code)
        with self._database.read() as connection:
            query = sa.select(RECORD_VERSION.c.seq).where(
                RECORD_VERSION.c.patient >= low, RECORD_VERSION.c.patient <= high, RECORD_VERSION.c.kind == "statement"
            )
            return sorted(connection.execute(query).scalars())


def _is(sequence: int) -> sa.ColumnElement[bool]:
    return RECORD_VERSION.c.seq == sequence


def _records_of(connection: Connection, sequences: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for listed in in_lists(set(sequences)):
        query = sa.select(RECORD_VERSION.c.seq, RECORD_VERSION.c.record).where(RECORD_VERSION.c.seq.in_(listed))
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


_ORIGINS = sa.select(RECORD_VERSION, DELIVERY.c.id, DELIVERY.c.received, FEED.c.name.label("feed")).select_from(
    RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED)
)


def _origin(row: Any) -> Origin:
    return Origin(
        sequence=row.seq,
        kind=row.kind,
        delivery=row.id,
        feed=row.feed,
        received=row.received,
        pointer=row.pointer,
        start=row.start,
        length=row.length,
        sha256=row.sha256.hex(),
    )
