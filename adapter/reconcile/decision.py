"""A record's outcome with everything that led to it."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import msgspec
from msgspec import Struct

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
    history: int = 0
    """What it was decided together with: 63 bits of the patient's hash; below zero, of a record without a patient."""


PLACE_BITS = 16
"""So much of a history's code begins the ids of its decisions: where to look for one."""
HISTORY_BITS = 63
_ID_BYTES = 16
_JSON = msgspec.json.Encoder()


def decision_id(decision: Decision) -> str:
    """The id of what was decided, 32 hex digits: the same decision on another machine or in another run has the same.

    Four digits tell the place of its history; the others are the SHA-256 of a JSON array of all that was decided, each
    ground by its own digest (`ground_id`).
    """
    return id_bytes(decision).hex()


def id_bytes(decision: Decision) -> bytes:
    """The id as sixteen bytes."""
    record = decision.record
    said = _JSON.encode(
        (
            "decision",
            decision.outcome,
            decision.reason,
            decision.supporting,
            decision.practice,
            decision.programme,
            decision.indicator,
            decision.period,
            decision.occurred,
            decision.vaccination,
            (record.feed, record.system, record.value, record.version, record.sha256, record.pointer),
            [ground_id(ground) for ground in decision.grounds],
        )
    )
    place = place_of(decision.history).to_bytes(PLACE_BITS // 8, "big")
    return place + hashlib.sha256(said).digest()[: _ID_BYTES - len(place)]


def place_of(history: int) -> int:
    """The first bits of a history's code, with or without a patient."""
    return (history if history >= 0 else -1 - history) >> (HISTORY_BITS - PLACE_BITS)


@lru_cache(maxsize=200_000)
def ground_id(ground: Ground) -> str:
    """SHA-256 of the JSON array of its three texts, the first half, in hex."""
    return hashlib.sha256(_JSON.encode((ground.what, ground.says, ground.source))).hexdigest()[:32]
