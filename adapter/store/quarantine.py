"""What could not be taken, with every reason, and what became of it. Rows are never deleted: outcomes are added."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.errors import UnknownName
from adapter.fhir.issue import Issue
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, QUARANTINE, QUARANTINE_OUTCOME
from adapter.store.batch import ISSUES
from adapter.store.database import Database, next_number
from adapter.store.deliveries import Deliveries
from adapter.store.delivery import Stream

What = Literal["taken", "refused"]
_INDEX = re.compile(r"\[\d+\]")


class Outcome(Struct, frozen=True):
    """What a later look at a quarantined resource gave: `taken`, or `refused` with the reasons it then had."""

    when: datetime
    what: What
    issues: tuple[Issue, ...]


class Quarantined(Struct, frozen=True):
    """One resource, line or file that was set aside. `number` and `delivery_number` are the store's own."""

    number: int
    id: str
    delivery_number: int
    delivery: str
    feed: str
    received: datetime
    stream: Stream
    pointer: str
    start: int
    length: int
    sha256: str
    issues: tuple[Issue, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def open(self) -> bool:
        return not any(outcome.what == "taken" for outcome in self.outcomes)

    def shown(self) -> dict[str, object]:
        """What lists for scripts show of it: every reason, no value that was sent."""
        return {
            "id": self.id,
            "feed": self.feed,
            "received": self.received.isoformat(),
            "reasons": [
                {"code": issue.code, "expression": issue.expression, "text": issue.text} for issue in self.issues
            ],
            "delivery": self.delivery,
            "pointer": self.pointer,
            "sha256": self.sha256,
            "open": self.open,
        }


class Quarantine:
    """The quarantine of one database."""

    def __init__(self, database: Database, deliveries: Deliveries) -> None:
        self._database, self._deliveries = database, deliveries

    def listed(self, closed: bool = False) -> list[Quarantined]:
        """In order of arrival, those that still stand; with `closed` the others too."""
        with self._database.read() as connection:
            rows = connection.execute(_rows().order_by(QUARANTINE.c.number)).all()
            outcomes = _outcomes(connection, {row.number for row in rows})
        found = [_quarantined(row, outcomes.get(row.number, ())) for row in rows]
        return [each for each in found if closed or each.open]

    def found(self, id_: str) -> Quarantined:
        """By its id, or a clear beginning of it. Raises UnknownName."""
        with self._database.read() as connection:
            rows = connection.execute(_rows().where(QUARANTINE.c.id.startswith(id_, autoescape=True)).limit(2)).all()
            if not id_ or len(rows) != 1:
                raise UnknownName(
                    "Nothing in quarantine has this id, or several begin so: `adapter quarantine list` shows them."
                )
            row = rows[0]
            return _quarantined(row, _outcomes(connection, {row.number}).get(row.number, ()))

    def known(self, id_: str) -> Quarantined | None:
        """As `found`, but None where there is no such one."""
        try:
            return self.found(id_)
        except UnknownName:
            return None

    def bytes_of(self, item: Quarantined) -> bytes:
        """What was set aside, verbatim. It holds patients' records: for those only who may see them."""
        return self._deliveries.span(item.delivery_number, item.stream, item.start, item.length)

    def reasons(self, delivery: str) -> list[tuple[Issue, int]]:
        """Why resources of a delivery still stand in quarantine, and how many for each reason; the most frequent first.
        The expression tells the element but not which of several.
        """
        taken = sa.select(QUARANTINE_OUTCOME.c.quarantine).where(QUARANTINE_OUTCOME.c.what == "taken")
        query = sa.select(QUARANTINE.c.issues).select_from(QUARANTINE.join(BATCH).join(DELIVERY))
        query = query.where(DELIVERY.c.id == delivery, QUARANTINE.c.number.not_in(taken))
        counted: Counter[Issue] = Counter()
        with self._database.read() as connection:
            for issues in connection.execute(query).scalars():
                counted.update(
                    {Issue(each.code, _INDEX.sub("", each.expression), each.text) for each in ISSUES.decode(issues)}
                )
        return sorted(counted.items(), key=lambda each: (-each[1], each[0]))

    def refused(self, item: Quarantined, issues: Collection[Issue]) -> None:
        """It was looked at again, and still cannot be taken."""
        with self._database.write() as connection:
            connection.execute(
                sa.insert(QUARANTINE_OUTCOME).values(
                    number=next_number(connection, QUARANTINE_OUTCOME.c.number),
                    quarantine=item.number,
                    batch=None,
                    recorded=self._database.clock(),
                    what="refused",
                    issues=msgspec.json.encode(list(issues)).decode(),
                )
            )


def _rows() -> sa.Select[Any]:
    columns = [
        *QUARANTINE.c,
        DELIVERY.c.number.label("delivery_number"),
        DELIVERY.c.id.label("delivery_id"),
        FEED.c.name.label("feed_name"),
        BATCH.c.stored,
    ]
    return sa.select(*columns).select_from(QUARANTINE.join(BATCH).join(DELIVERY).join(FEED))


def _outcomes(connection: Connection, numbers: set[int]) -> dict[int, tuple[Outcome, ...]]:
    found: dict[int, tuple[Outcome, ...]] = {}
    if not numbers:
        return found
    query = sa.select(QUARANTINE_OUTCOME).where(QUARANTINE_OUTCOME.c.quarantine.between(min(numbers), max(numbers)))
    for row in connection.execute(query.order_by(QUARANTINE_OUTCOME.c.number)):
        outcome = Outcome(row.recorded, row.what, tuple(ISSUES.decode(row.issues)))
        found[row.quarantine] = (*found.get(row.quarantine, ()), outcome)
    return found


def _quarantined(row: Any, outcomes: tuple[Outcome, ...]) -> Quarantined:
    return Quarantined(
        number=row.number,
        id=row.id,
        delivery_number=row.delivery_number,
        delivery=row.delivery_id,
        feed=row.feed_name,
        received=row.stored,
        stream=row.stream,
        pointer=row.pointer,
        start=row.start,
        length=row.length,
        sha256=row.sha256.hex(),
        issues=tuple(ISSUES.decode(row.issues)),
        outcomes=outcomes,
    )
