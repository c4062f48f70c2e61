"""Releases of official tables laid over ours, row by row and cell by cell."""

from __future__ import annotations

from adapter.normalise.overlay import Overlay, RowChange, newest_rows, overlaid
from adapter.normalise.table import Problem
from small_tables import small_tables

S = {"source": "s"}
GIVEN, NEW, NEWER = "956951000000104", "1303503001", "60728008"
ROWS = [
    {"code": GIVEN, "role": "given", "status": "active", "term": "second", "from": "2024-09-01"} | S,
    {"code": GIVEN, "role": "given", "status": "active", "term": "first", "to": "2024-08-31"} | S,
]
FULL = {"role": "given", "status": "active", "source": "s"}


def laid(*changes: RowChange, file: str = "snomed.csv") -> tuple[list[tuple[int, dict[str, str]]], tuple[Problem, ...]]:
    """The rows under one release, by line, with the cells that are not empty, and the problems."""
    found = overlaid(small_tables({"snomed.csv": ROWS}), [Overlay("rf2", "l", ("ab",), changes)])
    rows = [(row.number, {name: cell for name, cell in row.cells.items() if cell}) for row in found.rows(file)]
    return rows, found.problems


def cells(**more: str) -> dict[str, str]:
    return FULL | more


def test_rows_are_added_behind_the_last_line() -> None:
    rows, problems = laid(RowChange("snomed.csv", NEWER, "add", FULL), RowChange("snomed.csv", NEW, "add", FULL))
    assert problems == ()
    assert rows[2:] == [(4, cells(code=NEW)), (5, cells(code=NEWER))]
    assert [number for number, _ in rows] == [2, 3, 4, 5]
    into_empty, _ = laid(RowChange("ctv3.csv", "XaZ0d", "add", FULL), file="ctv3.csv")
    assert into_empty == [(2, cells(code="XaZ0d"))]


def test_the_newest_row_of_a_code_changes() -> None:
    rows, problems = laid(RowChange("snomed.csv", GIVEN, "change", {"status": "inactive", "term": ""}))
    assert problems == ()
    changed = {"code": GIVEN, "role": "given", "status": "inactive", "from": "2024-09-01"} | S
    assert rows == [(2, changed), (3, ROWS[1])]


def test_every_row_of_a_code_goes() -> None:
    assert laid(RowChange("snomed.csv", GIVEN, "remove")) == ([], ())
    assert laid(RowChange("snomed.csv", NEW, "remove"))[0] == [(2, ROWS[0]), (3, ROWS[1])]


def test_what_is_there_is_not_added_and_what_is_not_is_not_changed() -> None:
    rows, problems = laid(
        RowChange("snomed.csv", NEW, "change", {"status": "odd"}),
        RowChange("snomed.csv", GIVEN, "add", FULL),
        RowChange("snomed.csv", GIVEN, "change", {"term": "third"}),
    )
    assert (rows, problems) == ([(2, ROWS[0] | {"term": "third"}), (3, ROWS[1])], ())


def test_a_code_may_be_added_and_changed_by_one_release() -> None:
    rows, _ = laid(
        RowChange("snomed.csv", NEW, "add", FULL), RowChange("snomed.csv", NEW, "change", {"role": "declined"})
    )
    assert rows[2:] == [(4, cells(code=NEW, role="declined"))]


def test_a_release_is_told_its_mistakes() -> None:
    _, problems = laid(
        RowChange("snomed.csv", NEW, "add", {**FULL, "status": "odd", "colour": "red", "age": "2"}),
        RowChange("holds.csv", "hpv", "change", {"threshold": "9"}),
        RowChange("nowhere.csv", "1", "add", {}),
        RowChange("snomed.csv", NEWER, "add", {**FULL, "form": "oral"}),
    )
    assert problems == (
        Problem("holds.csv", 0, "", "Release 1 speaks of a table that no release may change."),
        Problem("nowhere.csv", 0, "", "Release 1 speaks of a table that no release may change."),
        Problem("snomed.csv", 4, "age", "No such column."),
        Problem("snomed.csv", 4, "colour", "No such column."),
        Problem("snomed.csv", 4, "status", "Must be one of active, inactive, retired, unknown."),
        Problem("snomed.csv", 5, "form", "Must be one of injected, nasal."),
    )


def test_each_release_is_a_file_of_its_own() -> None:
    tables = small_tables({"snomed.csv": ROWS})
    releases = [Overlay("rf2", "l", ("ab",), ()), Overlay("dmd", "l", ("ab",), ())]
    found = overlaid(tables, releases)
    named = {"release 0001 rf2": releases[0].digest, "release 0002 dmd": releases[1].digest}
    assert found.digests == tables.digests | named
    assert [(found.tables[name].file, found.rows(name)) for name in named] == [(name, ()) for name in named]
    assert overlaid(tables, []).digest == tables.digest


def test_problems_of_the_tables_stay() -> None:
    spoilt = small_tables({"holds.csv": [{"programme": "hpv", "threshold": "0"} | S]})
    assert overlaid(spoilt, []).problems == spoilt.problems != ()


def test_the_newest_row_is_the_one_that_begins_last() -> None:
    rows = small_tables({"snomed.csv": ROWS}).rows("snomed.csv")
    assert {code: row["term"] for code, row in newest_rows(rows, "snomed.csv").items()} == {GIVEN: "second"}
