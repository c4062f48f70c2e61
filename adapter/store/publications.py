"""Counts as they were given to CQRS. What was given is frozen: a later publication supersedes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, cell_of
from adapter.errors import UnknownName
from adapter.store.columns import text_of
from adapter.store.database import Database, next_number
from adapter.store.said_tables import PUBLICATION, PUBLISHED_COUNT

_TEXT = msgspec.json.Encoder(order="deterministic")
_ACHIEVEMENT = msgspec.json.Decoder(Achievement)


class Publication(Struct, frozen=True):
    """`number` counts from 1; `run` is the store's number of the run; `when` is UTC, ISO 8601."""

    number: int
    when: str
    who: str
    note: str
    run: int
    counts: int


class Superseded(Struct, frozen=True):
    """A count that a publication changes; `before` is None for one that was never published."""

    cell: CellKey
    before: Achievement | None
    after: Achievement


class Publications:
    """The publications of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(
        self, run: int, counts: Sequence[Achievement], who: str, note: str
    ) -> tuple[Publication, list[Superseded]]:
        """Freeze these counts, and tell which of them were published with another value or other records."""
        with self._database.write() as connection:
            now = self._database.clock().astimezone(UTC)
            before = _in_force(connection)
            number = next_number(connection, PUBLICATION.c.number)
            connection.execute(sa.insert(PUBLICATION).values(number=number, recorded=now, who=who, note=note, run=run))
            rows = [
                {"publication": number, "position": position}
                | dict(zip(("practice", "programme", "indicator", "period"), cell_of(one), strict=True))
                | {"body": _TEXT.encode(one).decode()}
                for position, one in enumerate(counts)
            ]
            if rows:
                connection.execute(sa.insert(PUBLISHED_COUNT), rows)
        changed = [Superseded(cell_of(one), before.get(cell_of(one)), one) for one in counts]
        changed = [one for one in changed if one.before is None or not _same(one.before, one.after)]
        return Publication(number, text_of(now), who, note, run, len(counts)), changed

    def listed(self) -> list[Publication]:
        """Oldest first."""
        counts = sa.select(PUBLISHED_COUNT.c.publication, sa.func.count().label("counts"))
        of = counts.group_by(PUBLISHED_COUNT.c.publication).subquery()
        query = sa.select(PUBLICATION, of.c.counts).outerjoin(of, of.c.publication == PUBLICATION.c.number)
        with self._database.read() as connection:
            return [
                Publication(row.number, text_of(row.recorded), row.who, row.note, row.run, row.counts or 0)
                for row in connection.execute(query.order_by(PUBLICATION.c.number))
            ]

    def counts(self, number: int) -> list[Achievement]:
        """What one publication gave, as it was given. Raises UnknownName."""
        self.found(number)
        query = sa.select(PUBLISHED_COUNT.c.body).where(PUBLISHED_COUNT.c.publication == number)
        with self._database.read() as connection:
            found = connection.execute(query.order_by(PUBLISHED_COUNT.c.position)).scalars()
            return [_ACHIEVEMENT.decode(body) for body in found]

    def found(self, number: int) -> Publication:
        """Raises UnknownName."""
        for one in self.listed():
            if one.number == number:
                return one
        raise UnknownName("There is no such publication: `adapter publish --list` shows them.")

    def superseded(self, number: int) -> list[tuple[int, Superseded]]:
        """Of the counts of a publication those that an earlier one gave otherwise, with the number of the last one that
        did.
        """
        columns = (PUBLISHED_COUNT.c.publication, PUBLISHED_COUNT.c.body)
        query = sa.select(*columns).where(PUBLISHED_COUNT.c.publication < number)
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(PUBLISHED_COUNT.c.publication, PUBLISHED_COUNT.c.position))
            earlier = {cell_of(one): (row[0], one) for row in rows if (one := _ACHIEVEMENT.decode(row[1]))}
        found = []
        for count in self.counts(number):
            before = earlier.get(cell_of(count))
            if before and not _same(before[1], count):
                found.append((before[0], Superseded(cell_of(count), before[1], count)))
        return found

    def in_force(self) -> dict[CellKey, Achievement]:
        """The last published count of each cell."""
        with self._database.read() as connection:
            return _in_force(connection)


def _in_force(connection: Connection) -> dict[CellKey, Achievement]:
    order = (PUBLISHED_COUNT.c.publication, PUBLISHED_COUNT.c.position)
    bodies = connection.execute(sa.select(PUBLISHED_COUNT.c.body).order_by(*order)).scalars()
    return {cell_of(one): one for one in map(_ACHIEVEMENT.decode, bodies)}


def _same(one: Achievement, other: Achievement) -> bool:
    return (one.value, one.root) == (other.value, other.root)
