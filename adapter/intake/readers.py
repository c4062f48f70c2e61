"""The reader of a store for those that run for months: made anew when other tables come into force."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from adapter.intake.reading import Reader, reader_for
from adapter.store.store import Store

Reading = Callable[[Store], Reader]
"""Gives the reader by which a store is to be read now."""

FRESH = 1.0
"""For so many seconds it is not asked again which tables are in force."""


class Readers:
    """Of one database, for many threads. `clock` gives seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._reader: Reader | None = None
        self._release, self._asked = -1, 0.0

    def of(self, store: Store) -> Reader:
        """The reader by the tables in force. Raises AdapterError where these are broken."""
        with self._lock:
            if self._reader is not None and self._clock() - self._asked < FRESH:
                return self._reader
            newest = store.mapping_releases.newest()
            if self._reader is None or newest != self._release:
                self._reader, self._release = reader_for(store), newest
            self._asked = self._clock()
            return self._reader
