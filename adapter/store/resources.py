"""Records as a FHIR client knows them: by an id, with a version, live or withdrawn.

The id is the name under which a record's first identifier is known in its feed (see `naming`), in hex: it needs no
table, stays while versions come and go, and holds nothing of the sender's. A record also answers to the resource
id that its source gave it. Versions are numbered from 1 in order of arrival; which is in force, the source's own order
says (`reconcile.versions`), so a late old version changes nothing that a client reads.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.fhir.issue import Issue
from adapter.fhir.statement import Identifier, Withdrawal
from adapter.reconcile.versions import in_source_order, standing
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, QUARANTINE, QUARANTINE_OUTCOME, RECEIPT, RECORD_VERSION
from adapter.store.batch import ISSUES, known_of, members, records_known, roots
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.histories import Cut
from adapter.store.naming import NAME_BYTES, identifier_name, sought_names
from adapter.store.statements import Statements

_ID = re.compile(rf"[0-9a-f]{{{2 * NAME_BYTES}}}")


class Edition(Struct, frozen=True):
    """A version of a resource: its `number` and when it was `stored`. `readings` are the store's own numbers: of its
    arrival, and of each later reading of the same bytes that knew more.
    """

    number: int
    readings: tuple[int, ...]
    kind: Literal["statement", "delete"]
    stored: datetime
    sha256: bytes

    @property
    def sequence(self) -> int:
        """The reading that holds."""
        return self.readings[-1]


class Resource(Struct, frozen=True):
    """`editions` are its versions in order of arrival, `in_force` the one that its source calls newest. `identifier` is
    its first; None where nothing but deletes has come. `record` is the store's number. `live` is neither deleted nor
    entered in error.
    """

    id: str
    editions: tuple[Edition, ...]
    in_force: Edition
    live: bool
    feed: str
    identifier: Identifier | None
    record: int

    @property
    def version(self) -> int:
        """The number of the version that arrived last."""
        return self.editions[-1].number

    @property
    def deleted(self) -> bool:
        """Whether the last word of its source is a delete. What is entered in error can still be read."""
        return self.in_force.kind == "delete"


class Kept(Struct, frozen=True):
    """What became of one resource of a delivery, whose bytes are `length` from `start` on. A `known` one was a receipt.
    `edition` is the version that it is.
    """

    pointer: str
    start: int
    length: int
    what: Literal["new", "known", "deleted", "quarantined"]
    resource: Resource | None = None
    edition: Edition | None = None
    issues: tuple[Issue, ...] = ()


class Resources:
    """The records of one database, one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, id_: str, feed: str | None) -> Resource | None:
        """The record that somebody may read who sees one feed, or all of them (None): these by our ids alone, since
        those of two sources may be the same. None where there is no such record, or several.
        """
        if feed is not None:
            found = self.with_id(feed, id_)
        else:
            found = self._named(None, {bytes.fromhex(id_)}) if _ID.fullmatch(id_) else []
        return found[0] if len(found) == 1 else None

    def identified(self, feed: str, identifiers: Collection[Identifier]) -> list[Resource]:
        """The records of a feed that have any of these identifiers, the longest known first."""
        return self._named(feed, {identifier_name(feed, each.system, each.value) for each in identifiers})

    def with_id(self, feed: str, id_: str) -> list[Resource]:
        """The record that an id means: the id that we gave it, else that of its source. Two records may share that."""
        if _ID.fullmatch(id_) and (own := self._named(feed, {bytes.fromhex(id_)})):
            return own
        return self._named(feed, set(sought_names(feed, Withdrawal(resource_id=id_))))

    def kept(self, delivery: str) -> list[Kept]:
        """What became of each resource of a delivery, in its order."""
        taken = sa.select(QUARANTINE_OUTCOME.c.quarantine).where(QUARANTINE_OUTCOME.c.what == "taken")
        of_it = DELIVERY.c.id == delivery
        with self._database.read() as connection:
            versions = connection.execute(
                sa.select(*(RECORD_VERSION.c[name] for name in ("seq", "start", "length", "pointer", "kind", "record")))
                .select_from(RECORD_VERSION.join(BATCH).join(DELIVERY))
                .where(of_it)
            ).all()
            receipts = connection.execute(
                sa.select(*(RECEIPT.c[name] for name in ("number", "start", "length", "pointer", "seq")))
                .add_columns(RECORD_VERSION.c.record)
                .select_from(RECEIPT.join(BATCH, RECEIPT.c.batch == BATCH.c.number).join(DELIVERY))
                .join(RECORD_VERSION, RECEIPT.c.seq == RECORD_VERSION.c.seq)
                .where(of_it)
            ).all()
            quarantined = connection.execute(
                sa.select(*(QUARANTINE.c[name] for name in ("number", "start", "length", "pointer", "issues")))
                .select_from(QUARANTINE.join(BATCH).join(DELIVERY))
                .where(of_it, QUARANTINE.c.number.not_in(taken))
            ).all()
            root = roots(connection, {row.record for row in (*versions, *receipts)})
            known = {each.record: each for each in resources_of(connection, set(root.values()))}
        editions = {
            reading: edition for each in known.values() for edition in each.editions for reading in edition.readings
        }
        found: list[tuple[int, Kept]] = []
        for row in versions:
            what: Literal["new", "deleted"] = "new" if row.kind == "statement" else "deleted"
            record, edition = known[root[row.record]], editions[row.seq]
            found.append((row.seq, Kept(row.pointer, row.start, row.length, what, record, edition)))
        for row in receipts:
            record, edition = known[root[row.record]], editions[row.seq]
            found.append((row.number, Kept(row.pointer, row.start, row.length, "known", record, edition)))
        for row in quarantined:
            issues = tuple(ISSUES.decode(row.issues))
            found.append((row.number, Kept(row.pointer, row.start, row.length, "quarantined", issues=issues)))
        return [each for _, each in sorted(found, key=lambda one: (one[1].start, one[0]))]

    def _named(self, feed: str | None, names: Collection[bytes]) -> list[Resource]:
        with self._database.read() as connection:
            found = {record for _, record in records_known(connection, names)}
            resources = resources_of(connection, set(roots(connection, found).values()))
        return [each for each in resources if feed in (None, each.feed)]


