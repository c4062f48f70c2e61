"""A delivery as a value: what arrived, how far it was taken, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

Encoding = Literal["identity", "gzip"]
Format = Literal["json", "ndjson"]
Stream = Literal["content", "wrapper"]


class Position(Struct, frozen=True):
    """How far a delivery was taken: bytes kept of each stream, and lines (NDJSON) or pieces (a document) dealt with."""

    wrapper_end: int = 0
    content_end: int = 0
    items_end: int = 0


class Figures(Struct, frozen=True):
    """received = new + deletes + receipts + quarantined: nothing is lost. `context` counts resources that only stand
    beside records (patients, organisations, …); they are no part of what was received.
    """

    received: int = 0
    new: int = 0
    deletes: int = 0
    receipts: int = 0
    quarantined: int = 0
    context: int = 0

    @property
    def conserved(self) -> bool:
        return self.received == self.new + self.deletes + self.receipts + self.quarantined

    def __add__(self, other: Figures) -> Figures:
        return Figures(*(getattr(self, name) + getattr(other, name) for name in self.__struct_fields__))


class Delivery(Struct, frozen=True):
    """`number` is the store's own; `id` is what people see. `finished` is None while it was never taken whole.
    `figures` are counted from what is stored now, after any replay of its quarantine.
    """

    number: int
    id: str
    feed: str
    received: datetime
    sha256: str
    size: int
    encoding: Encoding
    format: Format
    finished: datetime | None
    figures: Figures
