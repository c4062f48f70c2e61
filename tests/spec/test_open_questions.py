"""Nothing is invented silently: a row that is our own reading says which public fact is missing, and is listed."""

from __future__ import annotations

import csv

import pytest
from adapter.cli.application import app
from adapter.normalise.tables import mappings_folder
from typer.testing import CliRunner

OUR_OWN = ("inference", "unconfirmed", "not public", "disagree")
TABLES = sorted(path.name for path in mappings_folder().glob("*.csv"))


def rows(table: str) -> list[dict[str, str]]:
    with (mappings_folder() / table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("table", TABLES)
def test_a_reading_of_our_own_is_open(table: str) -> None:
    silent = [
        row for row in rows(table) if not row["open"] and any(word in cell for cell in row.values() for word in OUR_OWN)
    ]
    assert silent == []


def test_every_open_row_is_listed() -> None:
    listed = CliRunner(env={"COLUMNS": "400"}).invoke(app, ["mappings", "check", "--open"]).output
    asked = [f"{table}:{number}" for table in TABLES for number, row in enumerate(rows(table), start=2) if row["open"]]
    assert len(asked) > 100
    assert f"{len(asked)} open questions" in listed
    assert [row for row in asked if f"{row} " not in listed] == []
