"""One thing of a delivery as it is about to be kept: a statement, a delete, or what cannot be taken."""

from __future__ import annotations

from msgspec import Struct

from adapter.fhir.issue import Issue
from adapter.fhir.statement import Statement, Withdrawal
from adapter.store.batch import Place


class Arrival(Struct, frozen=True):
    """`said` is None exactly where there are issues. `bundle` is the pointer of the Bundle that it came in."""

    place: Place
    said: Statement | Withdrawal | None = None
    issues: tuple[Issue, ...] = ()
    bundle: str = ""
