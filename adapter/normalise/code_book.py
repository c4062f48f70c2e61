"""The code tables made ready for looking up: from one row to one value, from one code to its rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import cast

from adapter.normalise.code_entry import CodeEntry, CodeSystem, Dose, Form, Level, Role, Status
from adapter.normalise.table import Row
from adapter.normalise.tables import Tables

PROCEDURE_TABLES: dict[str, CodeSystem] = {"snomed.csv": "snomed", "read_v2.csv": "readv2", "ctv3.csv": "ctv3"}

Key = tuple[CodeSystem, str]


class CodeBook:
    """Every code that a table gives a meaning. A code with several rows has several periods, oldest first."""

    def __init__(self, tables: Tables) -> None:
        collected: dict[Key, list[CodeEntry]] = {}
        for entry in _entries(tables):
            collected.setdefault((entry.system, entry.code), []).append(entry)
        self.entries: dict[Key, tuple[CodeEntry, ...]] = {
            key: tuple(sorted(rows, key=_start)) for key, rows in sorted(collected.items())
        }

    def entry(self, system: CodeSystem, code: str, on: date | None = None) -> CodeEntry | None:
        """The row in force on that day; without one the last before it, since a code keeps its meaning, and else the
        first after it. Without a day, the newest."""
        rows = self.entries.get((system, code))
        if not rows:
            return None
        if on is None or len(rows) == 1:
            return rows[-1]
        begun = [row for row in rows if row.valid_from is None or row.valid_from <= on]
        return begun[-1] if begun else rows[0]


def _start(entry: CodeEntry) -> date:
    return entry.valid_from or date.min


def _entries(tables: Tables) -> Iterable[CodeEntry]:
    for file, system in PROCEDURE_TABLES.items():
        yield from (_procedure(row, system) for row in tables.rows(file))
    yield from (_product(row) for row in tables.rows("products.csv"))
    named_already = {(system, row["code"]) for file, system in PROCEDURE_TABLES.items() for row in tables.rows(file)}
    for row in tables.rows("context_codes.csv"):
        if (row["code_system"], row["code"]) not in named_already:
            yield _context(row)
    yield from (_description(row) for row in tables.rows("description_ids.csv") if row["role"] and not row["concept"])


def _dose(row: Row) -> Dose | None:
    dose = row["dose"]
    if dose == "booster":
        return "booster"
    return int(dose) if dose else None


def _procedure(row: Row, system: CodeSystem) -> CodeEntry:
    return CodeEntry(
        code=row["code"],
        system=system,
        term=row["term"],
        role=cast(Role, row["role"]),
        programmes=row.words("programmes"),
        dose=_dose(row),
        status=cast(Status, row["status"]),
        pregnancy=row.yes("pregnancy"),
        form=cast(Form, row["form"]) if row["form"] else None,
        order_only=row.yes("order_only"),
        replaced_by=row["replaced_by"],
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        note=row["note"],
        file=row.file,
        row=row.number,
    )


def _product(row: Row) -> CodeEntry:
    return CodeEntry(
        code=row["code"],
        system="snomed",
        term=row["term"],
        role="product",
        programmes=row.words("programmes"),
        level=cast(Level, row["level"]),
        status=cast(Status, row["status"]),
        form=cast(Form, row["form"]) if row["form"] else None,
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        note=row["note"],
        file=row.file,
        row=row.number,
    )


def _context(row: Row) -> CodeEntry:
    role: Role = "contraindicated" if row["context"] == "contraindicated-nasal-flu" else cast(Role, row["context"])
    return CodeEntry(
        code=row["code"],
        system=cast(CodeSystem, row["code_system"]),
        term=row["term"],
        role=role,
        programmes=row.words("programmes"),
        status=cast(Status, row["status"]),
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        note=row["note"],
        file=row.file,
        row=row.number,
    )


def _description(row: Row) -> CodeEntry:
    """A description id whose concept is not public: it carries its role and programmes itself."""
    return CodeEntry(
        code=row["description"],
        system="snomed",
        term=row["term"],
        role=cast(Role, row["role"]),
        programmes=row.words("programmes"),
        dose=_dose(row),
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        note=row["note"],
        file=row.file,
        row=row.number,
    )
