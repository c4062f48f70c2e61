"""What is known at a moment: every record through its newest version, one patient after the other.

Two passes keep memory flat. The first reads no statement: it settles which version of each record is the newest, and
keeps of that a few numbers in arrays, by shard. The second fetches the statements of one shard after the other. Nothing
in the order depends on arrival: shards by the patient hash, in them patients by hash, their records by key.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain, groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.errors import UnknownName
from adapter.fhir.statement import Identifier, Statement, Withdrawal
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.versions import standing
from adapter.store.batch import Known, in_lists, known_of
from adapter.store.database import Database
from adapter.store.deliveries import Deliveries
from adapter.store.tables import BATCH, DELIVERY, FEED, RECORD_UNION, RECORD_VERSION

SHARDS = 256
_PAGE = 5_000
_STATEMENT = msgspec.json.Decoder(Statement)
_WITHDRAWAL = msgspec.json.Decoder(Withdrawal)


class Cut(Struct, frozen=True):
    """A moment: the versions up to `sequence`, as they were united by batch `batch`."""

    sequence: int
    batch: int


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

    def read(self, cut: Cut, unspoken: Callable[[int], None] | None = None) -> Iterator[list[Record]]:
        """One list per patient; a record without a patient is a list of its own. `unspoken` is told, before the first
        list, how many records are deletes only: nothing was ever said, so there is nothing to decide.
        """
        with self._database.read() as connection:
            feeds = _feeds_of_batches(connection, cut)
            newest, silent = _Newest(), 0
            for versions in _by_record(connection, cut):
                silent += not newest.add(versions)
        if unspoken:
            unspoken(silent)
        for shard in range(SHARDS):
            yield from self._shard(newest, shard, feeds)

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
            query = sa.select(RECORD_VERSION.c.statement).where(_is(sequence), RECORD_VERSION.c.kind == "statement")
            found = connection.execute(query).scalar()
        if found is None:
            raise UnknownName("There is no such version of a record.")
        return _STATEMENT.decode(found)

    def versions(self, sequence: int) -> list[Origin]:
        """Every version of the record that a version belongs to, in order of arrival."""
        with self._database.read() as connection:
            record = connection.execute(sa.select(RECORD_VERSION.c.record).where(_is(sequence))).scalar()
            if record is None:
                raise UnknownName("There is no such version of a record.")
            united = _members(_unions(connection, None), record)
            query = sa.select(RECORD_VERSION, DELIVERY.c.id, DELIVERY.c.received, FEED.c.name)
            query = query.select_from(RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED))
            query = query.where(RECORD_VERSION.c.record.in_(united)).order_by(RECORD_VERSION.c.seq)
            return [_origin(row) for row in connection.execute(query)]

    def _shard(self, newest: _Newest, shard: int, feeds: dict[int, Feed]) -> Iterator[list[Record]]:
        flat = newest.shards[shard]
        settled = {flat[at]: (flat[at + 1], bool(flat[at + 2])) for at in range(0, len(flat), 3)}
        found: list[tuple[str, Record]] = []
        for page in _pages(sorted(settled)):
            others = [other for sequence in page for other in newest.others.get(sequence, ())]
            with self._database.read() as connection:
                rows = _statements(connection, page)
                known_by = {row.seq: _identifiers(row) for row in _statements(connection, others)}
            for row in rows:
                statement = _STATEMENT.decode(row.statement)
                further = (known_by[other] for other in newest.others.get(row.seq, ()))
                record = Record(
                    feed=feeds[row.batch],
                    identifiers=tuple(sorted({*statement.identifiers, *chain.from_iterable(further)})),
                    statement=statement,
                    withdrawn=settled[row.seq][1],
                    version=settled[row.seq][0],
                    sha256=row.sha256.hex(),
                    pointer=row.pointer,
                    sequence=row.seq,
                )
                found.append((statement.patient, record))
        found.sort(key=lambda each: (each[0], each[1].key))
        for patient, group in groupby(found, key=lambda each: each[0]):
            records = [record for _, record in group]
            if patient:
                yield records
            else:
                yield from ([record] for record in records)


class _Newest:
    """Shard → (sequence, version number, withdrawn) of each record's newest version, three numbers a record."""

    def __init__(self) -> None:
        self.shards = [array("Q") for _ in range(SHARDS)]
        self.others: dict[int, list[int]] = {}
        """Newest version → the record's other versions that may have further identifiers."""

    def add(self, versions: list[tuple[Known, bytes | None]]) -> bool:
        """False for a record of which nothing was ever said."""
        replaced = {known.replaces for known, _ in versions}
        current = [known.version for known, _ in versions if known.version.sequence not in replaced]
        state = standing(current)
        if state is None:
            return False
        newest = state.newest.sequence
        known, patient = next(each for each in versions if each[0].version.sequence == newest)
        shard = (patient or known.sha256)[0] % SHARDS
        self.shards[shard].extend((newest, state.number, int(state.withdrawn)))
        if len(versions) > 1:
            self.others[newest] = [each.version.sequence for each, _ in versions if each.version.sequence != newest]
        return True


