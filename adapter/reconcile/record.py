"""A record: all the versions of one Immunization that one feed sent, seen through its newest one."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from adapter.fhir.statement import Identifier, Statement


class Feed(Struct, frozen=True):
    """A source. A `gp` feed belongs to `practice`; any other is `poc` and has none.

    `gms_markers` declares that the feed's system sends the GMS attribute, so that a missing one means something.
    """

    name: str
    kind: Literal["gp", "poc"]
    practice: str = ""
    gms_markers: bool = False


class Record(Struct, frozen=True):
    """What is known of a record at the cut of a run.

    `identifiers` holds those of every version, sorted: the first is shown. `statement` is the newest one;
    `withdrawn` says that a delete or an entered-in-error came after it. `version` is its place among the record's
    statements in their source's order, from 1. `sha256` and `pointer` lead to its verbatim bytes: the digest of the
    resource as sent and its JSON pointer in the delivery.
    """

    feed: Feed
    identifiers: tuple[Identifier, ...]
    statement: Statement
    withdrawn: bool
    version: int
    sha256: str
    pointer: str
    sequence: int
    """The store's number of the newest version: never part of a decision, only the way back to the bytes."""

    @property
    def key(self) -> tuple[str, str, str]:
        """Feed, system and value: unique, and the same on every machine."""
        first = self.identifiers[0]
        return (self.feed.name, first.system, first.value)
