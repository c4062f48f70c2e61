"""Reading the tables: every sentence about a cell, a line and a file."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from adapter.normalise.table import Column, Problem, Row, read_table
from adapter.normalise.tables import COLUMNS, mappings_folder, read_folder, read_tables
from small_tables import csv_of, small_files

COLUMNS_OF_ONE = (
    Column("code", required=True),
    Column("keys", many=True, check=lambda word: None if word.islower() else "must be lower case"),
    Column("free"),
    Column("from"),
    Column("to"),
)
HEADER = "code,keys,free,from,to\n"


@pytest.mark.parametrize(
    ("line", "problems"),
    [
        ("a,,,,", []),
        ("a,x|y,f,2024-09-01,2024-09-01", []),
        ('"a ""b"", c",,,,', []),
        ("", [("", "Empty line: delete it.")]),
        (",,,,", [("", "Empty line: delete it.")]),
        ("a", [("", "1 cells where the header has 5.")]),
        ("a,,,,,", [("", "6 cells where the header has 5.")]),
        ('a,"x,,,', [("", "The quotes of this line do not match.")]),
        (",x,,,", [("code", "Must not be empty.")]),
        (" a,,,,", [("code", "Has blanks at an end or unprintable characters.")]),
        ("a,,b\tc,,", [("free", "Has blanks at an end or unprintable characters.")]),
        ("a,x|x,,,", [("keys", "Names something twice.")]),
        ("a,X,,,", [("keys", "Must be lower case.")]),
        ("a,X|y|,,,", [("keys", "Must be lower case."), ("keys", "Has an empty place between bars.")]),
        ("a,,,2024-09-02,2024-09-01", [("to", "The last day lies before the first.")]),
        (",X,,2024-09-02,2024-09-01", [("code", "Must not be empty."), ("keys", "Must be lower case.")]),
    ],
)
def test_what_is_said_of_a_line(line: str, problems: list[tuple[str, str]]) -> None:
    table = read_table("some.csv", f"{HEADER}b,,,,\n{line}\nc,,,,\n".encode(), COLUMNS_OF_ONE)
    assert table.problems == tuple(Problem("some.csv", 3, column, text) for column, text in problems)
    assert [row.number for row in table.rows] == [2, 4] if problems else [2, 3, 4]


@pytest.mark.parametrize("content", ["", "code,keys,free,to,from\n", "code,keys,free,from\n", '"code\n', "\n" + HEADER])
def test_the_header_is_exact(content: str) -> None:
    table = read_table("some.csv", content.encode(), COLUMNS_OF_ONE)
    assert table.problems == (Problem("some.csv", 1, "", "The header must be exactly: code,keys,free,from,to"),)
    assert (table.file, table.rows) == ("some.csv", ())
    assert table.digest == hashlib.sha256(content.encode()).hexdigest()


def test_another_encoding_is_told_with_its_line() -> None:
    content = (HEADER + "a,,,,\n").encode() + b"\xe9,,,,\n\xe9,,,,\n"
    table = read_table("some.csv", content, COLUMNS_OF_ONE)
    assert table.problems == (Problem("some.csv", 3, "", "Not UTF-8: save the file as UTF-8 text."),)
    assert (table.file, table.digest, table.rows) == ("some.csv", hashlib.sha256(content).hexdigest(), ())


def test_a_problem_is_written_with_its_place() -> None:
    assert str(Problem("a.csv", 3, "code", "Text.")) == "a.csv:3 code: Text."
    assert str(Problem("a.csv", 3, "", "Text.")) == "a.csv:3: Text."
    assert str(Problem("a.csv", 0, "", "Text.")) == "a.csv: Text."


def test_a_row_is_asked_for_what_it_has() -> None:
    row = Row(
        "a.csv", 4, {"words": "b|a||a", "yes": "yes", "no": "no", "number": "12", "day": "2024-09-01", "none": ""}
    )
    assert row.words("words") == {"a", "b"}
    assert (row.yes("yes"), row.yes("no"), row.yes("none")) == (True, False, False)
    assert (row.number_in("number"), row.number_in("none")) == (12, None)
    assert (row.day("day"), row.day("none")) == (date(2024, 9, 1), None)
    assert row.ref == "a.csv:4"
    with pytest.raises(KeyError):
        row["else"]


def test_a_table_that_does_not_exist_is_no_empty_one() -> None:
    files = small_files({})
    del files["fees.csv"]
    assert read_tables(files).rows("fees.csv") == ()
    with pytest.raises(KeyError, match=r"fee\.csv"):
        read_tables(files).rows("fee.csv")


def test_missing_and_unknown_files_are_told() -> None:
    files = small_files({})
    del files["snomed.csv"], files["fees.csv"]
    files |= {"other.csv": b"", "holds.csv": b"\xff"}
    tables = read_tables(files)
    assert tables.problems == (
        Problem("fees.csv", 0, "", "The file is missing."),
        Problem("holds.csv", 1, "", "Not UTF-8: save the file as UTF-8 text."),
        Problem("other.csv", 0, "", "No table of this name is known."),
        Problem("snomed.csv", 0, "", "The file is missing."),
    )


def test_the_digest_of_tables_that_others_read_counts() -> None:
    files = small_files({}) | {"organisation_roles.csv": b"role\n"}
    tables = read_tables(files)
    assert tables.problems == ()
    assert tables.digests == {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    assert tables.rows("organisation_roles.csv") == ()


def test_only_csv_files_are_read(tmp_path: Path) -> None:
    for name in ("b.csv", "a.csv", "a.csv.orig", "README.md"):
        (tmp_path / name).write_bytes(name.encode())
    assert list(read_folder(tmp_path).items()) == [("a.csv", b"a.csv"), ("b.csv", b"b.csv")]
    assert (mappings_folder() / "snomed.csv").is_file()


# What a cell may hold


@pytest.mark.parametrize(
    ("file", "column", "good", "bad", "text"),
    [
        ("holds.csv", "programme", "a-b2", "A-b", "Must be a key of lower-case words and hyphens."),
        ("holds.csv", "programme", "a", "a|b", "Must be a key of lower-case words and hyphens."),
        ("holds.csv", "programme", "a", "a--b", "Must be a key of lower-case words and hyphens."),
        ("holds.csv", "threshold", "99999", "0", "Must be a whole number from 1."),
        ("holds.csv", "threshold", "1", "100000", "Must be a whole number from 1."),
        ("holds.csv", "from", "2024-02-29", "2023-02-29", "Must be a date such as 2024-09-01."),
        ("holds.csv", "to", "2024-02-29", "20240229", "Must be a date such as 2024-09-01."),
        ("snomed.csv", "dose", "9", "0", "Must be a dose number or booster."),
        ("snomed.csv", "dose", "booster", "Booster", "Must be a dose number or booster."),
        ("snomed.csv", "pregnancy", "yes", "y", "Must be one of no, yes."),
        ("snomed.csv", "form", "nasal", "oral", "Must be one of injected, nasal."),
        ("incidents.csv", "period", "2024-12", "2024-13", "Must be a month such as 2024-09."),
        ("incidents.csv", "period", "2024-09", "2024-00", "Must be a month such as 2024-09."),
        ("not_providers.csv", "code", "X26", "x26", "Must be an organisation code: capital letters and digits."),
        ("fees.csv", "pounds", "0.05", "5", "Must be pounds and pence such as 10.06."),
        ("fees.csv", "pounds", "10.06", "10.060", "Must be pounds and pence such as 10.06."),
        ("clusters.csv", "cluster", "A_B2_COD", "A__COD", "Must be a cluster id."),
        ("indicators.csv", "months", "1|12", "13", "Must be a month number from 1 to 12."),
        ("indicators.csv", "age_from", "3y4m", "3 years", "Must be an age such as 56d, 8w, 2y or 3y4m."),
        ("indicators.csv", "indicator", "LOCAL-6IN1", "local", "Must be an indicator id."),
        ("indicators.csv", "dose", "any", "all", "Must be a dose number, booster or any."),
    ],
)
def test_what_a_cell_may_hold(file: str, column: str, good: str, bad: str, text: str) -> None:
    for cell, expected in ((good, []), (bad, [text])):
        content = csv_of(file, [{column: cell}])
        found = [each.text for each in read_table(file, content, COLUMNS[file]).problems if each.column == column]
        assert found == expected
