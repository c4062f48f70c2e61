"""A person's verdict on who gave one vaccination, after looking at the patient record."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Verdict = Literal["given-by-practice", "given-elsewhere"]


class Review(Struct, frozen=True):
    """Kept by claimant and record, so that it outlives re-runs and new twins. `when` is UTC, ISO 8601."""

    practice: str
    feed: str
    system: str
    value: str
    verdict: Verdict
    who: str
    when: str
    note: str
