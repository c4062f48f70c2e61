"""Runs and what they gave. A decision is stored once and stands from a run until a run; a count belongs to its run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.achievement.achievement import Achievement
from adapter.errors import UnknownName
from adapter.reconcile.decision import Decision
from adapter.store.batch import in_lists
from adapter.store.database import Database, next_number
from adapter.store.naming import identifier_name
from adapter.store.tables import ACHIEVEMENT, DECISION, DECISION_END, RUN

_PAGE = 1_000
_ID_DIGITS = 32
_BEGINNING = re.compile(r"[0-9a-f]{4,32}", re.ASCII)
_TEXT = msgspec.json.Encoder(order="deterministic")
_DECISION = msgspec.json.Decoder(Decision)
_ACHIEVEMENT = msgspec.json.Decoder(Achievement)


class Run(Struct, frozen=True):
    """One reconciliation: its inputs, which make its `id`, and the digest of its outputs. Months are `YYYY-MM`;
    `ruleset_files` maps file to digest, `outcomes` outcome to number of records. `number` is given by the store.
    """

    id: str
    period_from: str
    period_to: str
    as_of: datetime | None
    cut: int
    cut_digest: str
    ruleset_digest: str
    ruleset_files: dict[str, str]
    directory_digest: str
    code_version: str
    output_digest: str
    started: datetime
    finished: datetime
    outcomes: dict[str, int]
    number: int = 0


class Decided(Struct, frozen=True):
    """A decision as it is kept: under its id (hex), in force from a run on, until another."""

    id: str
    decision: Decision
    from_run: int
    until_run: int | None


class Runs:
    """The runs of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, run: Run, decisions: Iterable[tuple[str, Decision]], achievements: Iterable[Achievement]) -> Run:
        """Keep a run whole, in one transaction. `decisions` are (id in hex, decision), one a record, in any order.

        A decision that stood before under the same id goes on standing and costs nothing.
        """
        with self._database.write() as connection:
            number = next_number(connection, RUN.c.number)
            saved = msgspec.structs.replace(run, number=number)
            row = msgspec.structs.asdict(saved)
            for name in ("ruleset_files", "outcomes"):
                row[name] = _TEXT.encode(row[name]).decode()
            connection.execute(sa.insert(RUN).values(**row))
            _save_decisions(connection, number, iter(decisions))
            _save_achievements(connection, number, iter(achievements))
        return saved

    def listed(self) -> list[Run]:
        """Oldest first."""
        with self._database.read() as connection:
            return [_run(row) for row in connection.execute(sa.select(RUN).order_by(RUN.c.number))]

    def found(self, id_: str | None = None) -> Run:
        """By its id or a clear beginning of it; else the latest that looks back to no moment. Raises UnknownName."""
        runs = self.listed()
        if not runs:
            raise UnknownName("There is no run yet: `adapter run --from YYYY-MM --to YYYY-MM` makes one.")
        if id_ is None:
            return next((run for run in reversed(runs) if run.as_of is None), runs[-1])
        matching = {run.id: run for run in runs if id_ and run.id.startswith(id_)}
        if len(matching) != 1:
            raise UnknownName(
                "There is no such run, or several begin so: give its whole id as `adapter run` printed it."
            )
        return next(iter(matching.values()))

    def decisions(self, run: Run, practice: str | None = None, programme: str | None = None) -> Iterator[Decided]:
        """What a run decided, by practice, programme and record: one order wherever and however it was made."""
        with self._database.read() as connection:
            query = sa.select(DECISION.c.number).outerjoin(DECISION_END).where(*_in_force(run.number))
            if practice is not None:
                query = query.where(DECISION.c.practice == practice)
            if programme is not None:
                query = query.where(DECISION.c.programme == programme)
            order = (DECISION.c.practice, DECISION.c.programme, DECISION.c.record_key)
            numbers = list(connection.execute(query.order_by(*order)).scalars())
        for start in range(0, len(numbers), _PAGE):
            page = numbers[start : start + _PAGE]
            with self._database.read() as connection:
                rows = {
                    row.number: row
                    for part in in_lists(page)
                    for row in connection.execute(_decided().where(DECISION.c.number.in_(part)))
                }
            yield from (_read(rows[number]) for number in page)

    def achievements(self, run: Run, practice: str | None = None) -> list[Achievement]:
        """The counts of a run, in the order in which it gave them."""
        with self._database.read() as connection:
            query = sa.select(ACHIEVEMENT.c.body).where(ACHIEVEMENT.c.run == run.number)
            if practice is not None:
                query = query.where(ACHIEVEMENT.c.practice == practice)
            found = connection.execute(query.order_by(ACHIEVEMENT.c.position)).scalars()
            return [_ACHIEVEMENT.decode(body) for body in found]

    def numbered(self, number: int) -> Run:
        """A run by the store's number."""
        with self._database.read() as connection:
            return _run(connection.execute(sa.select(RUN).where(RUN.c.number == number)).one())

    def decisions_like(self, beginning: str) -> list[Decided]:
        """The decisions whose id begins so, each once as it was last in force; none for what is no id."""
        if not _BEGINNING.fullmatch(beginning):
            return []
        low, high = bytes.fromhex(beginning.ljust(_ID_DIGITS, "0")), bytes.fromhex(beginning.ljust(_ID_DIGITS, "f"))
        with self._database.read() as connection:
            query = _decided().where(DECISION.c.id.between(low, high)).order_by(DECISION.c.number)
            return list({row.id: _read(row) for row in connection.execute(query)}.values())

    def decision_of(self, feed: str, system: str, value: str) -> Decided | None:
        """The last decision on a record, by its key."""
        with self._database.read() as connection:
            query = _decided().where(DECISION.c.record_key == identifier_name(feed, system, value))
            row = connection.execute(query.order_by(DECISION.c.number.desc()).limit(1)).first()
        return _read(row) if row else None

    def achievements_like(self, beginning: str) -> list[Achievement]:
        """The counts whose id begins so, each once; none for what is no id."""
        if not _BEGINNING.fullmatch(beginning):
            return []
        with self._database.read() as connection:
            query = sa.select(ACHIEVEMENT.c.id, ACHIEVEMENT.c.body).where(
                ACHIEVEMENT.c.id >= beginning.ljust(_ID_DIGITS, "0"),  # no BETWEEN: PostgreSQL has no COLLATE in it
                ACHIEVEMENT.c.id <= beginning.ljust(_ID_DIGITS, "f"),
            )
            rows = connection.execute(query.order_by(ACHIEVEMENT.c.run))
            return list({row.id: _ACHIEVEMENT.decode(row.body) for row in rows}.values())


