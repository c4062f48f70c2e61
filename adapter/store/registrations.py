"""Who was registered where, by the keyed hash of the patient."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec import Struct

from adapter.store.bulk import in_lists
from adapter.store.database import Database, next_number
from adapter.store.rule_tables import REGISTRATION


class Registration(Struct, frozen=True, order=True):
    """`patient` is the keyed hash in hex. Days are `YYYY-MM-DD`, both inclusive; an empty `valid_to` is open."""

    patient: str
    practice: str
    valid_from: str
    valid_to: str = ""

    def holds(self, day: str) -> bool:
        return self.valid_from <= day and (not self.valid_to or day <= self.valid_to)


class Registrations:
    """The registrations of one database. A later row about the same patient, practice and first day speaks instead."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_all(self, registrations: Sequence[Registration]) -> int:
        """Keep those that are not known as they stand, all or none of them; how many that were."""
        with self._database.write() as connection:
            known: set[Registration] = set()
            for patients in in_lists({bytes.fromhex(one.patient) for one in registrations}):
                query = sa.select(REGISTRATION).where(REGISTRATION.c.patient.in_(patients))
                known |= set(_newest(connection.execute(query.order_by(REGISTRATION.c.number))))
            fresh = [one for one in registrations if one not in known]
            first = next_number(connection, REGISTRATION.c.number)
            now = self._database.clock()
            rows = [
                {
                    "number": number,
                    "loaded": now,
                    "patient": bytes.fromhex(one.patient),
                    "practice": one.practice,
                    "valid_from": one.valid_from,
                    "valid_to": one.valid_to,
                }
                for number, one in enumerate(fresh, start=first)
            ]
            if rows:
                connection.execute(sa.insert(REGISTRATION), rows)
        return len(fresh)

    def of(self, patient: str) -> tuple[Registration, ...]:
        """What stands about a patient, by the keyed hash in hex, sorted."""
        query = sa.select(REGISTRATION).where(REGISTRATION.c.patient == bytes.fromhex(patient))
        with self._database.read() as connection:
            return tuple(sorted(_newest(connection.execute(query.order_by(REGISTRATION.c.number)))))


def _newest(rows: sa.CursorResult[tuple[object, ...]]) -> list[Registration]:
    found = (Registration(row.patient.hex(), row.practice, row.valid_from, row.valid_to) for row in rows)
    return list({(one.patient, one.practice, one.valid_from): one for one in found}.values())
