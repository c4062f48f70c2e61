"""Which version of a record is the newest, and whether the record is live.

Newest is by the source's own order where it states one: `meta.versionId` as a number, then `meta.lastUpdated`,
then the order of a history Bundle (newest first); else by arrival. A delete does not raise the version number
in the national API, so it is ordered by time first, and after a version of its own number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeVar

from msgspec import Struct

from adapter.fhir.statement import SourceOrder

Ordered = TypeVar("Ordered", str, int)


class Version(Struct, frozen=True):
    """One arrival: a statement or a delete. `sequence` grows with arrival; `bundle` tells which history Bundle a
    position belongs to (delivery and pointer of the Bundle), since positions compare within one Bundle only.
    """

    sequence: int
    kind: Literal["statement", "delete"]
    order: SourceOrder
    bundle: str = ""
    entered_in_error: bool = False


class Standing(Struct, frozen=True):
    """`newest` is the newest statement (not a delete), `number` its place among the statements, from 1."""

    newest: Version
    number: int
    withdrawn: bool


def standing(versions: Iterable[Version]) -> Standing | None:
    """The state of a record; None where nothing but deletes has arrived, since nothing was ever said."""
    ordered = in_source_order(versions)
    statements = [version for version in ordered if version.kind == "statement"]
    if not statements:
        return None
    newest = statements[-1]
    return Standing(newest, len(statements), ordered[-1].kind == "delete" or newest.entered_in_error)


def in_source_order(versions: Iterable[Version]) -> list[Version]:
    """Oldest first. In order of arrival each takes its place before the first that the source calls newer, else the
    last: what states no order acts on what had arrived before it, and a late old version never passes a newer one.
    """
    ordered: list[Version] = []
    for version in sorted(versions, key=lambda version: version.sequence):
        place = next((at for at, other in enumerate(ordered) if _stated(version, other) < 0), len(ordered))
        ordered.insert(place, version)
    return ordered


def _stated(a: Version, b: Version) -> int:
    """Below 0 where the source states that `a` is older than `b`, above where newer; 0 where it states no order."""
    by_time = _sign(a.order.updated, b.order.updated) if a.order.updated and b.order.updated else 0
    one_delete = (a.kind == "delete") != (b.kind == "delete")
    if one_delete and by_time:
        return by_time
    if a.order.version is not None and b.order.version is not None and a.order.version != b.order.version:
        return _sign(a.order.version, b.order.version)
    if by_time:
        return by_time
    if a.bundle and a.bundle == b.bundle and a.order.history is not None and b.order.history is not None:
        return _sign(b.order.history, a.order.history)
    if one_delete and a.order.version is not None and a.order.version == b.order.version:
        return 1 if a.kind == "delete" else -1
    return 0


def _sign(a: Ordered, b: Ordered) -> int:
    return (a > b) - (a < b)
