"""Checks of dates: rows that speak of one thing must follow one another without overlap and without a gap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

from adapter.normalise.table import Problem, Row
from adapter.normalise.tables import Tables

_SUBJECTS = {
    "clusters.csv": ("cluster",),
    "code_systems.csv": ("system", "match"),
    "context_codes.csv": ("code_system", "code"),
    "ctv3.csv": ("code",),
    "description_ids.csv": ("description",),
    "fees.csv": ("programme",),
    "holds.csv": ("programme",),
    "identifier_systems.csv": ("system", "match"),
    "incidents.csv": ("incident", "programme", "period"),
    "left_out.csv": ("table", "value"),
    "mangled_codes.csv": ("code",),
    "mislabelled_codes.csv": ("code",),
    "not_providers.csv": ("code",),
    "null_flavours.csv": ("code",),
    "products.csv": ("code",),
    "programmes.csv": ("programme",),
    "read_v2.csv": ("code",),
    "routes.csv": ("system", "code"),
    "snomed.csv": ("code",),
    "sub_contractors.csv": ("practice", "provider", "programme"),
    "target_diseases.csv": ("diseases",),
}
"""What a row of a table speaks of."""
_MAY_PAUSE = frozenset({"sub_contractors.csv"})
"""A contract may end and start again."""


def period_problems(tables: Tables) -> Iterator[Problem]:
    for file, columns in _SUBJECTS.items():
        groups: dict[tuple[str, ...], list[Row]] = {}
        for row in tables.rows(file):
            subject = tuple(row[column] for column in columns)
            groups.setdefault(subject, []).append(row)
        for rows in groups.values():
            yield from overlaps(rows, columns[0])
            if file not in _MAY_PAUSE:
                yield from gaps(rows)


def overlaps(rows: Iterable[Row], column: str) -> Iterator[Problem]:
    ordered = sorted(rows, key=first_day)
    for before, after in pairwise(ordered):
        if first_day(after) <= last_day(before):
            yield after.problem(column, f"Line {before.number} speaks of the same on the same days.")


def gaps(rows: Iterable[Row]) -> Iterator[Problem]:
    """Days that lie between two rows and belong to neither."""
    ordered = sorted(rows, key=first_day)
    for place, after in enumerate(ordered[1:], start=1):
        covered = max(map(last_day, ordered[:place]))
        if covered < date.max and first_day(after) > covered + timedelta(days=1):
            yield after.problem("from", f"No row speaks for the days between {covered} and {first_day(after)}.")


def first_day(row: Row) -> date:
    return row.day("from") or date.min


def last_day(row: Row) -> date:
    return row.day("to") or date.max
