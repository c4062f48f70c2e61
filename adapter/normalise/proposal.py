"""What an official table would change in ours, and what of it cannot be taken."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from adapter.normalise.overlay import Overlay, ReleaseKind, RowChange


class Remark(Struct, frozen=True, order=True):
    """Something in an official table that changes nothing here, and why a person should know."""

    code: str
    text: str


class Proposal(Struct, frozen=True):
    """What a reader of official tables made of them. Nothing of it is in force until it is kept."""

    overlay: Overlay
    remarks: tuple[Remark, ...] = ()


def propose(
    kind: ReleaseKind, label: str, files: Iterable[str], changes: Iterable[RowChange], remarks: Iterable[Remark] = ()
) -> Proposal:
    """A proposal with everything in its order. `files` are the SHA-256 of what was read."""
    ordered = tuple(sorted(changes, key=lambda change: (change.file, change.code)))
    return Proposal(Overlay(kind, label, tuple(sorted(files)), ordered), tuple(sorted(set(remarks))))


def source_with(before: str, label: str) -> str:
    """The source of a row that a release changed."""
    return before if label in before.split("; ") else f"{before}; {label}"
