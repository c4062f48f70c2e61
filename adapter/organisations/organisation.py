"""One organisation of the directory: what it was called to do, when, and to whom it belonged.

No name, address or telephone number is kept: a practice may be named after a doctor, which is personal data.
Roles (`RO177`), relationships (`RE6`), instance numbers and record classes (`RC1` organisation, `RC2` site) are
those of the Organisation Data Service.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

from adapter.organisations.period import Validity


class Role(Struct, frozen=True, omit_defaults=True):
    """A role held over a time. `primary` is None where the source does not say (FHIR does not). A role that ends and
    starts again comes as two, with two instance numbers.
    """

    code: str
    validity: Validity = Validity()
    instance: str = ""
    primary: bool | None = None


class Relationship(Struct, frozen=True, omit_defaults=True):
    """From the organisation that holds it to `target`. `target_role` is the target's primary role where stated."""

    code: str
    target: str
    validity: Validity = Validity()
    instance: str = ""
    target_role: str = ""


class Succession(Struct, frozen=True, omit_defaults=True):
    """`target` came before (`predecessor`) or after (`successor`) the organisation that holds it. ODS gives one legal
    start date, no end, and one step only.
    """

    kind: Literal["predecessor", "successor"]
    target: str
    start: date | None = None
    instance: str = ""


class Organisation(Struct, frozen=True, omit_defaults=True):
    """All that the directory knows of one code. `validity` is None where no source gave the record's own dates.

    `ref_only` marks a skeleton that ODS keeps for references: its roles and dates are believed, nothing else.
    """

    code: str
    record_class: str = ""
    ref_only: bool = False
    validity: Validity | None = None
    roles: tuple[Role, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    successions: tuple[Succession, ...] = ()
