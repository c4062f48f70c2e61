"""The files of `mappings/`: what columns each has, and how the folder is read as a whole."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import get_args

from msgspec import Struct

from adapter.normalise.code_entry import ClusterRole, CodeSystem, ContextRole, Form, Level, Role, Status
from adapter.normalise.identifier_system import BirthKind
from adapter.normalise.indicator import AgeOn, AgePeriod, Pregnancy
from adapter.normalise.table import CellCheck, Column, Problem, Row, Table, read_table


def _one_of(*words: str) -> CellCheck:
    allowed = sorted(words)
    return lambda cell: None if cell in allowed else f"must be one of {', '.join(allowed)}"


def _pattern(shape: str, fault: str) -> CellCheck:
    compiled = re.compile(shape, re.ASCII)
    return lambda cell: None if compiled.fullmatch(cell) else fault


def _day(cell: str) -> str | None:
    try:
        date.fromisoformat(cell)
    except ValueError:
        return "must be a date such as 2024-09-01"
    return None if len(cell) == 10 else "must be a date such as 2024-09-01"


def _age(cell: str) -> str | None:
    return None if AgePeriod.parse(cell) else "must be an age such as 56d, 8w, 2y or 3y4m"


_YES_NO = _one_of("yes", "no")
_KEY = _pattern(r"[a-z0-9]+(-[a-z0-9]+)*", "must be a key of lower-case words and hyphens")
_NUMBER = _pattern(r"[1-9][0-9]{0,4}", "must be a whole number from 1")
_DOSE = _pattern(r"[1-9]|booster", "must be a dose number or booster")
_MONTH = _pattern(r"[1-9]|1[0-2]", "must be a month number from 1 to 12")
_PERIOD = _pattern(r"[0-9]{4}-(0[1-9]|1[0-2])", "must be a month such as 2024-09")
_ODS = _pattern(r"[A-Z0-9]{1,12}", "must be an organisation code: capital letters and digits")
_AMOUNT = _pattern(r"[0-9]+\.[0-9]{2}", "must be pounds and pence such as 10.06")

_LINEAGE = (
    Column("source", required=True),
    Column("from", check=_day),
    Column("to", check=_day),
    Column("open"),
    Column("note"),
)
"""Every table ends so. `from` and `to` are inclusive and open where empty; `open` says which public fact is missing."""

_CODE = (
    Column("code", required=True),
    Column("term"),
    Column("role", required=True, check=_one_of(*get_args(Role))),
    Column("programmes", check=_KEY, many=True),
    Column("dose", check=_DOSE),
    Column("pregnancy", check=_YES_NO),
    Column("form", check=_one_of(*get_args(Form))),
    Column("order_only", check=_YES_NO),
    Column("status", required=True, check=_one_of(*get_args(Status))),
    Column("replaced_by"),
    *_LINEAGE,
)

COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "clusters.csv": (
        Column("cluster", required=True, check=_pattern(r"[A-Z0-9]+(_[A-Z0-9]+)*", "must be a cluster id")),
        Column("role", required=True, check=_one_of(*get_args(ClusterRole))),
        Column("programmes", check=_KEY, many=True),
        Column("form", check=_one_of(*get_args(Form))),
        *_LINEAGE,
    ),
    "code_systems.csv": (
        Column("system", required=True),
        Column("match", required=True, check=_one_of("exact", "prefix")),
        Column("reads_as", required=True, check=_one_of(*get_args(CodeSystem), "null-flavour", "other")),
        *_LINEAGE,
    ),
    "context_codes.csv": (
        Column("code_system", required=True, check=_one_of(*get_args(CodeSystem))),
        Column("code", required=True),
        Column("term", required=True),
        Column("context", required=True, check=_one_of(*get_args(ContextRole))),
        Column("programmes", required=True, check=_KEY, many=True),
        Column("status", required=True, check=_one_of(*get_args(Status))),
        *_LINEAGE,
    ),
    "ctv3.csv": _CODE,
    "description_ids.csv": (
        Column("description", required=True),
        Column("term"),
        Column("concept"),
        Column("role", check=_one_of(*get_args(Role))),
        Column("programmes", check=_KEY, many=True),
        Column("dose", check=_DOSE),
        *_LINEAGE,
    ),
    "fees.csv": (
        Column("programme", required=True, check=_KEY),
        Column("pounds", required=True, check=_AMOUNT),
        *_LINEAGE,
    ),
    "holds.csv": (
        Column("programme", required=True, check=_KEY),
        Column("threshold", required=True, check=_NUMBER),
        *_LINEAGE,
    ),
    "identifier_systems.csv": (
        Column("system", required=True),
        Column("match", required=True, check=_one_of("exact", "prefix")),
        Column("born", required=True, check=_one_of(*get_args(BirthKind))),
        Column("practice_follows", required=True, check=_YES_NO),
        *_LINEAGE,
    ),
    "incidents.csv": (
        Column("incident", required=True, check=_KEY),
        Column("programme", required=True, check=_KEY),
        Column("period", required=True, check=_PERIOD),
        Column("state", required=True, check=_one_of("open", "closed")),
        *_LINEAGE,
    ),
    "indicators.csv": (
        Column("indicator", required=True, check=_pattern(r"[A-Z0-9]+(-[A-Z0-9]+)*", "must be an indicator id")),
        Column("programmes", required=True, check=_KEY, many=True),
        Column("title", required=True),
        Column("dose", required=True, check=_pattern(r"[1-9]|booster|any", "must be a dose number, booster or any")),
        Column("dose_before", check=_NUMBER),
        Column("age_from", check=_age),
        Column("age_to", check=_age),
        Column("age_on", required=True, check=_one_of(*get_args(AgeOn))),
        Column("min_interval_days", check=_NUMBER),
        Column("first_dose_before", check=_age),
        Column("months", check=_MONTH, many=True),
        Column("seasonal_course", required=True, check=_YES_NO),
        Column("once_per_financial_year", required=True, check=_YES_NO),
        Column("incomplete_below", check=_NUMBER),
        Column("history_of", check=_KEY, many=True),
        Column("sex", check=_one_of("female")),
        Column("pregnancy", required=True, check=_one_of(*get_args(Pregnancy), "no")),
        Column("at_risk", required=True, check=_YES_NO),
        Column("form", check=_one_of(*get_args(Form))),
        Column("nasal_contraindicated", required=True, check=_YES_NO),
        Column("counts", required=True, check=_one_of("doses", "patients")),
        Column("evaluable", required=True, check=_YES_NO),
        Column("entry", check=_one_of("automatic", "manual")),
        Column("local", required=True, check=_YES_NO),
        *_LINEAGE,
    ),
    "left_out.csv": (
        Column("table", required=True),
        Column("value", required=True),
        Column("reason", required=True),
        *_LINEAGE,
    ),
    "mangled_codes.csv": (
        Column("code", required=True),
        Column(
            "category",
            required=True,
            check=_one_of("check-digit", "excel", "excel-passes", "number", "not-an-id", "partition"),
        ),
        Column("meant", many=True),
        *_LINEAGE,
    ),
    "mislabelled_codes.csv": (
        Column("code", required=True),
        Column("mistake", required=True),
        *_LINEAGE,
    ),
    "not_providers.csv": (
        Column("code", required=True, check=_ODS),
        Column("kind", required=True, check=_one_of("supplier", "placeholder", "region")),
        Column("name", required=True),
        *_LINEAGE,
    ),
    "null_flavours.csv": (Column("code", required=True), Column("meaning", required=True), *_LINEAGE),
    "products.csv": (
        Column("code", required=True),
        Column("term", required=True),
        Column("level", check=_one_of(*(level for level in get_args(Level) if level))),
        Column("programmes", check=_KEY, many=True),
        Column("form", check=_one_of(*get_args(Form))),
        Column("pack_of"),
        Column("status", required=True, check=_one_of(*get_args(Status))),
        *_LINEAGE,
    ),
    "programmes.csv": (
        Column("programme", required=True, check=_KEY),
        Column("public", check=_KEY),
        Column("service"),
        Column("counted", required=True, check=_YES_NO),
        Column("priority", required=True, check=_NUMBER),
        *_LINEAGE,
    ),
    "read_v2.csv": _CODE,
    "routes.csv": (
        Column("system", required=True),
        Column("code", required=True),
        Column("term", required=True),
        Column("form", required=True, check=_one_of(*get_args(Form))),
        *_LINEAGE,
    ),
    "snomed.csv": _CODE,
    "sub_contractors.csv": (
        Column("practice", required=True, check=_ODS),
        Column("provider", required=True, check=_ODS),
        Column("programme", required=True, check=_KEY),
        *_LINEAGE,
    ),
    "target_diseases.csv": (
        Column("diseases", required=True),
        Column("vaccine_type", required=True),
        Column("programmes", required=True, check=_KEY, many=True),
        Column("order_only", required=True, check=_YES_NO),
        *_LINEAGE,
    ),
}

READ_ELSEWHERE = frozenset({"organisation_roles.csv"})
"""Tables that another package reads and checks: they belong to the rule set's digest all the same."""


