"""One write transaction of one delivery: its bytes and what was read from them are kept together, or not at all.

Rows are collected and inserted in bulk when the block ends. The rules (what is a receipt, what goes to quarantine) are
those of `intake`; this is the pen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection, Table

from adapter.fhir.issue import Issue
from adapter.fhir.statement import SourceOrder, Statement, Withdrawal
from adapter.reconcile.versions import Version
from adapter.store.database import next_number
from adapter.store.delivery import Stream
from adapter.store.seal import Seal
from adapter.store.tables import (
    BATCH,
    PATIENT_BYTES,
    PAYLOAD,
    QUARANTINE,
    RECEIPT,
    RECORD_IDENTIFIER,
    RECORD_UNION,
    RECORD_VERSION,
)

IN_LIST = 500
"""How many values one SELECT … IN asks for: well below the limits of both databases."""

_TEXT = msgspec.json.Encoder(order="deterministic")
_STATEMENT = msgspec.json.Decoder(Statement)
ISSUES = msgspec.json.Decoder(list[Issue])


class Place(Struct, frozen=True):
    """Where a resource lies in its delivery: JSON pointer, byte span of the content, SHA-256 of the bytes."""

    pointer: str
    start: int
    length: int
    sha256: bytes


class Known(Struct, frozen=True):
    """A version that is stored already, without its statement. `replaces` is an earlier reading of the same bytes."""

    version: Version
    sha256: bytes
    replaces: int | None = None


class Batch:
    """The pen of one transaction. `next_seq` is the number that the next version will get."""

    def __init__(self, connection: Connection, seal: Seal, delivery: tuple[int, str], number: int) -> None:
        self._connection, self._seal, self._number = connection, seal, number
        self._delivery, self._delivery_id = delivery
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self.next_seq = next_number(connection, RECORD_VERSION.c.seq)
        self._next = {each.name: next_number(connection, each.c.number) for each in (RECEIPT, QUARANTINE)}
        self._quarantined = -1

    def keep(self, stream: Stream, start: int, content: bytes | memoryview) -> None:
        """Keep a chunk of the delivery, verbatim."""
        sealed = self._seal.close(content, place_of(self._delivery_id, stream, start))
        self._add(
            PAYLOAD,
            delivery=self._delivery,
            stream=stream,
            start=start,
            length=len(content),
            sha256=hashlib.sha256(content).digest(),
            key_id=sealed.key_id,
            nonce=sealed.nonce,
            body=sealed.body,
        )

    def records_named(self, names: Collection[bytes]) -> dict[bytes, list[int]]:
        """Name → the records known under it, each as the one that it was united into."""
        found: list[tuple[bytes, int]] = []
        for part in in_lists(names):
            query = sa.select(RECORD_IDENTIFIER.c.digest, RECORD_IDENTIFIER.c.record)
            query = query.where(RECORD_IDENTIFIER.c.digest.in_(part))
            found += [(row[0], row[1]) for row in self._connection.execute(query)]
        root = roots(self._connection, {record for _, record in found})
        named: dict[bytes, list[int]] = {}
        for digest, record in found:
            if root[record] not in named.setdefault(digest, []):
                named[digest].append(root[record])
        return named

    def versions_of(self, records: Collection[int]) -> dict[int, list[Known]]:
        """Record → its versions; of a record that others were united into, theirs too."""
        versions: dict[int, list[Known]] = {record: [] for record in records}
        owner = members(self._connection, records)
        columns = [*_KNOWN_COLUMNS, BATCH.c.delivery]
        for part in in_lists(owner):
            query = sa.select(*columns).join_from(RECORD_VERSION, BATCH).where(RECORD_VERSION.c.record.in_(part))
            for row in self._connection.execute(query):
                versions[owner[row.record]].append(known_of(row))
        return versions

    def statements(self, sequences: Collection[int]) -> dict[int, Statement]:
        found: dict[int, Statement] = {}
        for part in in_lists(sequences):
            query = sa.select(RECORD_VERSION.c.seq, RECORD_VERSION.c.statement).where(RECORD_VERSION.c.seq.in_(part))
            found |= {row[0]: _STATEMENT.decode(row[1]) for row in self._connection.execute(query)}
        return found

    def coming(self, said: Statement | Withdrawal, bundle: str) -> Version:
        """How `said` will be kept if it is kept next. `bundle` is the pointer of the Bundle that it came in."""
        kind: Literal["statement", "delete"] = "statement" if isinstance(said, Statement) else "delete"
        in_error = isinstance(said, Statement) and said.status == "entered-in-error"
        return Version(self.next_seq, kind, said.order, f"{self._delivery}:{bundle}", in_error)

    def add_version(
        self, record: int, place: Place, said: Statement | Withdrawal, bundle: str, replaces: int | None = None
    ) -> None:
        """A new version of a record; with `record` equal to `next_seq`, of a new one."""
        version = self.coming(said, bundle)
        patient = bytes.fromhex(said.patient)[:PATIENT_BYTES] if isinstance(said, Statement) and said.patient else None
        self.next_seq += 1
        self._add(
            RECORD_VERSION,
            seq=version.sequence,
            record=record,
            batch=self._number,
            **_columns(place),
            kind=version.kind,
            patient=patient,
            entered_in_error=version.entered_in_error,
            source_version=said.order.version,
            source_updated=said.order.updated,
            history_position=said.order.history,
            bundle=bundle,
            replaces=replaces,
            statement=_TEXT.encode(said).decode(),
        )

    def add_name(self, name: bytes, record: int) -> None:
        self._add(RECORD_IDENTIFIER, digest=name, record=record)

    def unite(self, record: int, into: int) -> None:
        self._add(RECORD_UNION, record=record, into_record=into, batch=self._number)

    def add_receipt(self, place: Place, seq: int) -> None:
        self._add(RECEIPT, number=self._take(RECEIPT), batch=self._number, **_columns(place), seq=seq)

    def quarantine(self, place: Place, issues: Iterable[Issue], stream: Stream = "content") -> str:
        """Set a resource aside with every reason. Answers its id, which counts within the delivery."""
        if self._quarantined < 0:
            query = sa.select(sa.func.count()).select_from(QUARANTINE).join(BATCH)
            query = query.where(BATCH.c.delivery == self._delivery)
            self._quarantined = self._connection.execute(query).scalar_one()
        self._quarantined += 1
        id_ = hashlib.sha256(f"{self._delivery_id}:{self._quarantined}".encode()).hexdigest()[:16]
        self._add(
            QUARANTINE,
            number=self._take(QUARANTINE),
            id=id_,
            batch=self._number,
            stream=stream,
            **_columns(place),
            issues=_TEXT.encode(list(issues)).decode(),
        )
        return id_

    def flush(self) -> None:
        """Insert what was collected, parents before children."""
        for table in (PAYLOAD, RECORD_VERSION, RECORD_IDENTIFIER, RECORD_UNION, RECEIPT, QUARANTINE):
            rows = self._rows.pop(table.name, None)
            if rows:
                self._connection.execute(sa.insert(table), rows)

    def _add(self, table: Table, **row: Any) -> None:
        self._rows.setdefault(table.name, []).append(row)

    def _take(self, table: Table) -> int:
        self._next[table.name] += 1
        return self._next[table.name] - 1


def place_of(delivery: str, stream: str, start: int) -> str:
    """What a sealed chunk is bound to."""
    return f"{delivery}/{stream}/{start}"


def in_lists(values: Collection[Any]) -> Iterator[list[Any]]:
    """Sorted, in lists that fit one SELECT … IN."""
    ordered = sorted(values)
    for start in range(0, len(ordered), IN_LIST):
        yield ordered[start : start + IN_LIST]


def known_of(row: Any) -> Known:
    """A row of `_KNOWN_COLUMNS` and the delivery's number."""
    order = SourceOrder(row.source_version, row.source_updated, row.history_position)
    version = Version(row.seq, row.kind, order, f"{row.delivery}:{row.bundle}", row.entered_in_error)
    return Known(version, row.sha256, row.replaces)


