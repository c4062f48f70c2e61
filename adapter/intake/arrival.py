"""One thing of a delivery as it was read: a statement, a delete, or what cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from adapter.fhir.issue import Issue
from adapter.fhir.statement import Statement, Withdrawal
from adapter.store.docket import Docket, Sheaf
from adapter.store.form import parted
from adapter.store.naming import names

_TEXT = msgspec.json.Encoder(order="deterministic")


class Place(Struct, frozen=True, gc=False):
    """Where a resource lies in its delivery: JSON pointer, byte span of the content, SHA-256 of the bytes."""

    pointer: str
    start: int
    length: int
    sha256: bytes


class Arrival(Struct, frozen=True, gc=False):
    """`said` is None exactly where there are issues. `bundle` is the pointer of the Bundle that it came in; `text` and
    `form` are what is said as it is kept, if somebody has written it already.
    """

    place: Place
    said: Statement | Withdrawal | None = None
    issues: tuple[Issue, ...] = ()
    bundle: str = ""
    text: str = ""
    form: str = ""


def arrived(
    place: Place, said: Statement | Withdrawal, bundle: str, written: dict[tuple[str, ...], str] | None = None
) -> Arrival:
    """What was read, written as it is kept (`written`: see `form`). Raises where that cannot be done."""
    parts = parted(said, written) if isinstance(said, Statement) else None
    if parts is None:
        return Arrival(place, said, (), bundle, _TEXT.encode(said).decode())
    return Arrival(place, said, (), bundle, parts.values, parts.form)


def sheaf(arrivals: Iterable[Arrival], feed: str, context: int = 0) -> Sheaf:
    """Ready to be filed as parts of a feed."""
    forms: dict[str, int] = {}
    dockets = [_docket(each, feed, forms) for each in arrivals]
    return Sheaf(dockets, list(forms), context)


def _docket(arrival: Arrival, feed: str, forms: dict[str, int]) -> Docket:
    place, said = arrival.place, arrival.said
    if said is None:
        issues = _TEXT.encode(arrival.issues).decode()
        return Docket("fault", place.pointer, place.start, place.length, place.sha256, issues)
    own, sought = names(feed, said)
    order, patient, in_error = said.order, None, False
    if isinstance(said, Statement):
        patient = bytes.fromhex(said.patient) or None
        in_error = said.status == "entered-in-error"
    return Docket(
        "statement" if isinstance(said, Statement) else "delete",
        place.pointer,
        place.start,
        place.length,
        place.sha256,
        arrival.text,
        forms.setdefault(arrival.form, len(forms)) if arrival.form else -1,
        own,
        sought,
        patient,
        in_error,
        order.version,
        order.updated,
        order.history,
        arrival.bundle,
    )
