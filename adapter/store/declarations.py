"""Practices' declarations. The newest speaks for its count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import msgspec
import sqlalchemy as sa

from adapter.achievement.declaration import CellKey, Declaration
from adapter.store.columns import text_of
from adapter.store.database import Database, next_number
from adapter.store.said_tables import DECLARATION


class Declarations:
    """The declarations of one database, in the order in which they were made."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, declaration: Declaration) -> Declaration:
        """Keep one of now; `when` is set here."""
        with self._database.write() as connection:
            now = self._database.clock().astimezone(UTC)
            row = {name: value for name, value in msgspec.structs.asdict(declaration).items() if name != "when"}
            number = next_number(connection, DECLARATION.c.number)
            connection.execute(sa.insert(DECLARATION).values(number=number, recorded=now, **row))
        return msgspec.structs.replace(declaration, when=text_of(now))

    def listed(self, practice: str | None = None) -> list[Declaration]:
        """Oldest first."""
        with self._database.read() as connection:
            query = sa.select(DECLARATION).order_by(DECLARATION.c.number)
            if practice is not None:
                query = query.where(DECLARATION.c.practice == practice)
            return [_read(row) for row in connection.execute(query)]

    def newest(self, practice: str | None = None) -> Mapping[CellKey, Declaration]:
        """The last one of each count."""
        return {one.cell: one for one in self.listed(practice)}


def _read(row: Any) -> Declaration:
    return Declaration(
        practice=row.practice,
        programme=row.programme,
        indicator=row.indicator,
        period=row.period,
        value=row.value,
        counted=row.counted,
        who=row.who,
        when=text_of(row.recorded),
        note=row.note,
    )
