"""Checks of programme keys and of what the tables say about one another."""

from __future__ import annotations

from collections.abc import Iterator

from adapter.normalise.system_patterns import fold
from adapter.normalise.table import Problem, Row
from adapter.normalise.tables import COLUMNS, READ_ELSEWHERE, Tables

_FINE_KEYS = (
    ("clusters.csv", "programmes"),
    ("snomed.csv", "programmes"),
    ("read_v2.csv", "programmes"),
    ("ctv3.csv", "programmes"),
    ("products.csv", "programmes"),
    ("context_codes.csv", "programmes"),
    ("description_ids.csv", "programmes"),
    ("target_diseases.csv", "programmes"),
    ("indicators.csv", "programmes"),
    ("indicators.csv", "history_of"),
    ("fees.csv", "programme"),
)
_PUBLIC_KEYS = (("holds.csv", "programme"), ("incidents.csv", "programme"), ("sub_contractors.csv", "programme"))


def key_problems(tables: Tables) -> Iterator[Problem]:
    programmes = tables.rows("programmes.csv")
    fine = {row["programme"] for row in programmes}
    public = {row["public"] for row in programmes if row["public"]}
    yield from _unknown(tables, _FINE_KEYS, fine, "No programme of programmes.csv: ")
    yield from _unknown(tables, _PUBLIC_KEYS, public, "No public key of programmes.csv: ")
    yield from _programmes(programmes, fine)
    yield from _spellings(tables.rows("code_systems.csv"), "reads_as")
    yield from _spellings(tables.rows("identifier_systems.csv"), "born")
    for row in tables.rows("identifier_systems.csv"):
        if row.yes("practice_follows") and row["match"] != "prefix":
            yield row.problem("match", "A practice can follow a prefix only.")
    for row in tables.rows("left_out.csv"):
        if row["table"] not in COLUMNS.keys() | READ_ELSEWHERE:
            yield row.problem("table", "No such table.")


def _unknown(tables: Tables, columns: tuple[tuple[str, str], ...], known: set[str], text: str) -> Iterator[Problem]:
    for file, column in columns:
        for row in tables.rows(file):
            for key in sorted(row.words(column) - known):
                yield row.problem(column, f"{text}{key}.")


def _programmes(programmes: tuple[Row, ...], fine: set[str]) -> Iterator[Problem]:
    priorities: dict[str, Row] = {}
    for row in programmes:
        if row["public"] and row["public"] not in fine:
            yield row.problem("public", "A public key is the key of a programme itself.")
        if row.yes("counted") != bool(row["public"] and row["service"]):
            yield row.problem("counted", "A counted programme has a public key and a service, any other has neither.")
        other = priorities.setdefault(row["priority"], row)
        if other is not row and other["programme"] != row["programme"]:
            yield row.problem("priority", f"Is the priority of {other.ref} too.")


def _spellings(rows: tuple[Row, ...], column: str) -> Iterator[Problem]:
    """Two spellings of one system are welcome, as long as they say the same."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        other = first.setdefault((fold(row["system"]), row["match"]), row)
        if other[column] != row[column]:
            yield row.problem(column, f"Another spelling of the system of {other.ref}, which says {other[column]}.")
