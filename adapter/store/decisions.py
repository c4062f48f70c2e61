"""Reading decisions back: those of a run, by the beginning of an id, of a record, and what differs between two runs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.reasons import Outcome
from adapter.reconcile.decision import HISTORY_BITS, PLACE_BITS, Decision
from adapter.store.arrival_tables import BATCH, DELIVERY, FEED, RECORD_VERSION
from adapter.store.batch import members, records_known, roots
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.histories import code_of, code_without_patient, tune
from adapter.store.naming import identifier_name
from adapter.store.packed import cells_of, month_of, parts_of, phrases_in, restored
from adapter.store.phrases import LINE, PRACTICE, VERDICT, PhraseBook, body_of
from adapter.store.run_tables import DECISION, DECISION_END
from adapter.store.statements import Statements

BEGINNING = re.compile(r"[0-9a-f]{4,32}", re.ASCII)
_ID_DIGITS = 32
_PAGE = 1_000
_LONG = 20_000
"""More decisions of one practice and programme than this are sorted by number and read page by page."""


class Decided(Struct, frozen=True):
    """A decision as it is kept: under its id (hex), in force from a run on, until another."""

    id: str
    decision: Decision
    from_run: int
    until_run: int | None


class Decisions:
    """The decisions of one database."""

    def __init__(self, database: Database, book: PhraseBook) -> None:
        self._database, self._book, self._statements = database, book, Statements()

    def of_run(self, run: int, practice: str | None = None, programme: str | None = None) -> Iterator[Decided]:
        """By practice, programme and record: one order wherever and however they were made."""
        with self._database.read() as connection:
            practices = self._practices(connection, practice)
            lines = self._lines(connection, programme)
        for number in practices:
            with self._database.read() as connection:
                used = self._used(connection, number, run)
            for together in lines:
                if wanted := [line for line in together if line in used]:
                    yield from self._in_order(run, [cells_of(number, line) for line in wanted])

    def like(self, beginning: str) -> list[Decided]:
        """Those whose id begins so, each once as it was last in force; none for what is no id."""
        if not BEGINNING.fullmatch(beginning):
            return []
        digits, low, high = PLACE_BITS // 4, beginning.ljust(_ID_DIGITS, "0"), beginning.ljust(_ID_DIGITS, "f")
        first = int(low[:digits], 16) << (HISTORY_BITS - PLACE_BITS)
        last = first + (1 << (HISTORY_BITS - PLACE_BITS)) - 1
        place = sa.or_(DECISION.c.history.between(first, last), DECISION.c.history.between(-1 - last, -1 - first))
        found = DECISION.c.id.between(bytes.fromhex(low), bytes.fromhex(high))
        with self._database.read() as connection:
            tune(connection)
            rows = self._rows(connection, _whole().where(place, found).order_by(DECISION.c.number))
        return list({one.id: one for one in rows}.values())

    def of_record(self, feed: str, system: str, value: str) -> Decided | None:
        """The last decision on a record, by its key."""
        key = (feed, system, value)
        with self._database.read() as connection:
            tune(connection)
            known = roots(connection, {record for _, record in records_known(connection, [identifier_name(*key)])})
            query = sa.select(RECORD_VERSION.c.seq, RECORD_VERSION.c.patient)
            query = query.where(RECORD_VERSION.c.record.in_(sorted(members(connection, set(known.values())))))
            versions = list(connection.execute(query))
            codes = {code_of(row.patient) for row in versions if row.patient} | {code_without_patient(key)}
            of_them = DECISION.c.seq.in_([row.seq for row in versions]), DECISION.c.history.in_(sorted(codes))
            rows = self._rows(connection, _whole().where(*of_them).order_by(DECISION.c.number.desc()))
        return next((one for one in rows if _key(one.decision) == key), None)

    def of_histories(self, codes: Collection[int]) -> list[Decided]:
        """Everything that was ever decided in these histories, oldest first."""
        found: list[Decided] = []
        with self._database.read() as connection:
            tune(connection)
            for listed in in_lists(codes):
                found += self._rows(connection, _whole().where(DECISION.c.history.in_(listed)))
        return found

    def excluded(self, run: int, practice: str | None = None) -> dict[tuple[str, str, str, str], dict[str, int]]:
        """How many records a run excluded by each reason, by practice, programme, indicator and month. They are counted
        where they lie; none is read.
        """
        until = DECISION_END.c.until_run
        force = (DECISION.c.from_run <= run, sa.or_(until.is_(None), until > run))
        found: dict[tuple[str, str, str, str], dict[str, int]] = {}
        with self._database.read() as connection:
            names = self._book.all_of(connection, PRACTICE)
            lines, verdicts = self._book.all_of(connection, LINE), self._book.all_of(connection, VERDICT)
            for number in self._practices(connection, practice):
                query = sa.select(DECISION.c.cell, DECISION.c.verdict, sa.func.count()).select_from(
                    DECISION.outerjoin(DECISION_END)
                )
                query = query.where(DECISION.c.cell.between(*cells_of(number)), *force)
                for cell, verdict, records in connection.execute(query.group_by(DECISION.c.cell, DECISION.c.verdict)):
                    _, line, month = parts_of(cell)
                    said, what = verdicts[verdict], lines[line]
                    if (
                        said.outcome is Outcome.EXCLUDED
                        and names[number]
                        and what.programme
                        and what.indicator
                        and month
                    ):
                        where = (names[number], what.programme, what.indicator, month_of(month) or "")
                        reasons = found.setdefault(where, {})
                        reasons[said.reason.value] = reasons.get(said.reason.value, 0) + records
        return found

    def differing(self, low: tuple[int, int], high: tuple[int, int]) -> tuple[list[Decision], list[Decision]]:
        """What was in force in the earlier run and not in the later one, and the reverse; each run by its number and
        its last decision's. What ended and began again unchanged between them is in neither. The cost follows what
        differs.
        """
        (earlier, edge), (later, end) = low, high
        until = DECISION_END.c.until_run
        gone = _whole().where(until > earlier, until <= later, DECISION.c.number <= edge)
        between = DECISION.c.number > edge, DECISION.c.number <= end
        new = _whole().where(*between, sa.or_(until.is_(None), until > later))
        with self._database.read() as connection:
            before = {one.id: one.decision for one in self._rows(connection, gone)}
            after = {one.id: one.decision for one in self._rows(connection, new)}
        for id_ in before.keys() & after.keys():
            del before[id_], after[id_]
        return list(before.values()), list(after.values())

    def _practices(self, connection: Connection, practice: str | None) -> list[int]:
        if practice is not None:
            number = self._book.number(connection, body_of(practice))
            return [] if number is None else [number]
        names = self._book.all_of(connection, PRACTICE)
        return sorted(names, key=lambda number: names[number])

    def _lines(self, connection: Connection, programme: str | None) -> list[list[int]]:
        """The lines of each programme."""
        by_programme: dict[str, list[int]] = {}
        for number, line in self._book.all_of(connection, LINE).items():
            if programme is None or line.programme == programme:
                by_programme.setdefault(line.programme or "", []).append(number)
        return [sorted(by_programme[each]) for each in sorted(by_programme)]

    def _used(self, connection: Connection, practice: int, run: int) -> set[int]:
        low, high = cells_of(practice)
        query = sa.select(DECISION.c.cell).distinct().where(DECISION.c.cell.between(low, high))
        return {parts_of(row.cell)[1] for row in connection.execute(query.where(DECISION.c.from_run <= run))}

    def _in_order(self, run: int, spans: list[tuple[int, int]]) -> Iterator[Decided]:
        lie = sa.or_(*(DECISION.c.cell.between(*span) for span in spans))
        until = DECISION_END.c.until_run
        force = (lie, DECISION.c.from_run <= run, sa.or_(until.is_(None), until > run))
        with self._database.read() as connection:
            count = sa.select(sa.func.count()).select_from(DECISION.outerjoin(DECISION_END)).where(*force)
            if connection.execute(count).scalar_one() <= _LONG:
                rows = self._rows(connection, _whole().where(*force))
                yield from sorted(rows, key=lambda one: _name(one.decision))
                return
            keys = self._keys(connection, _whole().where(*force))
        for start in range(0, len(keys), _PAGE):
            page = [number for _, number in keys[start : start + _PAGE]]
            with self._database.read() as connection:
                found = self._rows(connection, _whole().where(DECISION.c.number.in_(page)))
            yield from sorted(found, key=lambda one: _name(one.decision))

    def _keys(self, connection: Connection, query: sa.Select[Any]) -> list[tuple[bytes, int]]:
        """Record and number of long lists, in order."""
        keys: list[tuple[bytes, int]] = []
        rows = connection.execution_options(stream_results=True, yield_per=_PAGE).execute(query)
        for page in rows.partitions():
            self._statements.meet(connection, {row.form for row in page})
            for row in page:
                own = self._statements.identifiers(row.statement, row.form)[0]
                system, value = msgspec.json.decode(row.named) if row.named else (own.system, own.value)
                keys.append((identifier_name(row.feed, system, value), row.number))
        return sorted(keys)

    def _rows(self, connection: Connection, query: sa.Select[Any]) -> list[Decided]:
        rows = connection.execute(query).all()
        self._book.load(connection, phrases_in(rows))
        self._statements.meet(connection, {row.form for row in rows})
        return [
            Decided(
                row.id.hex(),
                restored(row, self._statements.identifiers(row.statement, row.form), self._book),
                row.from_run,
                row.until_run,
            )
            for row in rows
        ]


def _whole() -> sa.Select[Any]:
    """Decisions beside what their record versions say."""
    version = (RECORD_VERSION.c[name] for name in ("sha256", "pointer", "statement", "form"))
    query = sa.select(DECISION, DECISION_END.c.until_run, *version, FEED.c.name.label("feed"))
    stated = RECORD_VERSION.join(BATCH).join(DELIVERY).join(FEED)
    return query.select_from(DECISION.outerjoin(DECISION_END).join(stated, RECORD_VERSION.c.seq == DECISION.c.seq))


def _key(decision: Decision) -> tuple[str, str, str]:
    return decision.record.feed, decision.record.system or "", decision.record.value


def _name(decision: Decision) -> bytes:
    return identifier_name(*_key(decision))