def _by_record(connection: Connection, cut: Cut) -> Iterator[list[tuple[Known, bytes | None]]]:
    """The versions of one record after the other, united ones last."""
    root = _unions(connection, cut.batch)
    apart = set(root) | set(root.values())
    united: dict[int, list[tuple[Known, bytes | None]]] = {}
    names = [each for each in RECORD_VERSION.c if each.name not in {"statement", "start", "length", "pointer"}]
    query = sa.select(*names, BATCH.c.delivery).join_from(RECORD_VERSION, BATCH)
    query = query.where(RECORD_VERSION.c.seq <= cut.sequence).order_by(RECORD_VERSION.c.record, RECORD_VERSION.c.seq)
    rows = connection.execution_options(stream_results=True, yield_per=_PAGE).execute(query)
    for record, group in groupby(rows, key=lambda row: row.record):
        versions = [(known_of(row), row.patient) for row in group]
        if record in apart:
            united.setdefault(_end(root, record), []).extend(versions)
        else:
            yield versions
    for record in sorted(united):
        yield united[record]


def _unions(connection: Connection, batch: int | None) -> dict[int, int]:
    query = sa.select(RECORD_UNION.c.record, RECORD_UNION.c.into_record)
    if batch is not None:
        query = query.where(RECORD_UNION.c.batch <= batch)
    return {row[0]: row[1] for row in connection.execute(query)}


def _end(root: dict[int, int], record: int) -> int:
    while record in root:
        record = root[record]
    return record


def _members(root: dict[int, int], record: int) -> list[int]:
    end = _end(root, record)
    return sorted({end, *(each for each in root if _end(root, each) == end)})


def _feeds_of_batches(connection: Connection, cut: Cut) -> dict[int, Feed]:
    query = sa.select(BATCH.c.number, FEED.c.name, FEED.c.kind, FEED.c.practice, FEED.c.gms_markers)
    query = query.select_from(BATCH.join(DELIVERY).join(FEED)).where(BATCH.c.number <= cut.batch)
    made: dict[tuple[Any, ...], Feed] = {}
    return {row[0]: made.setdefault(tuple(row[1:]), Feed(*row[1:])) for row in connection.execute(query)}


def _statements(connection: Connection, sequences: list[int]) -> list[Any]:
    columns = [RECORD_VERSION.c[name] for name in ("seq", "batch", "sha256", "pointer", "kind", "statement")]
    found: list[Any] = []
    for part in in_lists(sequences):
        found += connection.execute(sa.select(*columns).where(RECORD_VERSION.c.seq.in_(part)))
    return found


def _identifiers(row: Any) -> tuple[Identifier, ...]:
    """Those of a version of either kind. A delete by resource id alone has none."""
    said: Statement | Withdrawal = (_STATEMENT if row.kind == "statement" else _WITHDRAWAL).decode(row.statement)
    return said.identifiers


def _is(sequence: int) -> sa.ColumnElement[bool]:
    return RECORD_VERSION.c.seq == sequence


def _pages(sequences: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(sequences), _PAGE):
        yield sequences[start : start + _PAGE]


def _origin(row: Any) -> Origin:
    return Origin(
        sequence=row.seq,
        kind=row.kind,
        delivery=row.id,
        feed=row.name,
        received=row.received,
        pointer=row.pointer,
        start=row.start,
        length=row.length,
        sha256=row.sha256.hex(),
    )
