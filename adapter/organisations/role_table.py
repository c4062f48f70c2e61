"""What each ODS role means for attribution: the values of `mappings/organisation_roles.csv`."""

from __future__ import annotations

import csv
import io
import re
from typing import Literal, get_args

from msgspec import Struct

from adapter.fhir.issue import Issue

RoleKind = Literal[
    "cost-centre",
    "gp-practice",
    "branch",
    "trust",
    "site",
    "other-provider",
    "commissioner",
    "care-home",
    "vaccination-centre",
    "plain",
]
_COLUMNS = ["role", "kind", "primary", "source", "open", "note"]
_ROLE = re.compile(r"RO[0-9]{1,4}", re.ASCII)


class RoleMeaning(Struct, frozen=True):
    """`primary` is what ODS says of the role in general, for sources that do not state it of a record."""

    role: str
    kind: RoleKind
    primary: bool | None = None


def read_roles(content: bytes) -> tuple[RoleMeaning, ...] | tuple[Issue, ...]:
    """The table, in its order: where a source does not say which role is primary, an earlier row goes first.

    A row without a role is an open question, kept for its note and left out here. Any fault gives Issues instead of
    the table, each with the row's number, since half a table would decide wrongly.
    """
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return (Issue("structure", "", "organisation_roles.csv is not comma-separated UTF-8 text."),)
    if not rows or rows[0] != _COLUMNS:
        return (Issue("structure", "", f"organisation_roles.csv needs the header {','.join(_COLUMNS)}."),)
    meanings: list[RoleMeaning] = []
    issues: list[Issue] = []
    for number, row in enumerate(rows[1:], start=2):
        fault = _fault(row, {meaning.role for meaning in meanings})
        if fault:
            issues.append(Issue("value", f"row {number}", fault))
        elif row[0]:
            primary = {"yes": True, "no": False}.get(row[2])
            meanings.append(RoleMeaning(row[0], row[1], primary))  # type: ignore[arg-type]  # checked by _fault
    return tuple(issues) or tuple(meanings)


def open_roles(content: bytes) -> tuple[tuple[int, str, str], ...]:
    """(line, role or kind, what is not public about it) of each open row; the table must be sound."""
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return tuple(
        (number, row["role"] or row["kind"], row["open"]) for number, row in enumerate(rows, start=2) if row["open"]
    )


def _fault(row: list[str], seen: set[str]) -> str:
    if len(row) != len(_COLUMNS):
        return f"The row has {len(row)} cells, the header {len(_COLUMNS)}."
    role, kind, primary = row[:3]
    if role and _ROLE.fullmatch(role) is None:
        return "A role is RO and a number."
    if role in seen:
        return "The role stands in an earlier row already."
    if kind not in get_args(RoleKind):
        return f"The kind is none of {', '.join(get_args(RoleKind))}."
    if primary not in ("yes", "no", ""):
        return "Primary is yes, no or empty."
    return ""
