"""What the mapping tables say about one code, and what that makes of a coding as sent."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

CodeSystem = Literal["snomed", "readv2", "ctv3"]
Role = Literal[
    "given",
    "given-elsewhere",
    "not-done",
    "declined",
    "contraindicated",
    "requires",
    "degraded",
    "product",
    "target-disease",
    "pregnancy",
    "at-risk",
    "hierarchy",
    "refset",
    "unlabelled",
]
ContextRole = Literal["pregnancy", "at-risk", "contraindicated-nasal-flu"]
ClusterRole = Literal[
    "none", "product", "pregnancy", "given", "given-elsewhere", "not-done", "declined", "contraindicated"
]
"""What membership of a reference set's cluster makes of a code; `none` for a cluster that proves nothing."""
Level = Literal["", "AMP", "AMPP", "VMP", "VMPP", "TF"]
Status = Literal["active", "inactive", "retired", "unknown"]
Form = Literal["nasal", "injected"]
Dose = int | Literal["booster"]
Kind = Literal[
    "sound",
    "unlisted",
    "check-digit",
    "mangled",
    "not-an-id",
    "description",
    "degraded",
    "null-flavour",
    "other-system",
]
RowRef = str
"""A table row as text: its file in `mappings/`, a colon, its line number there (the header is line 1)."""


def row_ref(file: str, row: int) -> RowRef:
    return f"{file}:{row}"


class CodeEntry(Struct, frozen=True):
    """One row of a code table. Where rows leave something open they leave it empty: nothing is read from terms."""

    code: str
    """As the table has it: a SNOMED id, or a five-byte Read code. A description id where no concept is public."""
    system: CodeSystem
    term: str
    role: Role
    programmes: frozenset[str]
    """Fine programme keys. Empty: a vaccine outside all programmes, or a code that names no vaccine."""
    dose: Dose | None = None
    level: Level = ""
    status: Status = "unknown"
    pregnancy: bool = False
    """The code itself says that the patient was pregnant."""
    form: Form | None = None
    """Influenza only: how the vaccine was given, where the code tells."""
    order_only: bool = False
    """An earlier vaccine whose doses order a course but are no dose of the vaccine that is paid (5-in-1)."""
    replaced_by: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    """The last day on which it was in use. A code keeps its meaning afterwards."""
    source: str = ""
    open: str = ""
    note: str = ""
    file: str = ""
    row: int = 0

    @property
    def retired(self) -> bool:
        """Withdrawn since: it means what it meant, and a record that carries it shows so."""
        return self.status in ("retired", "inactive")

    @property
    def ref(self) -> RowRef:
        return row_ref(self.file, self.row)


class Meaning(Struct, frozen=True):
    """What one coding as sent turned out to be.

    kind            what it says
    sound           the code is in the tables: see `entry`
    degraded        a code that lost its meaning in a transfer (`entry` is its row)
    unlisted        a well-formed id or Read code that no table has: it names nothing that we count
    check-digit     its check digit fails
    mangled         rounded by a spreadsheet or a float, whether or not the check digit happens to pass
    not-an-id       no identifier of its system at all
    description     a SNOMED description id that the tables map to neither a concept nor a role
    null-flavour    the sender says that it has no code
    other-system    a code system that is not read here

    `concept` is the SNOMED concept (also where a description id led to it) or the five-byte Read code; "" where
    there is none. `rows` are the table rows that decided.
    """

    kind: Kind
    entry: CodeEntry | None = None
    concept: str = ""
    rows: tuple[RowRef, ...] = ()

    @property
    def usable(self) -> bool:
        """It says something that can be believed, if only that it is none of ours."""
        return self.kind in ("sound", "unlisted")
