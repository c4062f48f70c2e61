"""One thing of a delivery, made ready to be filed by whoever read it: nothing is left to encode, hash or look at.

A docket is what travels from a worker to the one writer, so it holds plain values only.
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct

from adapter.fhir.statement import SourceOrder, Statement, Withdrawal
from adapter.reconcile.versions import Version
from adapter.store.form import form_of, joined

Kind = Literal["statement", "delete", "fault"]

_STATEMENT = msgspec.json.Decoder(Statement)
_WITHDRAWAL = msgspec.json.Decoder(Withdrawal)


class Docket(Struct, frozen=True, array_like=True, gc=False):
    """`pointer`, `start`, `length` and `sha256` are of its `Place`; `text` is the JSON of what it says, or of the
    issues of a fault; of what is said in a `form` of its sheaf, the values. `own` are the names that it makes its
    record known by, `sought` those under which that may be known already (see `naming`); `bundle` is the pointer of
    the Bundle that it came in.
    """

    kind: Kind
    pointer: str
    start: int
    length: int
    sha256: bytes
    text: str
    form: int = -1
    own: tuple[bytes, ...] = ()
    sought: tuple[bytes, ...] = ()
    patient: bytes | None = None
    in_error: bool = False
    order_version: int | None = None
    order_updated: str = ""
    order_history: int | None = None
    bundle: str = ""

    @property
    def order(self) -> SourceOrder:
        """Where the source puts it among the versions of its record."""
        return SourceOrder(self.order_version, self.order_updated, self.order_history)

    def version(self, sequence: int, delivery: int) -> Version:
        """What it is among the versions of its record, kept under a number, in a delivery."""
        kind: Literal["statement", "delete"] = "statement" if self.kind == "statement" else "delete"
        return Version(sequence, kind, self.order, f"{delivery}:{self.bundle}", self.in_error)


class Sheaf(Struct, frozen=True, array_like=True):
    """Dockets in their order, and the forms of what they say, each once. `context` counts the resources that only
    stand beside them.
    """

    dockets: list[Docket]
    forms: list[str]
    context: int = 0

    def said(self, docket: Docket) -> Statement | Withdrawal:
        """Of a fault there is none."""
        if docket.kind == "delete":
            return _WITHDRAWAL.decode(docket.text)
        if docket.form < 0:
            return _STATEMENT.decode(docket.text)
        patient = docket.patient.hex() if docket.patient else ""
        return joined(form_of(self.forms[docket.form]), docket.text, patient, docket.order)
