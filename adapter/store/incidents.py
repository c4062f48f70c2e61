"""Declared source-system faults, and the ends of faults."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from adapter.achievement.incident import Incident, Scope
from adapter.errors import UsageError
from adapter.store.columns import text_of
from adapter.store.database import Database, next_number
from adapter.store.said_tables import INCIDENT, INCIDENT_END

_TEXT = msgspec.json.Encoder(order="deterministic")
_SCOPE = msgspec.json.Decoder(Scope)


class Ending(Struct, frozen=True):
    """Who closed an incident, when, why and upon which run (the store's number)."""

    id: str
    closed: str
    who: str
    note: str
    run: int


class Incidents:
    """The incidents of one database, in the order in which they were opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, id_: str, scope: Scope, reason: str, who: str, cut: int, run: int) -> Incident:
        """A fault declared now. Raises UsageError where the name is taken."""
        with self._database.write() as connection:
            now = self._database.clock().astimezone(UTC)
            if connection.execute(sa.select(INCIDENT.c.id).where(INCIDENT.c.id == id_)).first():
                raise UsageError("An incident of this name was declared before: choose another name.")
            row = {"number": next_number(connection, INCIDENT.c.number), "id": id_, "opened": now, "who": who}
            row |= {"reason": reason, "scope": _TEXT.encode(scope).decode(), "cut": cut, "run": run}
            connection.execute(sa.insert(INCIDENT).values(**row))
        return Incident(id_, scope, reason, who, text_of(now), cut, run)

    def close(self, id_: str, who: str, note: str, run: int) -> Ending:
        """The end of an incident. Raises UsageError where it has ended before."""
        with self._database.write() as connection:
            now = self._database.clock().astimezone(UTC)
            if connection.execute(sa.select(INCIDENT_END.c.id).where(INCIDENT_END.c.id == id_)).first():
                raise UsageError("This incident is closed already.")
            connection.execute(sa.insert(INCIDENT_END).values(id=id_, closed=now, who=who, note=note, run=run))
        return Ending(id_, text_of(now), who, note, run)

    def listed(self) -> list[Incident]:
        with self._database.read() as connection:
            query = sa.select(INCIDENT, INCIDENT_END.c.closed)
            query = query.outerjoin(INCIDENT_END, INCIDENT_END.c.id == INCIDENT.c.id).order_by(INCIDENT.c.number)
            return [_read(row) for row in connection.execute(query)]

    def endings(self) -> dict[str, Ending]:
        """By the incident's id; those of incidents that the tables hold too."""
        with self._database.read() as connection:
            return {
                row.id: Ending(row.id, text_of(row.closed), row.who, row.note, row.run)
                for row in connection.execute(sa.select(INCIDENT_END).order_by(INCIDENT_END.c.id))
            }


def _read(row: Any) -> Incident:
    return Incident(
        id=row.id,
        scope=_SCOPE.decode(row.scope),
        reason=row.reason,
        who=row.who,
        opened=text_of(row.opened),
        cut=row.cut,
        run=row.run,
        closed=text_of(row.closed) if row.closed else None,
    )