class Tables(Struct, frozen=True):
    """Every table of the folder by file name."""

    tables: dict[str, Table]
    problems: tuple[Problem, ...] = ()

    def rows(self, file: str) -> tuple[Row, ...]:
        """None for a table whose file is missing, which is a problem by itself. KeyError where there is no such table:
        a name mistyped must not read as a table without rules."""
        if file not in self.tables and file not in COLUMNS:
            raise KeyError(file)
        table = self.tables.get(file)
        return table.rows if table else ()

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of each file's bytes, by file name, sorted."""
        return {name: self.tables[name].digest for name in sorted(self.tables)}

    @property
    def digest(self) -> str:
        """One SHA-256 for the whole rule set: over `name NUL digest LF` of every file, sorted by name."""
        lines = (f"{name}\0{digest}\n" for name, digest in self.digests.items())
        return hashlib.sha256("".join(lines).encode()).hexdigest()


def mappings_folder() -> Path:
    """Where the tables lie: inside an installed package, else beside it in the repository."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "_data" / "mappings"
    return installed if installed.is_dir() else package.parent / "mappings"


def read_tables(files: Mapping[str, bytes]) -> Tables:
    """The tables in these files. A missing or an unknown file is a problem; each line that is wrong is one."""
    tables = {name: read_table(name, files[name], COLUMNS[name]) for name in sorted(files) if name in COLUMNS}
    for name in sorted(READ_ELSEWHERE & files.keys()):
        tables[name] = Table(name, hashlib.sha256(files[name]).hexdigest(), ())
    problems = [problem for table in tables.values() for problem in table.problems]
    problems += [Problem(name, 0, "", "The file is missing.") for name in COLUMNS if name not in files]
    problems += [Problem(name, 0, "", "No table of this name is known.") for name in files if name not in tables]
    return Tables(tables, tuple(sorted(problems)))


def read_folder(folder: Path) -> dict[str, bytes]:
    """The bytes of every CSV file in the folder, by name. Raises OSError where the folder cannot be read."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.suffix == ".csv"}