def _save_decisions(connection: Connection, run: int, decisions: Iterator[tuple[str, Decision]]) -> None:
    number = first_new = next_number(connection, DECISION.c.number)
    standing = bytearray(first_new)  # one byte a row: small enough for tens of millions
    while page := list(islice(decisions, _PAGE)):
        keyed = [(_record_key(decision), bytes.fromhex(id_), decision) for id_, decision in page]
        before = _standing(connection, {key for key, _, _ in keyed})
        rows = []
        for key, id_, decision in keyed:
            earlier = before.get((key, id_))
            if earlier is not None:
                standing[earlier] = 1
                continue
            rows.append(_row(number, key, id_, decision, run))
            number += 1
        if rows:
            connection.execute(sa.insert(DECISION), rows)
    query = sa.select(DECISION.c.number).outerjoin(DECISION_END).where(DECISION_END.c.decision.is_(None))
    open_before = connection.execute(query.where(DECISION.c.number < first_new)).scalars()
    ended = [each for each in open_before if not standing[each]]
    for start in range(0, len(ended), _PAGE):
        page_ended = [{"decision": each, "until_run": run} for each in ended[start : start + _PAGE]]
        connection.execute(sa.insert(DECISION_END), page_ended)


def _standing(connection: Connection, keys: set[bytes]) -> dict[tuple[bytes, bytes], int]:
    found: dict[tuple[bytes, bytes], int] = {}
    for part in in_lists(keys):
        query = sa.select(DECISION.c.record_key, DECISION.c.id, DECISION.c.number).outerjoin(DECISION_END)
        query = query.where(DECISION_END.c.decision.is_(None), DECISION.c.record_key.in_(part))
        found |= {(row[0], row[1]): row[2] for row in connection.execute(query)}
    return found


def _save_achievements(connection: Connection, run: int, achievements: Iterator[Achievement]) -> None:
    position = 0
    while page := list(islice(achievements, _PAGE)):
        rows = [
            {
                "run": run,
                "position": position + offset,
                "id": each.count,
                "practice": each.practice,
                "programme": each.programme,
                "period": each.period,
                "state": each.state,
                "body": _TEXT.encode(each).decode(),
            }
            for offset, each in enumerate(page)
        ]
        connection.execute(sa.insert(ACHIEVEMENT), rows)
        position += len(page)


def _row(number: int, key: bytes, id_: bytes, decision: Decision, run: int) -> dict[str, Any]:
    return {
        "number": number,
        "id": id_,
        "record_key": key,
        "practice": decision.practice or "",
        "programme": decision.programme or "",
        "outcome": decision.outcome.value,
        "from_run": run,
        "body": _TEXT.encode(decision).decode(),
    }


def _record_key(decision: Decision) -> bytes:
    record = decision.record
    return identifier_name(record.feed, record.system or "", record.value)


def _in_force(run: int) -> tuple[sa.ColumnElement[bool], ...]:
    until = DECISION_END.c.until_run
    return DECISION.c.from_run <= run, sa.or_(until.is_(None), until > run)


def _decided() -> sa.Select[Any]:
    return sa.select(DECISION, DECISION_END.c.until_run).outerjoin(DECISION_END)


def _read(row: Any) -> Decided:
    return Decided(row.id.hex(), _DECISION.decode(row.body), row.from_run, row.until_run)


def _run(row: Any) -> Run:
    values = dict(row._mapping)
    for name in ("ruleset_files", "outcomes"):
        values[name] = msgspec.json.decode(values[name])
    return Run(**values)