def resources_of(connection: Connection, records: Collection[int], cut: Cut | None = None) -> list[Resource]:
    """These records, each the one that others were united into, as they are or were at a moment."""
    owner = members(connection, records, cut.batch if cut else None)
    rows: dict[int, list[Any]] = defaultdict(list)
    for part in in_lists(owner):
        query = sa.select(*_COLUMNS).select_from(RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED))
        query = query.where(RECORD_VERSION.c.record.in_(part))
        for row in connection.execute(query if cut is None else query.where(RECORD_VERSION.c.seq <= cut.sequence)):
            rows[owner[row.record]].append(row)
    for found in rows.values():
        found.sort(key=lambda row: row.seq)
    first = {
        record: next(row for row in found if row.kind == "statement")
        for record, found in rows.items()
        if any(row.kind == "statement" for row in found)
    }
    said = Statements().read(connection, list(first.values()))
    identifiers = {record: each.identifiers[0] for record, each in zip(first, said, strict=True)}
    return [_resource(record, rows[record], identifiers.get(record)) for record in sorted(rows)]


def _resource(record: int, rows: Sequence[Any], identifier: Identifier | None) -> Resource:
    known = {row.seq: known_of(row) for row in rows}
    readings: dict[int, list[Any]] = {}
    for row in rows:  # a replacement comes after what it replaces
        readings[row.seq] = [*readings.pop(row.replaces, ()), row]
    editions = tuple(
        Edition(number, tuple(row.seq for row in chain), chain[-1].kind, chain[0].stored, chain[-1].sha256)
        for number, chain in enumerate(sorted(readings.values(), key=lambda chain: int(chain[0].seq)), 1)
    )
    current = [known[edition.sequence].version for edition in editions]
    state, newest = standing(current), in_source_order(current)[-1].sequence
    in_force = next(edition for edition in editions if edition.sequence == newest)
    feed, live = rows[0].feed, state is not None and not state.withdrawn
    id_ = identifier_name(feed, identifier.system, identifier.value).hex() if identifier else ""
    return Resource(id_, editions, in_force, live, feed, identifier, record)


_COLUMNS = (
    *(column for column in RECORD_VERSION.c if column.name != "pointer"),
    BATCH.c.delivery,
    BATCH.c.stored,
    FEED.c.name.label("feed"),
)
