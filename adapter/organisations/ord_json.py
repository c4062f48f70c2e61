"""Organisation Reference Data as JSON: the fullest source, with dates, roles, relationships and successions.

`{"Organisation": {Name, Date[{Type, Start, End}], OrgId{extension = code}, orgRecordClass, refOnly?, Roles.Role[…],
Rels.Rel[…], Succs.Succ[…]}}` (ORD 2-0-0). `primaryRole` is absent, not false, on other roles; empty lists are absent;
`Status` is today's and not read.
"""

from __future__ import annotations

from typing import Any, Literal

from adapter.fhir.issue import Issue
from adapter.organisations import fields
from adapter.organisations.ods_code import OdsCode
from adapter.organisations.organisation import Relationship, Role, Succession
from adapter.organisations.period import Validity, read_date
from adapter.organisations.release import Entry


def read_organisation(record: dict[str, Any], place: str) -> Entry | Issue:
    """The whole of one record: it replaces everything that was known of its code. A skeleton kept for references
    (`refOnly`) speaks of its roles and dates only. `place` is where it stands in its file, for the issue.
    """
    code = OdsCode.read(fields.text(record, "OrgId", "extension"))
    if code is None:
        return Issue("value", place, "The record's OrgId.extension is no ODS code.")
    ref_only = fields.flag(record.get("refOnly"))
    try:
        return Entry(
            str(code),
            record_class=fields.text(record, "orgRecordClass"),
            ref_only=ref_only,
            changed=read_date(fields.text(record, "LastChangeDate")),
            validity=_validity(record),
            roles=tuple(_role(role) for role in fields.members(fields.member(record, "Roles").get("Role"))),
            relationships=None if ref_only else _relationships(record),
            successions=None if ref_only else _successions(record),
        )
    except ValueError:
        return Issue("value", place, "A date, role or target of the record cannot be read.")


def _validity(held: dict[str, Any]) -> Validity:
    found = {fields.text(dates, "Type"): dates for dates in fields.members(held.get("Date"))}
    return Validity(
        *(fields.period(found[name], "Start", "End") if name in found else None for name in ("Operational", "Legal"))
    )


def _role(role: dict[str, Any]) -> Role:
    code = fields.text(role, "id")
    if not code:
        raise ValueError("a role without its id")
    return Role(code, _validity(role), fields.text(role, "uniqueRoleId"), fields.flag(role.get("primaryRole")))


def _target(held: dict[str, Any]) -> str:
    return str(OdsCode(fields.text(held, "Target", "OrgId", "extension").upper()))


def _relationships(record: dict[str, Any]) -> tuple[Relationship, ...]:
    return tuple(
        Relationship(
            fields.text(held, "id"),
            _target(held),
            _validity(held),
            fields.text(held, "uniqueRelId"),
            fields.text(held, "Target", "PrimaryRoleId", "id"),
        )
        for held in fields.members(fields.member(record, "Rels").get("Rel"))
    )


def _successions(record: dict[str, Any]) -> tuple[Succession, ...]:
    return tuple(
        Succession(_kind(held), _target(held), _validity(held).deciding.start, fields.text(held, "uniqueSuccId"))
        for held in fields.members(fields.member(record, "Succs").get("Succ"))
    )


def _kind(held: dict[str, Any]) -> Literal["predecessor", "successor"]:
    kind = fields.text(held, "Type").lower()
    if kind == "predecessor":
        return "predecessor"
    if kind == "successor":
        return "successor"
    raise ValueError("neither predecessor nor successor")
