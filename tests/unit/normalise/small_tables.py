"""Tables that hold nothing but the rows that a test writes down: what it says of them is all there is to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from adapter.normalise.catalogue import Catalogue, catalogue_of
from adapter.normalise.table import Row
from adapter.normalise.tables import COLUMNS, READ_ELSEWHERE, Tables, read_tables

Rows = Mapping[str, Sequence[Mapping[str, str]]]


def csv_of(file: str, rows: Sequence[Mapping[str, str]]) -> bytes:
    """A file of `mappings/` with these rows; cells that a row leaves out are empty."""
    names = [column.name for column in COLUMNS[file]]
    assert all(row.keys() <= set(names) for row in rows), (file, rows)
    lines = [names, *([row.get(name, "") for name in names] for row in rows)]
    return "".join(",".join(f'"{cell}"' if "," in cell else cell for cell in line) + "\n" for line in lines).encode()


def small_files(rows: Rows) -> dict[str, bytes]:
    assert rows.keys() <= COLUMNS.keys(), rows.keys()
    return {file: csv_of(file, rows.get(file, ())) for file in COLUMNS} | dict.fromkeys(READ_ELSEWHERE, b"")


def small_tables(rows: Rows) -> Tables:
    """By file name, as rows by column; a line is its place in the list and one for the header."""
    return read_tables(small_files(rows))


def small_catalogue(rows: Rows) -> Catalogue:
    """The rows beside two programmes, `hpv` and `menb`, what counts them, and the code systems; it must be sound."""
    made = catalogue_of(small_files({**_GROUND, **rows}))
    assert isinstance(made, Catalogue), made
    return made


def _counted(key: str, priority: str) -> dict[str, str]:
    row = {"programme": key, "public": key, "service": f"{key} service", "counted": "yes", "priority": priority}
    return row | {"source": "s"}


def _counting(key: str) -> dict[str, str]:
    row = {"indicator": f"{key.upper()}1", "programmes": key, "title": key, "dose": "any", "age_on": "day"}
    no = ("seasonal_course", "once_per_financial_year", "pregnancy", "at_risk", "nasal_contraindicated", "local")
    return row | dict.fromkeys(no, "no") | {"counts": "doses", "evaluable": "yes", "source": "s"}


_GROUND: Rows = {
    "programmes.csv": [_counted("hpv", "1"), _counted("menb", "2")],
    "indicators.csv": [_counting("hpv"), _counting("menb")],
    "code_systems.csv": [
        {"system": "http://snomed.info/sct", "match": "exact", "reads_as": "snomed", "source": "s"},
        {"system": "http://read.info/readv2", "match": "exact", "reads_as": "readv2", "source": "s"},
        {"system": "http://read.info/ctv3", "match": "exact", "reads_as": "ctv3", "source": "s"},
    ],
}


def one_row(file: str, cells: Mapping[str, str]) -> Row:
    """A row as a table gives it: no cell is missing, and it must be sound."""
    tables = small_tables({file: [cells]})
    assert tables.problems == (), tables.problems
    [row] = tables.rows(file)
    return row
