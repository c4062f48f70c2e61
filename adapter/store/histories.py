"""The records of patients as they are known at a cut, read part by part: what a run decides on.

A history is what is decided together: the records of one patient, or one record that names none. Its code is a number
made from the patient's hash (from the record's key, and negative, where there is no patient), so that a range of codes
is a part of all patients that an index finds. Nothing in a history depends on the order of arrival.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.fhir.statement import SourceOrder
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.versions import Standing, Version, standing
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, RECORD_UNION, RECORD_VERSION
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.naming import identifier_name
from adapter.store.statements import Statements

CODE_BITS = 63
_SPANS = 200
"""How many ranges one SELECT asks for."""
_TEXT = msgspec.json.Encoder(order="deterministic")
_NAMES = (
    "seq",
    "record",
    "batch",
    "pointer",
    "sha256",
    "kind",
    "patient",
    "entered_in_error",
    "source_version",
    "source_updated",
    "history_position",
    "bundle",
    "replaces",
    "statement",
    "form",
    "patient_rest",
)
_COLUMNS = [RECORD_VERSION.c[name] for name in _NAMES]
_SEQ, _RECORD, _BATCH, _POINTER, _SHA256, _KIND, _PATIENT, _IN_ERROR = range(8)
_NUMBER, _UPDATED, _POSITION, _BUNDLE, _REPLACES, _TEXT_OF, _FORM, _REST = range(8, 16)

Row = tuple[Any, ...]


class Cut(Struct, frozen=True):
    """A moment: the versions up to `sequence`, as they were united by batch `batch`."""

    sequence: int
    batch: int


class Part(Struct, frozen=True):
    """Some of the histories: those of patients whose code lies in one of `spans` (both ends included), and those of
    `records` (the store's numbers) that name no patient.
    """

    spans: tuple[tuple[int, int], ...] = ()
    records: tuple[int, ...] = ()


class History(Struct, frozen=True):
    """Records that are decided together, in the order of their keys. `digest` covers all that decides of them."""

    code: int
    records: list[Record]
    digest: bytes


def code_of(patient: bytes) -> int:
    """The code of a patient, by the hash or its first bytes."""
    return int.from_bytes(patient[:8], "big") >> 1


def code_without_patient(key: tuple[str, str, str]) -> int:
    """The code of a record that names no patient: below zero."""
    return -1 - code_of(identifier_name(*key))


class Histories:
    """The histories of one database at one cut."""

    def __init__(self, database: Database, cut: Cut) -> None:
        self._database, self._cut, self._statements = database, cut, Statements()
        with database.read() as connection:
            self._feeds, self._deliveries = _batches(connection, cut)
            self._root = _unions(connection, cut.batch)
        self._members: dict[int, list[int]] = {}
        for record in self._root:
            end = _end(self._root, record)
            self._members.setdefault(end, [end]).append(record)
        self._feed_lines = {batch: _TEXT.encode(feed) + b"\n" for batch, feed in self._feeds.items()}

    def read(self, part: Part) -> list[History]:
        """Patients by their hash, then the records without a patient by their keys."""
        with self._database.read() as connection:
            tune(connection)
            rows = {row[_SEQ]: row for row in self._named(connection, part)}
            rows |= {row[_SEQ]: row for row in self._further(connection, rows)}
            self._statements.meet(connection, {row[_FORM] for row in rows.values()})
        records = set(part.records)
        found: list[tuple[str, tuple[str, str, str], Record, bytes]] = []
        for root, versions in self._by_record(rows.values()).items():
            known = self._record(versions)
            if known is None:
                continue
            record, patient, said = known
            if patient is None:
                if root in records:
                    found.append(("", record.key, record, said))
            elif _within(code_of(patient), part.spans):
                found.append((record.statement.patient, record.key, record, said))
        found.sort(key=lambda each: each[:2])
        return list(_histories(found))

    def silent(self) -> int:
        """How many records are deletes only: nothing was ever said of them, so there is nothing to decide."""
        stated = RECORD_VERSION.alias()
        with self._database.read() as connection:
            query = sa.select(RECORD_VERSION.c.record).where(
                RECORD_VERSION.c.kind == "delete", RECORD_VERSION.c.seq <= self._cut.sequence
            )
            roots = {_end(self._root, row[0]) for row in connection.execute(query)}
            every = {one for root in roots for one in self._members.get(root, [root])}
            spoken: set[int] = set()
            for listed in in_lists(every):
                named = sa.select(stated.c.record).where(
                    stated.c.record.in_(listed), stated.c.kind == "statement", stated.c.seq <= self._cut.sequence
                )
                spoken |= {_end(self._root, row[0]) for row in connection.execute(named)}
        return len(roots - spoken)

    def root(self, record: int) -> int:
        """The record that this one was united into, itself where it was not."""
        return _end(self._root, record)

    def members(self, root: int) -> list[int]:
        """The record and all that were united into it."""
        return self._members.get(root, [root])

    def _named(self, connection: Connection, part: Part) -> Iterator[Row]:
        """Versions that name a patient of the part, and all of the records without one."""
        for start in range(0, len(part.spans), _SPANS):
            ends = [bounds(*span) for span in part.spans[start : start + _SPANS]]
            query = sa.select(*_COLUMNS)
            if len(ends) == 1:
                [(low, high)] = ends
                query = query.where(RECORD_VERSION.c.patient >= low, RECORD_VERSION.c.patient <= high)
            else:
                spans = sa.values(sa.column("low", sa.LargeBinary), sa.column("high", sa.LargeBinary), name="spans")
                among = spans.data(ends).cte("among")
                query = query.select_from(among.join(RECORD_VERSION, _between(among)))
            yield from self._fetch(connection, query)
        yield from self._versions_of(connection, {one for each in part.records for one in self.members(each)})

    def _further(self, connection: Connection, rows: dict[int, Row]) -> Iterator[Row]:
        """The other versions of the records of these."""
        records = {row[_RECORD] for row in rows.values()}
        if self._root:
            records = {one for record in records for one in self.members(self.root(record))}
        later = RECORD_VERSION.c.seq != RECORD_VERSION.c.record
        missing = {record for record in records if record not in rows}
        for listed in in_lists(records):
            query = sa.select(RECORD_VERSION.c.seq).where(RECORD_VERSION.c.record.in_(listed), later)
            missing |= {row[0] for row in self._fetch(connection, query) if row[0] not in rows}
        for listed in in_lists(missing):
            yield from self._fetch(connection, sa.select(*_COLUMNS).where(RECORD_VERSION.c.seq.in_(listed)))

    def _versions_of(self, connection: Connection, records: Collection[int]) -> Iterator[Row]:
        for listed in in_lists(records):
            yield from self._fetch(connection, sa.select(*_COLUMNS).where(RECORD_VERSION.c.record.in_(listed)))

    def _fetch(self, connection: Connection, query: sa.Select[Any]) -> Sequence[Row]:
        """Plain tuples from the driver: rows of SQLAlchemy cost as much again."""
        result = connection.execute(query.where(RECORD_VERSION.c.seq <= self._cut.sequence))
        assert result.cursor is not None  # noqa: S101 - a SELECT has one
        return result.cursor.fetchall()

    def _by_record(self, rows: Iterable[Row]) -> dict[int, list[Row]]:
        grouped: dict[int, list[Row]] = {}
        for row in rows:
            grouped.setdefault(self.root(row[_RECORD]) if self._root else row[_RECORD], []).append(row)
        return grouped

    def _record(self, versions: list[Row]) -> tuple[Record, bytes | None, bytes] | None:
        """A record, its patient, and the bytes of all of it that decides; None where nothing was ever said."""
        if len(versions) == 1:
            [newest] = versions
            if newest[_KIND] != "statement":
                return None
            number, withdrawn = 1, bool(newest[_IN_ERROR])
        else:
            state = self._standing(versions)
            if state is None:
                return None
            newest = next(row for row in versions if row[_SEQ] == state.newest.sequence)
            number, withdrawn = state.number, state.withdrawn
        hash_ = newest[_PATIENT], newest[_REST]
        statement = self._statements.statement(newest[_TEXT_OF], newest[_FORM], *hash_, _order(newest))
        identifiers = statement.identifiers
        if len(versions) > 1:
            said_of = self._statements.identifiers
            others = (name for row in versions if row is not newest for name in said_of(row[_TEXT_OF], row[_FORM]))
            identifiers = tuple(sorted({*identifiers, *others}))
        batch, sha256, pointer = newest[_BATCH], newest[_SHA256].hex(), newest[_POINTER]
        record = Record(self._feeds[batch], identifiers, statement, withdrawn, number, sha256, pointer, newest[_SEQ])
        further = None if identifiers == statement.identifiers else identifiers
        said = _TEXT.encode((withdrawn, number, sha256, pointer, further))
        text = _TEXT.encode(statement)
        return record, newest[_PATIENT], b"".join((self._feed_lines[batch], said, b"\n", text, b"\n"))

    def _standing(self, versions: list[Row]) -> Standing | None:
        replaced = {row[_REPLACES] for row in versions}
        return standing(
            Version(
                row[_SEQ],
                row[_KIND],
                _order(row),
                f"{self._deliveries[row[_BATCH]]}:{row[_BUNDLE]}",
                bool(row[_IN_ERROR]),
            )
            for row in versions
            if row[_SEQ] not in replaced
        )


def without_patient(connection: Connection, cut: Cut) -> list[int]:
    """The records, as the store numbers them, of which some statement names no patient; before unions."""
    query = sa.select(RECORD_VERSION.c.record).where(
        RECORD_VERSION.c.patient.is_(None), RECORD_VERSION.c.kind == "statement", RECORD_VERSION.c.seq <= cut.sequence
    )
    return sorted({row[0] for row in connection.execute(query)})


def tune(connection: Connection) -> None:
    """PostgreSQL would rather read the whole table than trust an index that it has no statistics for yet."""
    if connection.dialect.name == "postgresql":
        for name in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin"):
            connection.execute(sa.text(f"SET LOCAL {name} = off"))


def _histories(found: list[tuple[str, tuple[str, str, str], Record, bytes]]) -> Iterator[History]:
    for patient, group in groupby(found, key=lambda each: each[0]):
        if patient:
            together = list(group)
            digest = hashlib.sha256(b"".join([each[3] for each in together])).digest()
            yield History(code_of(bytes.fromhex(patient[:16])), [each[2] for each in together], digest)
        else:
            for _, key, record, said in group:
                yield History(code_without_patient(key), [record], hashlib.sha256(said).digest())


def bounds(first: int, last: int) -> tuple[bytes, bytes]:
    """Between which patient hashes the codes of a range lie."""
    return (first << 1).to_bytes(8, "big"), (last << 1 | 1).to_bytes(8, "big") + b"\xff" * 24


def _between(spans: sa.CTE) -> sa.ColumnElement[bool]:
    return sa.and_(RECORD_VERSION.c.patient >= spans.c.low, RECORD_VERSION.c.patient <= spans.c.high)


def _within(code: int, spans: tuple[tuple[int, int], ...]) -> bool:
    if len(spans) == 1:
        return spans[0][0] <= code <= spans[0][1]
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle][1] < code:
            low = middle + 1
        else:
            high = middle
    return low < len(spans) and spans[low][0] <= code


def _order(row: Row) -> SourceOrder:
    return SourceOrder(row[_NUMBER], row[_UPDATED], row[_POSITION])


def _batches(connection: Connection, cut: Cut) -> tuple[dict[int, Feed], dict[int, int]]:
    """Batch → the feed that it came by, and its delivery."""
    query = sa.select(BATCH.c.number, BATCH.c.delivery, FEED.c.name, FEED.c.kind, FEED.c.practice, FEED.c.gms_markers)
    query = query.select_from(BATCH.join(DELIVERY).join(FEED)).where(BATCH.c.number <= cut.batch)
    made: dict[tuple[Any, ...], Feed] = {}
    feeds, deliveries = {}, {}
    for row in connection.execute(query):
        feeds[row[0]] = made.setdefault(tuple(row[2:]), Feed(*row[2:]))
        deliveries[row[0]] = row[1]
    return feeds, deliveries


def _unions(connection: Connection, batch: int) -> dict[int, int]:
    query = sa.select(RECORD_UNION.c.record, RECORD_UNION.c.into_record).where(RECORD_UNION.c.batch <= batch)
    return {row[0]: row[1] for row in connection.execute(query)}


def _end(root: dict[int, int], record: int) -> int:
    while record in root:
        record = root[record]
    return record
