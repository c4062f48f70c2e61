"""Records page by page, as they were when a search began: what comes later moves nothing from one page to another.

A search goes through versions in order of arrival and finds those that were in force. It costs by the page: after
`MOST` versions it hands on what it found, be it nothing, and where to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.fhir.statement import Identifier, Statement
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, RECORD_VERSION
from adapter.store.batch import members, records_known, roots
from adapter.store.database import Database
from adapter.store.histories import Cut
from adapter.store.naming import identifier_name
from adapter.store.resources import Resource, resources_of
from adapter.store.statements import SAID, Statements

MOST = 2_000
"""How many versions one page looks at."""
_STEP = 200

Wanted = Callable[[Statement], bool]


class Scan(Struct, frozen=True, array_like=True):
    """What is left of a search: the versions after `after` up to `last`, as they stood at the cut; of `records` alone
    where they are named.
    """

    after: int
    last: int
    cut: Cut
    records: tuple[int, ...] | None = None


class Found(Struct, frozen=True):
    """A record, and what its version in force says."""

    resource: Resource
    said: Statement


class Page(Struct, frozen=True):
    """`rest` is None where nothing is left."""

    found: list[Found]
    rest: Scan | None


class ResourceSearch:
    """Searches in one database. `feed` None is all of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begun(self, cut: Cut, since: datetime | None, until: datetime | None) -> Scan:
        """All that was stored at `since` or later, and before `until`."""
        with self._database.read() as connection:
            first, last = 1, cut.sequence
            if since is not None:
                first = _first_version(connection, BATCH.c.stored >= since)
            if until is not None:
                last = min(last, _first_version(connection, BATCH.c.stored >= until) - 1)
        return Scan(first - 1, last, cut)

    def identified(self, feed: str | None, identifiers: Collection[Identifier], cut: Cut) -> set[int]:
        """The records that have any of these identifiers."""
        with self._database.read() as connection:
            feeds = [feed] if feed is not None else list(connection.execute(sa.select(FEED.c.name)).scalars())
            named = {identifier_name(each, one.system, one.value) for each in feeds for one in identifiers}
            found = {record for _, record in records_known(connection, named)}
            return set(roots(connection, found, cut.batch).values())

    def page(self, scan: Scan, feed: str | None, count: int, wanted: Wanted) -> Page:
        """Up to `count` records for which `wanted` is true."""
        found: list[Found] = []
        after, looked = scan.after, 0
        with self._database.read() as connection:
            query = _arrivals(scan, feed)
            if scan.records is not None:
                query = query.where(RECORD_VERSION.c.record.in_(members(connection, scan.records, scan.cut.batch)))
            while len(found) < count and looked < MOST:
                rows = connection.execute(query.where(RECORD_VERSION.c.seq > after).limit(_STEP)).all()
                looked += len(rows)
                for row, one in zip(rows, _in_force(connection, rows, scan.cut), strict=True):
                    if len(found) == count:
                        break
                    after = row.seq
                    if one and wanted(one.said):
                        found.append(one)
                if len(rows) < _STEP and (not rows or after == rows[-1].seq):
                    return Page(found, None)
        return Page(found, Scan(after, scan.last, scan.cut, scan.records))


def _first_version(connection: Connection, stored: sa.ColumnElement[bool]) -> int:
    """The number of the first version of the first batch of which this is true; the next free one where none is."""
    batch = connection.execute(sa.select(sa.func.min(BATCH.c.number)).where(stored)).scalar()
    if batch is not None:
        query = sa.select(RECORD_VERSION.c.seq).where(RECORD_VERSION.c.batch >= batch)
        first = connection.execute(query.order_by(RECORD_VERSION.c.batch, RECORD_VERSION.c.seq).limit(1)).scalar()
        if first is not None:
            return int(first)
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(RECORD_VERSION.c.seq), 0))).scalar_one()) + 1


def _arrivals(scan: Scan, feed: str | None) -> sa.Select[Any]:
    query = sa.select(RECORD_VERSION.c.seq, RECORD_VERSION.c.record)
    if feed is not None:
        query = query.select_from(RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED)).where(FEED.c.name == feed)
    query = query.where(RECORD_VERSION.c.seq <= scan.last, RECORD_VERSION.c.replaces.is_(None))
    return query.order_by(RECORD_VERSION.c.seq)


def _in_force(connection: Connection, rows: Collection[Any], cut: Cut) -> list[Found | None]:
    """For each version what it says, if it was in force at the cut and no delete."""
    root = roots(connection, {row.record for row in rows}, cut.batch)
    resources = {each.record: each for each in resources_of(connection, set(root.values()), cut)}
    held = [resources[root[row.record]] for row in rows]
    shown = [
        None if each.deleted or each.in_force.readings[0] != row.seq else each
        for row, each in zip(rows, held, strict=True)
    ]
    said = {}
    sequences = [each.in_force.sequence for each in shown if each]
    if sequences:
        query = sa.select(RECORD_VERSION.c.seq, *SAID).where(RECORD_VERSION.c.seq.in_(sequences))
        found = connection.execute(query).all()
        said = {row.seq: one for row, one in zip(found, Statements().read(connection, found), strict=True)}
    return [
        Found(each, one) if each and isinstance(one := said[each.in_force.sequence], Statement) else None
        for each in shown
    ]
