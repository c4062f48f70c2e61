"""One write transaction of one delivery: its bytes and what was read from them are kept together, or not at all.

Rows are collected and inserted in bulk when the block ends. The rules (what is a receipt, what goes to quarantine) are
those of `intake`; this is the pen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection, Table

from adapter.fhir.issue import Issue
from adapter.fhir.statement import SourceOrder, Statement
from adapter.reconcile.versions import Version
from adapter.store.arrival_tables import (
    BATCH,
    PAYLOAD,
    QUARANTINE,
    RECEIPT,
    RECORD_IDENTIFIER,
    RECORD_UNION,
    RECORD_VERSION,
)
from adapter.store.bulk import in_lists, insert_rows
from adapter.store.database import next_number
from adapter.store.delivery import Stream
from adapter.store.docket import Docket
from adapter.store.names_seen import NamesSeen
from adapter.store.seal import Seal, SealedPart, sealed_parts
from adapter.store.statements import SAID, Statements, form_numbers

SHORT = 12
"""How much of a name stands beside a version: two of a feed's names have it in common once in 10¹³ feeds of England's
size.
"""
PATIENT_BYTES = 8
"""How much of a patient's hash is in the column that is an index."""

ISSUES = msgspec.json.Decoder(list[Issue])


class Known(Struct, frozen=True):
    """A version that is stored already, without its statement. `replaces` is an earlier reading of the same bytes."""

    version: Version
    sha256: bytes
    replaces: int | None = None


class Batch:
    """The pen of one transaction. `next_seq` is the number that the next version will get, `delivery` the number of
    the delivery.
    """

    def __init__(
        self,
        connection: Connection,
        seal: Seal,
        delivery: tuple[int, str],
        number: int,
        seen: NamesSeen | None = None,
    ) -> None:
        self._connection, self._seal, self._number = connection, seal, number
        self.delivery, self._delivery_id = delivery
        self._rows: dict[str, list[tuple[Any, ...]]] = {table.name: [] for table in _BULK}
        self._versions, self._names = self._rows[RECORD_VERSION.name], self._rows[RECORD_IDENTIFIER.name]
        self.next_seq = next_number(connection, RECORD_VERSION.c.seq)
        self._next: dict[str, int] = {}
        self._forms: list[int] = []
        self._seen = seen
        self._quarantined = -1

    def keep(self, stream: Stream, start: int, content: bytes) -> None:
        """Keep some bytes of the delivery, verbatim."""
        self.keep_sealed(stream, sealed_parts(self._seal, self._delivery_id, stream, start, content))

    def keep_sealed(self, stream: Stream, parts: Iterable[SealedPart]) -> None:
        """The same of bytes that somebody has sealed already."""
        self._rows[PAYLOAD.name] += [
            (self.delivery, stream, each.start, each.length, each.sha256, each.key_id, each.nonce, each.body)
            for each in parts
        ]

    def records_named(self, names: Collection[bytes]) -> dict[bytes, list[int]]:
        """Name → the records known under it, each as the one that it was united into."""
        if self._seen and self._seen.sees_all(self._connection, self.delivery, self._number):
            found = records_known(self._connection, self._seen.perhaps(names))
        else:
            found = records_known(self._connection, names)
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
        """What versions say that were kept before this batch."""
        rows: list[Any] = []
        for part in in_lists(sequences):
            query = sa.select(RECORD_VERSION.c.seq, *SAID).where(RECORD_VERSION.c.seq.in_(part))
            rows += self._connection.execute(query)
        said = Statements().read(self._connection, rows)
        return {row.seq: each for row, each in zip(rows, said, strict=True) if isinstance(each, Statement)}

    def use_forms(self, forms: Sequence[str]) -> None:
        """The forms of the dockets that come."""
        self._forms = form_numbers(self._connection, forms)

    def add_version(self, record: int, docket: Docket, names: Sequence[bytes] = (), replaces: int | None = None) -> int:
        """A new version of a record; with `record` equal to `next_seq`, of a new one. `names` are those by which the
        record was not known before. Answers its number.
        """
        sequence = self.next_seq
        self.next_seq += 1
        self._versions.append(
            (
                sequence,
                record,
                self._number,
                docket.pointer,
                docket.start,
                docket.length,
                docket.sha256,
                docket.kind,
                docket.patient and docket.patient[:PATIENT_BYTES],
                docket.in_error,
                docket.order_version,
                docket.order_updated,
                docket.order_history,
                docket.bundle,
                replaces,
                docket.text,
                None if docket.form < 0 else self._forms[docket.form],
                names[0][:SHORT] if names else None,
                names[1][:SHORT] if len(names) > 1 else None,
                docket.patient and docket.patient[PATIENT_BYTES:],
            )
        )
        if len(names) > 2:
            self._names += [(name, record, self._number) for name in names[2:]]
        return sequence

    def unite(self, record: int, into: int) -> None:
        self._rows[RECORD_UNION.name].append((record, into, self._number))

    def add_receipt(self, docket: Docket, seq: int) -> None:
        place = docket.pointer, docket.start, docket.length, docket.sha256
        self._rows[RECEIPT.name].append((self._take(RECEIPT), self._number, *place, seq))

    def quarantine(self, docket: Docket, stream: Stream = "content") -> str:
        """Set a resource aside with every reason. Answers its id, which counts within the delivery."""
        if self._quarantined < 0:
            query = sa.select(sa.func.count()).select_from(QUARANTINE).join(BATCH)
            query = query.where(BATCH.c.delivery == self.delivery)
            self._quarantined = self._connection.execute(query).scalar_one()
        self._quarantined += 1
        id_ = hashlib.sha256(f"{self._delivery_id}:{self._quarantined}".encode()).hexdigest()[:16]
        place = docket.pointer, docket.start, docket.length, docket.sha256
        self._rows[QUARANTINE.name].append((self._take(QUARANTINE), id_, self._number, stream, *place, docket.text))
        return id_

    def flush(self) -> None:
        """Insert what was collected, parents before children."""
        if self._seen:
            made = (name for row in self._versions for name in row[-3:-1] if name)
            self._seen.filed(self._number, chain(made, (row[0] for row in self._names)))
        for table in _BULK:
            insert_rows(self._connection, table, self._rows[table.name])
            self._rows[table.name].clear()

    def _take(self, table: Table) -> int:
        number = self._next.get(table.name) or next_number(self._connection, table.c.number)
        self._next[table.name] = number + 1
        return number


