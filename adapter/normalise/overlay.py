"""Rows of official tables laid over our own: the tables as they stand, then each release in its order.

A release says row by row what it adds, changes or removes, by table and code. It holds nothing of what stays as it
is, so that it goes on lying over newer tables of ours. The same tables and releases give the same rules, and the
digest of the rules names every release among its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from adapter.digest import digest
from adapter.normalise.period_checks import first_day
from adapter.normalise.table import Problem, Row, Table, row_problems
from adapter.normalise.tables import COLUMNS, Tables

ReleaseKind = Literal["pcd-refset", "rf2", "dmd", "fhir"]

KEY_COLUMNS: Mapping[str, str] = {
    "context_codes.csv": "code",
    "ctv3.csv": "code",
    "description_ids.csv": "description",
    "products.csv": "code",
    "read_v2.csv": "code",
    "snomed.csv": "code",
}
"""The tables that a release may speak of, and the column by which."""


class RowChange(Struct, frozen=True, order=True):
    """`cells` are the columns that it sets, by name. A changed code has them set in its newest row."""

    file: str
    code: str
    what: Literal["add", "change", "remove"]
    cells: dict[str, str] = {}


class Overlay(Struct, frozen=True):
    """The changes that one import made, sorted. `label` says what was read, `files` are the SHA-256 of it."""

    kind: ReleaseKind
    label: str
    files: tuple[str, ...]
    changes: tuple[RowChange, ...]

    @property
    def digest(self) -> str:
        """Names the release: the same files read into the same changes."""
        return digest(["mapping release", self.kind, self.label, self.files, self.changes])


def overlaid(tables: Tables, overlays: Iterable[Overlay]) -> Tables:
    """The tables under the overlays, each release a file of its own among the digests. Faults in what an overlay sets
    are problems of the tables, like an editor's.

    A row that is there already is not added again, and one that is not there any more is not changed: our own tables
    have caught up with the release.
    """
    found = dict(tables.tables)
    problems = list(tables.problems)
    for number, overlay in enumerate(overlays, start=1):
        for file, changes in _by_file(overlay.changes).items():
            if file not in KEY_COLUMNS or file not in found:
                problems.append(Problem(file, 0, "", f"Release {number} speaks of a table that no release may change."))
                continue
            rows, faults = _laid_over(found[file].rows, file, changes)
            found[file] = msgspec.structs.replace(found[file], rows=rows)
            problems += faults
        name = f"release {number:04} {overlay.kind}"
        found[name] = Table(name, overlay.digest, ())
    return Tables(found, tuple(sorted(problems)))


def newest_rows(rows: Sequence[Row], file: str) -> dict[str, Row]:
    """The last row of each code, by code."""
    column = KEY_COLUMNS[file]
    return {row[column]: row for row in sorted(rows, key=first_day)}


def _by_file(changes: Iterable[RowChange]) -> dict[str, list[RowChange]]:
    found: dict[str, list[RowChange]] = {}
    for change in sorted(changes, key=lambda one: (one.file, one.code)):
        found.setdefault(change.file, []).append(change)
    return found


def _laid_over(rows: tuple[Row, ...], file: str, changes: list[RowChange]) -> tuple[tuple[Row, ...], list[Problem]]:
    """Rows keep their line numbers; added ones count on behind the last line."""
    column, columns = KEY_COLUMNS[file], COLUMNS[file]
    newest = newest_rows(rows, file)
    by_number = {row.number: row for row in rows}
    following = max(by_number, default=1) + 1
    problems: list[Problem] = []
    for change in changes:
        there = newest.get(change.code)
        if change.what == "remove":
            by_number = {number: row for number, row in by_number.items() if row[column] != change.code}
            continue
        if (there is None) != (change.what == "add"):
            continue
        cells = {each.name: "" for each in columns} if there is None else dict(there.cells)
        row = Row(file, following if there is None else there.number, cells | {column: change.code} | change.cells)
        following += there is None
        problems += row_problems(row, columns)
        problems += [row.problem(name, "No such column.") for name in sorted(change.cells.keys() - cells.keys())]
        by_number[row.number] = row
        newest[change.code] = row
    return tuple(by_number.values()), problems
