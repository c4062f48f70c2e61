"""What one record of the directory was on a day, seen for itself: open or not, which roles, whose.

Periods sit on the record, its roles and its relationships separately, and each is read on its own. `Status` and
`active` say what is true today and are never read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Literal

from adapter.organisations.ods_code import OdsCode
from adapter.organisations.organisation import Organisation, Relationship, Role
from adapter.organisations.period import Period
from adapter.organisations.role_table import RoleKind, RoleMeaning

Being = Literal["practice", "branch", "site", "commissioner", "care-home", "other-provider", "unknown"]
_OPERATED_BY = "RE6"
_SITE_CLASS = "RC2"


def lifetime(organisation: Organisation) -> Period | None:
    """The record's own dates, else those that its roles span; None where nothing is dated or held at all."""
    if organisation.validity is not None:
        return organisation.validity.deciding
    if not organisation.roles:
        return None
    periods = [role.validity.deciding for role in organisation.roles]
    starts = [period.start for period in periods if period.start]
    ends = [period.end for period in periods if period.end]
    return Period(
        min(starts) if len(starts) == len(periods) else None,
        max(ends) if len(ends) == len(periods) else None,
    )


def is_open(organisation: Organisation, on: date) -> bool:
    """Whether the record was in being on the day."""
    period = lifetime(organisation)
    return period is not None and period.holds(on)


def roles_on(organisation: Organisation, on: date) -> tuple[Role, ...]:
    """The roles in force."""
    return tuple(role for role in organisation.roles if role.validity.deciding.holds(on))


def is_operator(relationship: Relationship) -> bool:
    """Whether the relationship is IS OPERATED BY. From a practice it leads to its commissioner and is not climbed."""
    return relationship.code == _OPERATED_BY


def operators_on(organisation: Organisation, on: date) -> tuple[Relationship, ...]:
    """The relationships IS OPERATED BY in force, one for each operator."""
    in_force = {
        relationship.target: relationship
        for relationship in organisation.relationships
        if is_operator(relationship) and relationship.validity.deciding.holds(on)
    }
    return tuple(in_force[target] for target in sorted(in_force))


class RoleReading:
    """Roles seen through the role table: which is primary, and what a record is because of them."""

    def __init__(self, meanings: tuple[RoleMeaning, ...]) -> None:
        self._meanings: Mapping[str, RoleMeaning] = {meaning.role: meaning for meaning in meanings}
        self._rank = {meaning.role: place for place, meaning in enumerate(meanings)}

    def being(self, organisation: Organisation, on: date) -> tuple[Being, Role | None]:
        """What the record is on the day, and the role that says so. An organisation whose roles the table does not
        know is some provider or other, but never a practice; one without any role in force is unknown.
        """
        in_force = sorted(roles_on(organisation, on), key=self._precedence)
        for role in in_force:
            kind = self._kind(role)
            if kind == "cost-centre":
                return ("practice" if self._gp_practice(organisation, on) else "other-provider"), role
            if kind in ("branch", "site", "commissioner", "care-home"):
                return kind, role
            if kind in ("trust", "other-provider"):
                return "other-provider", role
        if OdsCode(organisation.code).looks_like_care_home:
            return "care-home", in_force[0] if in_force else None
        if not any(self._kind(role) in (None, "vaccination-centre") for role in in_force):
            return "unknown", None
        is_site = organisation.record_class == _SITE_CLASS
        return ("site" if is_site else "other-provider"), in_force[0]

    def ever_trust(self, organisation: Organisation) -> bool:
        """Whether it is, or once was, an NHS trust."""
        return any(self._kind(role) == "trust" for role in organisation.roles)

    def is_trust_site(self, organisation: Organisation, on: date) -> bool:
        """Whether its role is that of an NHS trust's site."""
        return any(self._kind(role) == "site" for role in roles_on(organisation, on))

    def stated_trust(self, role: str) -> bool:
        """Whether a relationship names its target's primary role as that of a trust."""
        meaning = self._meanings.get(role)
        return meaning is not None and meaning.kind == "trust"

    def plainly_a_site(self, organisation: Organisation, on: date) -> bool:
        """Whether the roles say branch or site and nothing besides. Any further role may mark a vaccination centre
        that a primary care network runs under its lead practice's name: the role's number is not public, so every
        one that the table does not call plain counts (an inference, to the side of asking).
        """
        kinds = {self._kind(role) for role in roles_on(organisation, on)}
        return kinds <= {"branch", "site", "plain"}

    def practice_role(self, organisation: Organisation, on: date) -> Role | None:
        """The role GP PRACTICE that makes the record a practice on the day, if it is one."""
        return self._gp_practice(organisation, on)

    def _gp_practice(self, organisation: Organisation, on: date) -> Role | None:
        """RO76 in force. RO76 was introduced in 2014, years after most practices: for a day before the first one
        began, RO177 is enough on a record that carries RO76 last (an inference of the domain's source).
        """
        marks = [role for role in organisation.roles if self._kind(role) == "gp-practice"]
        for role in marks:
            if role.validity.deciding.holds(on):
                return role
        if not marks or not all(role.validity.deciding.before(on) for role in marks):
            return None
        end = lifetime(organisation)
        last = end.end if end else None
        for role in marks:
            mark_end = role.validity.deciding.end
            if mark_end is None or (last is not None and mark_end >= last):
                return role
        return None

    def _kind(self, role: Role) -> RoleKind | None:
        meaning = self._meanings.get(role.code)
        return meaning.kind if meaning else None

    def _precedence(self, role: Role) -> tuple[int, int, str, str]:
        """The primary role first: as the record states it, else as the table does, else in the table's order."""
        meaning = self._meanings.get(role.code)
        primary = role.primary if role.primary is not None else (meaning.primary if meaning else None)
        order = {True: 0, None: 1, False: 2}[primary]
        return (order, self._rank.get(role.code, len(self._rank)), role.code, role.instance)
