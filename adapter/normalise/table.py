"""A mapping table: a strict CSV file with a header, one fact a line, each with its source and dates.

What is wrong is a `Problem`, a value with its file, line and column and a sentence for the person who edits it. The
digest is that of the file's bytes, so that a run can say which rules it used to the last comma.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from msgspec import Struct

from adapter.normalise.code_entry import RowRef, row_ref

CellCheck = Callable[[str], str | None]
"""Takes a cell that is not empty and answers what is wrong with it, as the end of a sentence; None if nothing."""


class Problem(Struct, frozen=True, order=True):
    """`row` is the line in the file, the header being line 1; 0 speaks of the whole file. `column` may be empty."""

    file: str
    row: int
    column: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.row}" if self.row else self.file
        return f"{place} {self.column}: {self.text}" if self.column else f"{place}: {self.text}"


@dataclass(frozen=True)
class Column:
    """`many` cells hold words joined by `|`, each of which `check` must accept."""

    name: str
    required: bool = False
    check: CellCheck | None = None
    many: bool = False


class Row(Struct, frozen=True):
    """One line that has every column of its table. To ask for another column is a mistake, and raises KeyError."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str) -> frozenset[str]:
        return frozenset(word for word in self[column].split("|") if word)

    def yes(self, column: str) -> bool:
        return self[column] == "yes"

    def day(self, column: str) -> date | None:
        return date.fromisoformat(self[column]) if self[column] else None

    def number_in(self, column: str) -> int | None:
        return int(self[column]) if self[column] else None

    @property
    def ref(self) -> RowRef:
        return row_ref(self.file, self.number)

    def problem(self, column: str, text: str) -> Problem:
        return Problem(self.file, self.number, column, text)


class Table(Struct, frozen=True):
    """A file as read. Rows with problems are left out of `rows`; a table with problems is not to be used."""

    file: str
    digest: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


def read_table(file: str, content: bytes, columns: tuple[Column, ...]) -> Table:
    """UTF-8, comma, double quotes where needed, exactly the named columns in their order, no line breaks in cells.
    A byte order mark, which spreadsheets add, is read over.
    """
    digest = hashlib.sha256(content).hexdigest()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = content[: error.start].count(b"\n") + 1
        return Table(file, digest, (), (Problem(file, fault, "", "Not UTF-8: save the file as UTF-8 text."),))
    names = [column.name for column in columns]
    rows: list[Row] = []
    problems: list[Problem] = []
    lines = text.removesuffix("\n").split("\n")
    if _cells(lines[0]) != names:
        wanted = ",".join(names)
        return Table(file, digest, (), (Problem(file, 1, "", f"The header must be exactly: {wanted}"),))
    for number, line in enumerate(lines[1:], start=2):
        cells = _cells(line)
        if cells is None:
            problems.append(Problem(file, number, "", "The quotes of this line do not match."))
            continue
        row = Row(file, number, dict(zip(names, cells, strict=False)))
        found = _line_problems(row, cells, columns)
        problems.extend(found)
        if not found:
            rows.append(row)
    return Table(file, digest, tuple(rows), tuple(problems))


def _cells(line: str) -> list[str] | None:
    """The cells of one line; None where a quote is left open or closed in the middle."""
    try:
        return next(csv.reader([line.removesuffix("\r")], strict=True), [])
    except csv.Error:
        return None


def _line_problems(row: Row, cells: list[str], columns: tuple[Column, ...]) -> list[Problem]:
    if not cells or not any(cells):
        return [row.problem("", "Empty line: delete it.")]
    if len(cells) != len(columns):
        return [row.problem("", f"{len(cells)} cells where the header has {len(columns)}.")]
    return row_problems(row, columns)


def row_problems(row: Row, columns: tuple[Column, ...]) -> list[Problem]:
    """What is wrong with the cells of one row."""
    found = [problem for column in columns for problem in _cell_problems(row, column)]
    if not found and row["from"] and row["to"] and row["from"] > row["to"]:
        found.append(row.problem("to", "The last day lies before the first."))
    return found


def _cell_problems(row: Row, column: Column) -> list[Problem]:
    cell = row[column.name]
    if not cell:
        return [row.problem(column.name, "Must not be empty.")] if column.required else []
    if cell != cell.strip() or not cell.isprintable():
        return [row.problem(column.name, "Has blanks at an end or unprintable characters.")]
    if column.check is None:
        return []
    words = cell.split("|") if column.many else [cell]
    if len(set(words)) != len(words):
        return [row.problem(column.name, "Names something twice.")]
    faults = (column.check(word) if word else "has an empty place between bars" for word in words)
    return [row.problem(column.name, fault[0].upper() + fault[1:] + ".") for fault in faults if fault]
