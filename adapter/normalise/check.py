"""What a tired editor does wrong in the mapping tables, found before it decides anything.

Every problem stops the tables from being used: a rule that is half right pays the wrong practice. What is *open*,
because the fact is not public, is no problem; it is listed for whoever may know.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from adapter.normalise.code_checks import code_problems
from adapter.normalise.code_entry import RowRef
from adapter.normalise.indicator_checks import indicator_problems
from adapter.normalise.key_checks import key_problems
from adapter.normalise.period_checks import period_problems
from adapter.normalise.table import Problem, Row
from adapter.normalise.tables import COLUMNS, Tables


class OpenQuestion(Struct, frozen=True, order=True):
    """A public fact that is missing, or two that disagree: `subject` is the first cell of the row that says so."""

    row: RowRef
    subject: str
    text: str


def check(tables: Tables) -> tuple[Problem, ...]:
    """Everything that is wrong, sorted by file and line, each once; empty where the tables are sound."""
    return tuple(sorted({*tables.problems, *_problems(tables)}))


def open_questions(tables: Tables) -> tuple[OpenQuestion, ...]:
    """Every row that leaves something open, in the order of files and lines."""
    return tuple(
        OpenQuestion(row.ref, _subject(row), row["open"])
        for file in sorted(tables.tables)
        for row in tables.rows(file)
        if row["open"]
    )


def _problems(tables: Tables) -> Iterator[Problem]:
    yield from code_problems(tables)
    yield from key_problems(tables)
    yield from period_problems(tables)
    yield from indicator_problems(tables)


def _subject(row: Row) -> str:
    return row["code" if row.file == "context_codes.csv" else COLUMNS[row.file][0].name]
