"""One thing of a delivery, made ready to be filed by whoever read it: nothing is left to encode, hash or look at.

A docket is what travels from a worker to the one writer, so it holds plain values only.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from adapter.fhir.issue import Issue
from adapter.fhir.statement import SourceOrder, Statement, Withdrawal
from adapter.reconcile.versions import Version

Kind = Literal["statement", "delete", "fault"]

_STATEMENT = msgspec.json.Decoder(Statement)
_WITHDRAWAL = msgspec.json.Decoder(Withdrawal)
_ISSUES = msgspec.json.Decoder(tuple[Issue, ...])


class Docket(Struct, frozen=True, array_like=True):
    """`pointer`, `start`, `length` and `sha256` are of its `Place`; `text` is the JSON of what it says, or of the
    issues of a fault. `own` are the names that it makes its record known by, `sought` those under which that may be
    known already (see `naming`); `bundle` is the pointer of the Bundle that it came in.
    """

    kind: Kind
    pointer: str
    start: int
    length: int
    sha256: bytes
    text: str
    own: tuple[bytes, ...] = ()
    sought: tuple[bytes, ...] = ()
    patient: bytes | None = None
    in_error: bool = False
    order_version: int | None = None
    order_updated: str = ""
    order_history: int | None = None
    bundle: str = ""

    @property
    def said(self) -> Statement | Withdrawal:
        """Of a fault there is none."""
        return statement(self.text) if self.kind == "statement" else _WITHDRAWAL.decode(self.text)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Of a fault."""
        return _ISSUES.decode(self.text)

    def version(self, sequence: int, delivery: int) -> Version:
        """What it is among the versions of its record, kept under a number, in a delivery."""
        order = SourceOrder(self.order_version, self.order_updated, self.order_history)
        kind: Literal["statement", "delete"] = "statement" if self.kind == "statement" else "delete"
        return Version(sequence, kind, order, f"{delivery}:{self.bundle}", self.in_error)


def statement(text: str) -> Statement:
    """From its JSON."""
    return _STATEMENT.decode(text)
