"""What the routes of one running service share: the open store, and who has to wait for whom."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar, cast

import anyio.to_thread
from anyio import CapacityLimiter
from fastapi import Request
from msgspec import Struct

from adapter.api.telemetry import Traced
from adapter.feeds.notifications import Notifications
from adapter.feeds.push import Push
from adapter.feeds.scheduler import Scheduler
from adapter.feeds.sources import sources_of
from adapter.intake.readers import Readers
from adapter.settings import Settings
from adapter.store.store import Store, open_store

T = TypeVar("T")


class Limits(Struct, frozen=True):
    """`body` and `text` are bytes, of what arrives and of what it says when it is unpacked. A thread that writes needs
    up to three connections, one that reads one: together no more than a pool of fifteen gives.
    """

    body: int = 64 << 20
    text: int = 128 << 20
    readers: int = 5
    writers: int = 3


class Service:
    """One open store, served. To be made inside an event loop."""

    def __init__(
        self, store: Store, settings: Settings, limits: Limits, environ: Mapping[str, str], traced: Traced
    ) -> None:
        self.store, self.settings, self.limits = store, settings, limits
        self.sources = sources_of(settings.feeds_file)
        readers = Readers()
        readers.of(store)  # tables that are broken are told when it starts
        self.push = Push(store, readers.of)
        self.notifications = Notifications(store, self.push)
        opening = partial(open_store, settings.database_url, settings)
        self.scheduler = Scheduler(self.sources, environ, opening, readers.of, traced)
        self._traced = traced
        self._readers, self._writers = CapacityLimiter(limits.readers), CapacityLimiter(limits.writers)
        self._feeds: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.running, self.watching = asyncio.Lock(), asyncio.Lock()

    async def reading(self, work: Callable[..., T], *arguments: object) -> T:
        """Blocking work in a thread."""
        return await anyio.to_thread.run_sync(partial(work, *arguments), limiter=self._readers)

    async def writing(self, work: Callable[..., T], *arguments: object) -> T:
        """The same for work that writes."""
        return await anyio.to_thread.run_sync(partial(self._writing, work, *arguments), limiter=self._writers)

    async def pushing(self, feed: str, work: Callable[[], T]) -> T:
        """The same for a feed: its bodies are taken one after the other, and nobody else waits for them."""
        async with self._feeds[feed]:
            return await self.writing(self._alone, feed, work)

    def _writing(self, work: Callable[..., T], *arguments: object) -> T:
        with self._traced("write", ""):
            return work(*arguments)

    def _alone(self, feed: str, work: Callable[[], T]) -> T:
        with self.store.database.alone(f"push {feed}"):
            return work()


def service_of(request: Request) -> Service:
    return cast(Service, request.app.state.service)
