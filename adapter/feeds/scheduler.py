"""Pulls every feed by its own schedule, inside the service: a thread a feed, so that none waits for another.

What is due is told by what is kept (see `schedule`): a service that was killed goes on where it was, and several
services on one database pull a feed once. Each pull has a store of its own, so that none waits for a connection.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta

from adapter.errors import AdapterError
from adapter.feeds.allowance import Stopped
from adapter.feeds.pull import pull
from adapter.feeds.source_kinds import Pullable, Pushed, Schedule, Source
from adapter.feeds.source_list import next_pull
from adapter.intake.readers import Reading
from adapter.store.store import Store

LOGGER = logging.getLogger("adapter.feeds")
LOOK = 60.0
"""Seconds after which it is looked anew whether a feed is due: somebody else may have pulled it, or been notified."""

OpenStore = Callable[[], AbstractContextManager[Store]]
Traced = Callable[[str, str], AbstractContextManager[dict[str, str | int | float]]]


class Scheduler:
    """Of the feeds that have a schedule. `environ` holds secrets that the feeds file names; `traced` makes a span."""

    def __init__(
        self,
        sources: Mapping[str, Source],
        environ: Mapping[str, str],
        open_: OpenStore,
        reading: Reading,
        traced: Traced,
    ) -> None:
        self._environ, self._open, self._reading, self._traced = environ, open_, reading, traced
        self._stopping = threading.Event()
        self._woken: dict[str, threading.Event] = {}
        self._threads = []
        for name, source in sorted(sources.items()):
            if not isinstance(source, Pushed) and source.schedule:
                self._woken[name] = threading.Event()
                arguments = (name, source, source.schedule)
                # a daemon: what it does is kept in transactions, and the service need not wait for a silent source
                self._threads.append(threading.Thread(target=self._follow, args=arguments, name=name, daemon=True))

    def start(self) -> None:
        """Begin to pull what is due."""
        for thread in self._threads:
            thread.start()

    def wake(self, feed: str) -> None:
        """Look at once whether a feed is due."""
        if feed in self._woken:
            self._woken[feed].set()

    def stop(self, seconds: float) -> bool:
        """Have all pulls left off; whether they did so in time. One that did not is as if it had been cut off."""
        self._stopping.set()
        for woken in self._woken.values():
            woken.set()
        ends = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _follow(self, feed: str, source: Pullable, schedule: Schedule) -> None:
        woken = self._woken[feed]
        while not self._stopping.is_set():
            woken.clear()
            try:
                with self._open() as store:
                    wait = self._turn(store, feed, source, schedule)
            except Stopped:
                return
            except AdapterError as error:  # kept as well, unless it is the database that fails
                LOGGER.warning("pull failed", extra={"fields": {"feed": feed, "fault": str(error)}})
                wait = min(LOOK, schedule.every or LOOK)
            except Exception:  # the thread must outlive what nobody foresaw
                LOGGER.exception("pull failed", extra={"fields": {"feed": feed}})
                wait = LOOK
            if not self._stopping.is_set():
                woken.wait(wait)

    def _turn(self, store: Store, feed: str, source: Pullable, schedule: Schedule) -> float:
        """Pull the feed if it is due. Answers how many seconds to wait."""

        def wait() -> float:
            now = store.database.clock()
            at = next_pull(store, feed, source, schedule, now)
            return LOOK if at is None else max(0.0, min(LOOK, (at - now) / timedelta(seconds=1)))

        if not wait():
            with self._traced("pull", "") as said:
                said["feed"] = feed
                pulled = pull(
                    store,
                    feed,
                    source,
                    self._environ,
                    pause=self._pause,
                    reading=self._reading(store),
                    wanted=lambda: not wait(),
                    stopping=self._stopping.is_set,
                )
                said["deliveries"] = pulled.deliveries
            figures = {"feed": feed, "deliveries": pulled.deliveries, "new": pulled.figures.new}
            LOGGER.info("pulled", extra={"fields": figures | ({"note": pulled.note} if pulled.note else {})})
        return max(0.1, wait())

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Stopped
