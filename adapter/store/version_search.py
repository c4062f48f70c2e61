"""Versions of records by where they came from and what they say: the beginning of every way up to a count.

Each question is answered in pages, since a feed or a code can have millions. A page says where the next one begins.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.errors import UnknownName
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, RECORD_VERSION, STATEMENT_FORM
from adapter.store.batch import members, records_known, roots
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.histories import code_of, code_without_patient, tune
from adapter.store.naming import identifier_name
from adapter.store.statements import Statements

START = (0, 0)
Place = tuple[int, int]
"""Where a page begins: behind a version of a batch, or of a form."""


class Page(Struct, frozen=True):
    """Versions, and where the next page begins; None: nowhere."""

    sequences: tuple[int, ...]
    following: Place | None


class VersionSearch:
    """Finds versions of one database."""

    def __init__(self, database: Database) -> None:
        self._database, self._statements = database, Statements()

    def named(self, system: str, value: str, feed: str | None = None) -> Page:
        """All versions of the records with this identifier (masked as it is kept), of one feed or of all."""
        with self._database.read() as connection:
            tune(connection)
            feeds = [feed] if feed is not None else list(connection.execute(sa.select(FEED.c.name)).scalars())
            names = {identifier_name(each, system, value) for each in feeds}
            known = roots(connection, {record for _, record in records_known(connection, names)})
            return Page(_versions(connection, known.values()), None)

    def of_delivery(self, id_: str, after: Place, most: int) -> Page:
        """Raises UnknownName."""
        with self._database.read() as connection:
            number = connection.execute(sa.select(DELIVERY.c.number).where(DELIVERY.c.id == id_)).scalar()
            if number is None:
                raise UnknownName("There is no such delivery: `adapter trace` of a decision shows the whole id.")
            batches = sa.select(BATCH.c.number).where(BATCH.c.delivery == number, BATCH.c.number >= after[0])
            return self._batches(connection, batches, after, most)

    def of_feed(self, name: str, after: Place, most: int) -> Page:
        """Raises UnknownName."""
        with self._database.read() as connection:
            number = connection.execute(sa.select(FEED.c.number).where(FEED.c.name == name)).scalar()
            if number is None:
                raise UnknownName("There is no such feed: `adapter feeds list` shows them.")
            batches = sa.select(BATCH.c.number).join_from(BATCH, DELIVERY)
            batches = batches.where(DELIVERY.c.feed == number, BATCH.c.number >= after[0])
            return self._batches(connection, batches, after, most)

    def saying(self, codes: Collection[str], after: Place, most: int) -> Page:
        """Those that name one of these codes, in whatever place and system."""
        with self._database.read() as connection:
            tune(connection)
            query = sa.select(STATEMENT_FORM.c.number).where(_says(STATEMENT_FORM.c.text, codes))
            version = RECORD_VERSION.c
            left = most
            found: list[int] = []
            forms = connection.execute(query.where(STATEMENT_FORM.c.number >= after[0])).scalars()
            for form in sorted(forms):
                behind = after[1] if form == after[0] else 0
                asked = sa.select(version.seq).where(version.form == form, version.seq > behind)
                found += connection.execute(asked.order_by(version.seq).limit(left)).scalars()
                left = most - len(found)
                if not left:
                    return Page(tuple(found), (form, found[-1]))
            behind = after[1] if after[0] == _WHOLE else 0
            whole = sa.select(version.seq).where(
                version.form.is_(None), version.seq > behind, version.kind == "statement"
            )
            whole = whole.where(_says(version.statement, codes))
            found += connection.execute(whole.order_by(version.seq).limit(left)).scalars()
            return Page(tuple(found), (_WHOLE, found[-1]) if len(found) == most else None)

    def histories(self, sequences: Collection[int]) -> set[int]:
        """The codes of the histories that any version of the records of these was ever decided in."""
        version = RECORD_VERSION.c
        with self._database.read() as connection:
            tune(connection)
            records: set[int] = set()
            for listed in in_lists(set(sequences)):
                records.update(connection.execute(sa.select(version.record).where(version.seq.in_(listed))).scalars())
            united = members(connection, set(roots(connection, records).values()))
            query = sa.select(version.patient, version.statement, version.form, version.kind, FEED.c.name)
            query = query.select_from(RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED))
            found: set[int] = set()
            nameless: list[Any] = []
            for listed in in_lists(united):
                for row in connection.execute(query.where(version.record.in_(listed))):
                    if row.patient:
                        found.add(code_of(row.patient))
                    elif row.kind == "statement":
                        nameless.append(row)
            self._statements.meet(connection, {row.form for row in nameless})
        for row in nameless:
            for each in self._statements.identifiers(row.statement, row.form):
                found.add(code_without_patient((row.name, each.system, each.value)))
        return found

    def _batches(self, connection: Connection, batches: sa.Select[Any], after: Place, most: int) -> Page:
        tune(connection)
        version = RECORD_VERSION.c
        found: list[int] = []
        for batch in connection.execute(batches.order_by(BATCH.c.number)).scalars():
            behind = after[1] if batch == after[0] else 0
            query = sa.select(version.seq).where(version.batch == batch, version.seq > behind)
            found += connection.execute(query.order_by(version.seq).limit(most - len(found))).scalars()
            if len(found) == most:
                return Page(tuple(found), (batch, found[-1]))
        return Page(tuple(found), None)


_WHOLE = 1 << 62
"""In the place of a form: the statements that are kept whole."""


def _says(text: sa.ColumnElement[str], codes: Collection[str]) -> sa.ColumnElement[bool]:
    """Letter by letter on both databases, where LIKE is not: Read codes differ in the case of a letter."""
    return sa.or_(*(sa.func.replace(text, f'"{code}"', "") != text for code in sorted(codes)))


def _versions(connection: Connection, records: Collection[int]) -> tuple[int, ...]:
    version = RECORD_VERSION.c
    found: list[int] = []
    for listed in in_lists(members(connection, set(records))):
        found += connection.execute(sa.select(version.seq).where(version.record.in_(listed))).scalars()
    return tuple(sorted(found))