def roots(connection: Connection, records: Collection[int]) -> dict[int, int]:
    """Record → the one that it was united into in the end, itself where it was not."""
    root = {record: record for record in records}
    open_ends = set(records)
    while open_ends:
        step: dict[int, int] = {}
        for part in in_lists(open_ends):
            query = sa.select(RECORD_UNION.c.record, RECORD_UNION.c.into_record)
            step |= {row[0]: row[1] for row in connection.execute(query.where(RECORD_UNION.c.record.in_(part)))}
        root = {record: step.get(end, end) for record, end in root.items()}
        open_ends = set(step.values())
    return root


def members(connection: Connection, records: Collection[int]) -> dict[int, int]:
    """Each of these records and each that was united into it → the record."""
    owner = {record: record for record in records}
    fresh = set(records)
    while fresh:
        found: dict[int, int] = {}
        for part in in_lists(fresh):
            query = sa.select(RECORD_UNION.c.record, RECORD_UNION.c.into_record)
            rows = connection.execute(query.where(RECORD_UNION.c.into_record.in_(part)))
            found |= {row[0]: owner[row[1]] for row in rows}
        owner |= found
        fresh = set(found)
    return owner


_KNOWN_COLUMNS = [
    RECORD_VERSION.c[name]
    for name in (
        "seq",
        "record",
        "sha256",
        "kind",
        "source_version",
        "source_updated",
        "history_position",
        "bundle",
        "entered_in_error",
        "replaces",
    )
]


def _columns(place: Place) -> dict[str, Any]:
    return {"pointer": place.pointer, "start": place.start, "length": place.length, "sha256": place.sha256}
