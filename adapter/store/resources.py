"""Records as a FHIR client knows them: by an id, with a version, live or withdrawn.

The id is the name under which a record's first identifier is known in its feed (see `naming`), in hex: it needs no
table, stays while versions come and go, and holds nothing of the sender's. A record also answers to the resource
id that its source gave it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Literal

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.fhir.issue import Issue
from adapter.fhir.statement import Identifier, Withdrawal
from adapter.reconcile.versions import standing
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, QUARANTINE, QUARANTINE_OUTCOME, RECEIPT, RECORD_VERSION
from adapter.store.batch import ISSUES, known_of, members, records_known, roots
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.naming import NAME_BYTES, identifier_name, sought_names
from adapter.store.statements import Statements

_ID = re.compile(rf"[0-9a-f]{{{2 * NAME_BYTES}}}")


class Resource(Struct, frozen=True):
    """`version` counts what changed the record, from 1, in order of arrival. `identifier` is its first; None where
    nothing but deletes has come. `record` is the store's number.
    """

    id: str
    version: int
    live: bool
    feed: str
    identifier: Identifier | None
    record: int


class Kept(Struct, frozen=True):
    """What became of one resource of a delivery. A `known` one was a receipt."""

    pointer: str
    what: Literal["new", "known", "deleted", "quarantined"]
    resource: Resource | None = None
    issues: tuple[Issue, ...] = ()


class Resources:
    """The records of one database, one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
                sa.select(*(RECORD_VERSION.c[name] for name in ("seq", "start", "pointer", "kind", "record")))
                .select_from(RECORD_VERSION.join(BATCH).join(DELIVERY))
                .where(of_it)
            ).all()
            receipts = connection.execute(
                sa.select(RECEIPT.c.number, RECEIPT.c.start, RECEIPT.c.pointer, RECORD_VERSION.c.record)
                .select_from(RECEIPT.join(BATCH, RECEIPT.c.batch == BATCH.c.number).join(DELIVERY))
                .join(RECORD_VERSION, RECEIPT.c.seq == RECORD_VERSION.c.seq)
                .where(of_it)
            ).all()
            quarantined = connection.execute(
                sa.select(QUARANTINE.c.number, QUARANTINE.c.start, QUARANTINE.c.pointer, QUARANTINE.c.issues)
                .select_from(QUARANTINE.join(BATCH).join(DELIVERY))
                .where(of_it, QUARANTINE.c.number.not_in(taken))
            ).all()
            root = roots(connection, {row.record for row in (*versions, *receipts)})
            known = {each.record: each for each in _resources(connection, set(root.values()))}
        found: list[tuple[int, int, Kept]] = []
        for row in versions:
            what: Literal["new", "deleted"] = "new" if row.kind == "statement" else "deleted"
            found.append((row.start, row.seq, Kept(row.pointer, what, known[root[row.record]])))
        for row in receipts:
            found.append((row.start, row.number, Kept(row.pointer, "known", known[root[row.record]])))
        for row in quarantined:
            issues = tuple(ISSUES.decode(row.issues))
            found.append((row.start, row.number, Kept(row.pointer, "quarantined", None, issues)))
        return [each for _, _, each in sorted(found, key=lambda one: one[:2])]

    def _named(self, feed: str, names: Collection[bytes]) -> list[Resource]:
        with self._database.read() as connection:
            found = {record for _, record in records_known(connection, names)}
            resources = _resources(connection, set(roots(connection, found).values()))
        return [each for each in resources if each.feed == feed]


def _resources(connection: Connection, records: Collection[int]) -> list[Resource]:
    owner = members(connection, records)
    rows: dict[int, list[Any]] = defaultdict(list)
    for part in in_lists(owner):
        query = sa.select(RECORD_VERSION, BATCH.c.delivery, FEED.c.name.label("feed"))
        query = query.select_from(RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED))
        for row in connection.execute(query.where(RECORD_VERSION.c.record.in_(part)).order_by(RECORD_VERSION.c.seq)):
            rows[owner[row.record]].append(row)
    return [_resource(connection, record, sorted(rows[record], key=lambda row: row.seq)) for record in sorted(rows)]


def _resource(connection: Connection, record: int, rows: list[Any]) -> Resource:
    known = [known_of(row) for row in rows]
    replaced = {each.replaces for each in known}
    current = [each.version for each in known if each.version.sequence not in replaced]
    state = standing(current)
    stated = [row for row in rows if row.kind == "statement"][:1]
    said = Statements().read(connection, stated)
    feed, identifier = rows[0].feed, said[0].identifiers[0] if said else None
    id_ = identifier_name(feed, identifier.system, identifier.value).hex() if identifier else ""
    return Resource(id_, len(current), state is not None and not state.withdrawn, feed, identifier, record)
