"""What a pull brings, through the one door of `intake`, and what became of all of it together."""

from __future__ import annotations

import io
import logging
from collections import Counter
from typing import BinaryIO

from msgspec import Struct

from adapter.fhir.issue import Issue
from adapter.intake.delivery import Taken, take
from adapter.intake.reading import Reader
from adapter.intake.source import Source
from adapter.store.delivery import Figures
from adapter.store.store import Store

LOGGER = logging.getLogger("adapter.feeds")


class Pulled(Struct, frozen=True):
    """What became of everything that one pull brought. `note` is a sentence about it, where there is one."""

    deliveries: int
    figures: Figures
    reasons: tuple[tuple[Issue, int], ...]
    note: str = ""


class Door:
    """Takes into one feed that is known."""

    def __init__(self, store: Store, feed: str, reader: Reader) -> None:
        self._store, self._feed, self._reader = store, feed, reader
        self._deliveries, self._figures, self._reasons = 0, Figures(), Counter[Issue]()

    def take(self, content: bytes) -> Taken:
        return self.take_stream(io.BytesIO(content))

    def take_stream(self, stream: BinaryIO, *, lines: bool = False) -> Taken:
        """Closes the stream. `lines` says that it is NDJSON, however it looks."""
        with Source(stream) as source:
            taken = take(self._store, self._feed, source, self._reader, lines_by_name=lines)
        LOGGER.info("delivery taken", extra={"fields": {"feed": self._feed, "delivery": taken.delivery}})
        self._deliveries += 1
        self._figures += taken.figures
        self._reasons.update(dict(taken.reasons))
        return taken

    def pulled(self, note: str = "") -> Pulled:
        """All so far."""
        ranked = sorted(self._reasons.items(), key=lambda item: (-item[1], item[0]))
        return Pulled(self._deliveries, self._figures, tuple(ranked), note)
