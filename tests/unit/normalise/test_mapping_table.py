"""Strict reading: every line that is wrong is a problem with its place, and the rest is read."""

from __future__ import annotations

import hashlib

import pytest
from adapter.normalise.table import Column, Problem, Table, read_table
from adapter.normalise.tables import COLUMNS, read_tables

_COLUMNS = (
    Column("code", required=True),
    Column("keys", many=True, check=lambda word: None if word.islower() else "must be lower case"),
    Column("from"),
    Column("to"),
)
_HEADER = "code,keys,from,to\n"


def _read(text: str) -> Table:
    return read_table("some.csv", text.encode(), _COLUMNS)


def test_rows_know_their_lines_and_words() -> None:
    table = _read(_HEADER + 'a,x|y,2024-09-01,\n"b, c",,,\n')
    first, second = table.rows
    assert (first.number, first["code"], first.words("keys"), first.ref) == (2, "a", {"x", "y"}, "some.csv:2")
    assert str(first.day("from")) == "2024-09-01"
    assert first.day("to") is None
    assert (second.number, second["code"], second.words("keys")) == (3, "b, c", frozenset())
    assert table.problems == ()


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("code,keys,to,from\na,,,\n", 1, ""),
        ("", 1, ""),
        (_HEADER + "a,,\n", 2, ""),
        (_HEADER + "a,,,,\n", 2, ""),
        (_HEADER + "a,,,\n\nb,,,\n", 3, ""),
        (_HEADER + ",,,\n", 2, ""),
        (_HEADER + ",x,,\n", 2, "code"),
        (_HEADER + "a ,,,\n", 2, "code"),
        (_HEADER + "a\tb,,,\n", 2, "code"),
        (_HEADER + "a,x|x,,\n", 2, "keys"),
        (_HEADER + "a,x||y,,\n", 2, "keys"),
        (_HEADER + "a,x|Y,,\n", 2, "keys"),
        (_HEADER + "a,,2024-09-02,2024-09-01\n", 2, "to"),
        (_HEADER + 'a,"x,,\n', 2, ""),
        (_HEADER + 'a,"x"y,,\n', 2, ""),
    ],
)
def test_what_is_wrong_has_its_place(text: str, row: int, column: str) -> None:
    table = _read(text)
    assert [(problem.row, problem.column) for problem in table.problems] == [(row, column)]
    assert row not in [line.number for line in table.rows]


def test_a_wrong_line_does_not_hide_the_next() -> None:
    assert [row["code"] for row in _read(_HEADER + 'a,"x,,\nb,,,\n').rows] == ["b"]


def test_a_day_may_be_first_and_last() -> None:
    assert _read(_HEADER + "a,,2024-09-01,2024-09-01\n").problems == ()


def test_other_encodings_are_named_with_their_line() -> None:
    table = read_table("some.csv", _HEADER.encode() + "é,,,\n".encode("cp1252"), _COLUMNS)
    assert table.problems == (Problem("some.csv", 2, "", "Not UTF-8: save the file as UTF-8 text."),)


def test_what_a_spreadsheet_adds_is_read_over() -> None:
    spoiled = b"\xef\xbb\xbf" + (_HEADER + "a,x,,\n").replace("\n", "\r\n").encode()
    table = read_table("some.csv", spoiled, _COLUMNS)
    assert table.problems == ()
    assert table.rows[0]["code"] == "a"
    assert table.rows[0]["to"] == ""


def test_the_digest_is_of_the_bytes() -> None:
    assert _read(_HEADER).digest == hashlib.sha256(_HEADER.encode()).hexdigest()


def test_one_digest_for_the_rule_set(mapping_files: dict[str, bytes]) -> None:
    tables = read_tables(mapping_files)
    assert list(tables.digests) == sorted(mapping_files)
    lines = "".join(f"{name}\0{hashlib.sha256(mapping_files[name]).hexdigest()}\n" for name in sorted(mapping_files))
    assert tables.digest == hashlib.sha256(lines.encode()).hexdigest()
    reordered = dict(reversed(mapping_files.items()))
    assert read_tables(reordered).digest == tables.digest


def test_every_file_counts_in_the_digest(mapping_files: dict[str, bytes]) -> None:
    digests = {read_tables({**mapping_files, name: content + b"\n"}).digest for name, content in mapping_files.items()}
    assert len(digests) == len(mapping_files)


def test_missing_and_unknown_files_are_problems(mapping_files: dict[str, bytes]) -> None:
    files = {name: content for name, content in mapping_files.items() if name != "holds.csv"} | {"mine.csv": b"a\n"}
    assert [(problem.file, problem.row) for problem in read_tables(files).problems] == [
        ("holds.csv", 0),
        ("mine.csv", 0),
    ]


def test_every_table_has_a_source_and_dates() -> None:
    for columns in COLUMNS.values():
        names = [column.name for column in columns]
        assert names[-5:] == ["source", "from", "to", "open", "note"]
        assert next(column for column in columns if column.name == "source").required


def test_a_problem_reads_like_a_place_in_a_file() -> None:
    assert str(Problem("snomed.csv", 7, "code", "Wrong.")) == "snomed.csv:7 code: Wrong."
    assert str(Problem("snomed.csv", 0, "", "The file is missing.")) == "snomed.csv: The file is missing."
