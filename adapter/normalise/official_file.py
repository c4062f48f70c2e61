"""A file of somebody else's tables: lines of cells under a header, told apart by their columns.

A fault is a Problem with the file's place in the call (a file's name may be anybody's) and its line.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from adapter.normalise.code_checks import concept_fault
from adapter.normalise.table import Problem


class Line(Struct, frozen=True):
    """One line under the header; cells are stripped, columns that the file has not are ""."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def problem(self, column: str, text: str) -> Problem:
        return Problem(self.file, self.number, column, text)

    def concept_problem(self, column: str) -> Problem | None:
        """A code that is no concept id: a spreadsheet has had the file, and no other code of it is to be believed."""
        fault = concept_fault(self[column])
        return self.problem(column, fault) if fault else None


def place(ordinal: int) -> str:
    """How a file is spoken of: by its place in the call, from 1."""
    return f"file {ordinal}"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read_csv(content: bytes, file: str, columns: Iterable[str]) -> list[Line] | Problem:
    """The lines of a CSV file that has at least these columns, in any order and case; Problem where it has not.

    UTF-8, else as Windows writes it: codes are plain digits in either.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    reader = csv.reader(text.splitlines())
    try:
        header = [cell.strip() for cell in next(reader, [])]
        wanted = {name.lower(): name for name in columns}
        names = [wanted.get(cell.lower(), cell) for cell in header]
        if not set(wanted.values()) <= set(names):
            return Problem(file, 1, "", f"The header must have the columns {', '.join(wanted.values())}.")
        return list(_lines(reader, names, file))
    except csv.Error:
        return Problem(file, reader.line_num, "", "The line cannot be read as CSV.")


def _lines(reader: Iterator[list[str]], names: list[str], file: str) -> Iterator[Line]:
    for number, cells in enumerate(reader, start=2):
        if any(cell.strip() for cell in cells):
            yield Line(file, number, dict(zip(names, (cell.strip() for cell in cells), strict=False)))


def printable(text: str) -> str:
    """A term as a cell of our tables holds it: one line, no blanks at its ends."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
