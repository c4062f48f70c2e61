"""One thing of a delivery as it was read: a statement, a delete, or what cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from adapter.fhir.issue import Issue
from adapter.fhir.statement import Statement, Withdrawal
from adapter.store.docket import Docket
from adapter.store.naming import names
from adapter.store.tables import PATIENT_BYTES

_TEXT = msgspec.json.Encoder(order="deterministic")


class Place(Struct, frozen=True):
    """Where a resource lies in its delivery: JSON pointer, byte span of the content, SHA-256 of the bytes."""

    pointer: str
    start: int
    length: int
    sha256: bytes


class Arrival(Struct, frozen=True):
    """`said` is None exactly where there are issues. `bundle` is the pointer of the Bundle that it came in; `text` is
    the JSON of what is said, if somebody has encoded it already.
    """

    place: Place
    said: Statement | Withdrawal | None = None
    issues: tuple[Issue, ...] = ()
    bundle: str = ""
    text: bytes = b""

    def docket(self, feed: str) -> Docket:
        """Ready to be filed as a part of this feed."""
        place, said = self.place, self.said
        if said is None:
            return fault(place, self.issues)
        own, sought = names(feed, said)
        order, patient, in_error = said.order, None, False
        if isinstance(said, Statement):
            patient = bytes.fromhex(said.patient)[:PATIENT_BYTES] if said.patient else None
            in_error = said.status == "entered-in-error"
        return Docket(
            "statement" if isinstance(said, Statement) else "delete",
            place.pointer,
            place.start,
            place.length,
            place.sha256,
            (self.text or encoded(said)).decode(),
            own,
            sought,
            patient,
            in_error,
            order.version,
            order.updated,
            order.history,
            self.bundle,
        )


def encoded(said: Statement | Withdrawal) -> bytes:
    """As it is kept."""
    return _TEXT.encode(said)


def fault(place: Place, issues: Iterable[Issue]) -> Docket:
    """What cannot be taken, with every reason, ready to be filed."""
    text = _TEXT.encode(tuple(issues)).decode()
    return Docket("fault", place.pointer, place.start, place.length, place.sha256, text)
