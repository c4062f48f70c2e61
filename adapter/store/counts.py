"""The counts of runs. A count stands from a run until a run, and is kept once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.achievement.achievement import Achievement
from adapter.digest import SetSum
from adapter.store.bulk import in_lists, insert_rows
from adapter.store.database import Database, next_number
from adapter.store.decisions import BEGINNING
from adapter.store.run_tables import ACHIEVEMENT, ACHIEVEMENT_END, RUN

_PAGE = 10_000
_ID_DIGITS = 32
_TEXT = msgspec.json.Encoder(order="deterministic")
_ACHIEVEMENT = msgspec.json.Decoder(Achievement)

Group = tuple[str, str, str]
"""Practice, programme and month: the counts that are held or ready together."""


Cell = tuple[str, str, str, str]
"""Practice, programme, indicator and month."""


class Kept(Struct, frozen=True):
    """A count, and from which run until which (the store's numbers) it stood; None: it stands."""

    achievement: Achievement
    from_run: int
    until_run: int | None


class Counts:
    """The counts of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_run(self, run: int, id_: str, practice: str | None = None) -> list[Achievement]:
        """In the order of their cells, under the id of the run."""
        query = _standing_in(run)
        if practice is not None:
            query = query.where(ACHIEVEMENT.c.practice == practice)
        order = (ACHIEVEMENT.c.practice, ACHIEVEMENT.c.programme, ACHIEVEMENT.c.indicator, ACHIEVEMENT.c.period)
        with self._database.read() as connection:
            return [_read(row.body, id_) for row in connection.execute(query.order_by(*order))]

    def of_cells(self, cells: Collection[Cell]) -> list[Kept]:
        """Every count that these cells ever had, by cell and from the first on. One of a run that was not made anew
        stands under the run in which it began.
        """
        wanted, by_practice = set(cells), dict[str, set[str]]()
        for practice, programme, _, _ in wanted:
            by_practice.setdefault(practice, set()).add(programme)
        column = ACHIEVEMENT.c
        columns = (column.practice, column.programme, column.indicator, column.period, column.from_run)
        query = _whole().add_columns(*columns, ACHIEVEMENT_END.c.until_run).order_by(column.number)
        found = []
        with self._database.read() as connection:
            for practice, programmes in sorted(by_practice.items()):
                own = query.where(column.practice == practice, column.programme.in_(sorted(programmes)))
                found += [
                    Kept(_read(row.body, ""), row.from_run, row.until_run)
                    for row in connection.execute(own)
                    if (row.practice, row.programme, row.indicator, row.period) in wanted
                ]
        return found

    def number_of(self, run: int) -> int:
        """How many."""
        with self._database.read() as connection:
            query = sa.select(sa.func.count()).select_from(_standing_in(run).subquery())
            return int(connection.execute(query).scalar_one())

    def like(self, beginning: str) -> list[Achievement]:
        """Those whose id begins so, each once, under the run in which it last began; none for what is no id."""
        if not BEGINNING.fullmatch(beginning):
            return []
        query = sa.select(ACHIEVEMENT.c.id, ACHIEVEMENT.c.body, RUN.c.id.label("run")).where(
            ACHIEVEMENT.c.id >= beginning.ljust(_ID_DIGITS, "0"),  # no BETWEEN: PostgreSQL has no COLLATE in it
            ACHIEVEMENT.c.id <= beginning.ljust(_ID_DIGITS, "f"),
            RUN.c.number == ACHIEVEMENT.c.from_run,
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(ACHIEVEMENT.c.number))
            return list({row.id: _read(row.body, row.run) for row in rows}.values())

    def differing(self, low: int, high: int) -> tuple[list[Achievement], list[Achievement]]:
        """What stood in the earlier run and not in the later one, and the reverse."""
        began, until = ACHIEVEMENT.c.from_run, ACHIEVEMENT_END.c.until_run
        gone = _whole().where(until > low, until <= high, began <= low)
        new = _whole().where(began > low, began <= high, sa.or_(until.is_(None), until > high))
        with self._database.read() as connection:
            before = {row.id: _read(row.body, "") for row in connection.execute(gone)}
            after = {row.id: _read(row.body, "") for row in connection.execute(new)}
        for id_ in before.keys() & after.keys():
            del before[id_], after[id_]
        return list(before.values()), list(after.values())

    def save(
        self, connection: Connection, run: int, counts: Iterable[Achievement], touched: Collection[Group] | None
    ) -> bytes:
        """Keep a run's counts: all of them, or those of the groups that were `touched`. A count that stood goes on; one
        that is not among them ends.
        """
        numbered, difference = next_number(connection, ACHIEVEMENT.c.number), SetSum()
        before = _standing(connection, touched) if numbered > 1 else {}
        remaining = iter(counts)
        while page := list(islice(remaining, _PAGE)):
            rows: list[tuple[Any, ...]] = []
            for each in page:
                if before.pop(each.count, None) is not None:
                    continue
                cell = (each.practice, each.programme, each.indicator, each.period)
                rows.append((numbered, each.count, *cell, run, _TEXT.encode(each).decode()))
                difference.add(each.count.encode())
                numbered += 1
            insert_rows(connection, ACHIEVEMENT, rows)
        for id_ in before:
            difference.remove(id_.encode())
        insert_rows(connection, ACHIEVEMENT_END, [(each, run) for each in sorted(before.values())])
        return bytes(difference)


def _whole() -> sa.Select[Any]:
    return sa.select(ACHIEVEMENT.c.id, ACHIEVEMENT.c.body).outerjoin(ACHIEVEMENT_END)


def _standing_in(run: int) -> sa.Select[Any]:
    until = ACHIEVEMENT_END.c.until_run
    return _whole().where(ACHIEVEMENT.c.from_run <= run, sa.or_(until.is_(None), until > run))


def _standing(connection: Connection, touched: Collection[Group] | None) -> dict[str, int]:
    """The counts that stand, by id: all, or those of some groups."""
    columns = [ACHIEVEMENT.c[name] for name in ("number", "id", "practice", "programme", "period")]
    query = sa.select(*columns).outerjoin(ACHIEVEMENT_END).where(ACHIEVEMENT_END.c.achievement.is_(None))
    if touched is None:
        return {row.id: row.number for row in connection.execute(query)}
    groups = set(touched)
    found: dict[str, int] = {}
    for listed in in_lists({practice for practice, _, _ in groups}):
        for row in connection.execute(query.where(ACHIEVEMENT.c.practice.in_(listed))):
            if (row.practice, row.programme, row.period) in groups:
                found[row.id] = row.number
    return found


def _read(body: str, run: str) -> Achievement:
    return msgspec.structs.replace(_ACHIEVEMENT.decode(body), run=run)
