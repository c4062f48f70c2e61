"""A record's outcome with everything that led to it."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from adapter.digest import short_id
from adapter.reasons import Outcome, Reason


class RecordRef(Struct, frozen=True, order=True):
    """The record version that was decided; `system` is None where the source sent no identifier."""

    feed: str
    system: str | None
    value: str
    version: int
    sha256: str
    pointer: str


class Ground(Struct, frozen=True):
    """One thing that the decision rests on: `what` names it (performer, location, code, twin, age, ...), `says` is a
    plain sentence without patient data, `source` names the row of a table or the directory that says so.
    """

    what: str
    says: str
    source: str = ""


class Decision(Struct, frozen=True):
    """A record's outcome. Unknown practice, programme, indicator, period and date are None.

    `practice` is the claimant; `programme` a public key; `period` `YYYY-MM`; `occurred` the Europe/London date;
    `vaccination` the id of the linked records, the same on every machine.
    """

    outcome: Outcome
    reason: Reason
    supporting: tuple[Reason, ...]
    practice: str | None
    programme: str | None
    indicator: str | None
    period: str | None
    occurred: str | None
    vaccination: str
    record: RecordRef
    grounds: tuple[Ground, ...] = ()
    sequence: int = 0
    """The store's number of the record version: the way back to its bytes, not part of the decision's id."""


def decision_id(decision: Decision) -> str:
    """The id of what was decided: the same decision on another machine or in another run has the same id."""
    body = msgspec.structs.replace(decision, sequence=0)
    return short_id("decision", body)