_BULK = (PAYLOAD, RECORD_VERSION, RECORD_IDENTIFIER, RECORD_UNION, RECEIPT, QUARANTINE)


def records_known(connection: Connection, names: Collection[bytes]) -> list[tuple[bytes, int]]:
    """Each name and record that go together, as they were first known."""
    short = {name[:SHORT]: name for name in names}
    found: set[tuple[bytes, int]] = set()
    for table, column, known in (
        (RECORD_VERSION.name, "name", short),
        (RECORD_VERSION.name, "other_name", short),
        (RECORD_IDENTIFIER.name, "digest", {name: name for name in names}),
    ):
        for part in in_lists(known):
            asked = f"SELECT {column}, record FROM {table} WHERE {column}"  # noqa: S608 - our own names
            if connection.dialect.name == "sqlite":
                rows = connection.exec_driver_sql(f"{asked} IN ({', '.join('?' * len(part))})", tuple(part))
            else:
                rows = connection.exec_driver_sql(f"{asked} = ANY(%b)", (part,))
            found.update((known[bytes(row[0])], row[1]) for row in rows)
    return sorted(found)


def known_of(row: Any) -> Known:
    """A row of `_KNOWN_COLUMNS` and the delivery's number."""
    order = SourceOrder(row.source_version, row.source_updated, row.history_position)
    version = Version(row.seq, row.kind, order, f"{row.delivery}:{row.bundle}", row.entered_in_error)
    return Known(version, row.sha256, row.replaces)


def roots(connection: Connection, records: Collection[int], batch: int | None = None) -> dict[int, int]:
    """Record → the one that it was united into in the end, or up to a batch; itself where it was not."""
    root = {record: record for record in records}
    open_ends = set(records)
    while open_ends:
        step: dict[int, int] = {}
        for part in in_lists(open_ends):
            query = sa.select(RECORD_UNION.c.record, RECORD_UNION.c.into_record)
            query = query.where(RECORD_UNION.c.record.in_(part))
            step |= {row[0]: row[1] for row in connection.execute(_until(query, batch))}
        root = {record: step.get(end, end) for record, end in root.items()}
        open_ends = set(step.values())
    return root


def members(connection: Connection, records: Collection[int], batch: int | None = None) -> dict[int, int]:
    """Each of these records and each that was united into it, or was up to a batch → the record."""
    owner = {record: record for record in records}
    fresh = set(records)
    while fresh:
        found: dict[int, int] = {}
        for part in in_lists(fresh):
            query = sa.select(RECORD_UNION.c.record, RECORD_UNION.c.into_record)
            rows = connection.execute(_until(query.where(RECORD_UNION.c.into_record.in_(part)), batch))
            found |= {row[0]: owner[row[1]] for row in rows}
        owner |= found
        fresh = set(found)
    return owner


def _until(unions: sa.Select[Any], batch: int | None) -> sa.Select[Any]:
    return unions if batch is None else unions.where(RECORD_UNION.c.batch <= batch)


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
