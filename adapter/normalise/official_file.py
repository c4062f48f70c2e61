"""A file of somebody else's tables: lines of cells under a header, told apart by their columns.

A fault is a Problem with the file's place in the call (a file's name may be anybody's) and its line.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable

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


def read_csv(content: bytes, file: str, columns: Iterable[str], optional: Iterable[str] = ()) -> list[Line] | Problem:
    """The lines of a CSV file that has at least these columns, in any order and case; Problem where it has not.
    `optional` columns may be there too; whatever else there is, is read over.

    UTF-8, else as Windows writes it: codes are plain digits in either.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    needed = tuple(columns)
    spelt = {name.lower(): name for name in (*needed, *optional)}
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[Line] = []
    try:
        names = [spelt.get(cell.strip().lower(), "") for cell in next(reader, [])]
        if not set(needed) <= set(names):
            return Problem(file, 1, "", f"The header must have the columns {', '.join(needed)}.")
        before = reader.line_num
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                lines.append(Line(file, before + 1, dict(zip(names, stripped, strict=False))))
            before = reader.line_num
    except csv.Error:
        return Problem(file, reader.line_num, "", "The line cannot be read as CSV.")
    return lines


def printable(text: str) -> str:
    """A term as a cell of our tables holds it: one line, no blanks at its ends."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())
