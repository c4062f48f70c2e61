"""Pull one feed: what is new at its source comes through the one door, and how far that came is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

import httpx

from adapter.errors import AdapterError, StoreError
from adapter.feeds.allowance import Allowance, Stopped
from adapter.feeds.credentials import bearer_of, trust_of
from adapter.feeds.door import Door, Pulled
from adapter.feeds.export_pull import ExportPull
from adapter.feeds.folder_pull import FolderPull
from adapter.feeds.journey import Journey
from adapter.feeds.patience import Patience
from adapter.feeds.search_pull import SearchPull
from adapter.feeds.source_kinds import Export, Folder, Pullable, Search, Structured
from adapter.feeds.source_server import SourceServer
from adapter.feeds.sources import fingerprint
from adapter.feeds.structured_pull import StructuredPull
from adapter.intake.reading import Reader, reader_for
from adapter.store.store import Store


def pull(
    store: Store,
    feed: str,
    source: Pullable,
    environ: Mapping[str, str],
    *,
    pause: Callable[[float], None] = time.sleep,
    reading: Reader | None = None,
    wanted: Callable[[], bool] = lambda: True,
    stopping: Callable[[], bool] = lambda: False,
) -> Pulled:
    """Pull a feed, which is made where it is new; one pull of it at a time. Who pulls often hands on a reader for
    `reading`, made once. `wanted` is asked when nobody else pulls it any more, `stopping` whenever it can be left off.

    Where it does not come to its end, that is kept as well, and raised: SourceFailed, KeyFault, StoreError. Nothing is
    lost then: the next pull goes on from what is kept. Raises Stopped.
    """
    store.feeds.remember(feed, source.practice or None, None, source.gms_markers)
    door = Door(store, feed, reading or reader_for(store))
    journey = Journey(store.pulls, feed, fingerprint(source))
    with store.database.alone(f"pull {feed}"):
        if not wanted():
            return door.pulled()
        journey.step("started")
        try:
            note = _pull(store, feed, source, environ, door, journey, pause, stopping)
        except Stopped:
            raise
        except AdapterError as error:
            with suppress(StoreError):  # what is wrong may be the database itself
                journey.step("failed", note=str(error))
            raise
    return door.pulled(note)


def _pull(
    store: Store,
    feed: str,
    source: Pullable,
    environ: Mapping[str, str],
    door: Door,
    journey: Journey,
    pause: Callable[[float], None],
    stopping: Callable[[], bool],
) -> str:
    """A sentence about it, "" where there is nothing to say."""
    if isinstance(source, Folder):
        return FolderPull(source, door, journey, pause).run()
    with _server(feed, source, environ, pause, Allowance(source.budget, stopping)) as server:
        match source:
            case Search():
                SearchPull(source, server, door, journey, store.database.clock, pause).run()
            case Export():
                ExportPull(source, server, door, journey, pause).run()
            case Structured():
                return StructuredPull(source, server, door, journey, store).run()
    return ""


@contextmanager
def _server(
    feed: str,
    source: Search | Export | Structured,
    environ: Mapping[str, str],
    pause: Callable[[float], None],
    allowance: Allowance,
) -> Iterator[SourceServer]:
    waiting = source.waiting
    patience = Patience(attempts=waiting.attempts, budget=waiting.budget, pause=pause)
    timeout = httpx.Timeout(waiting.read, connect=waiting.connect)
    with httpx.Client(timeout=timeout, verify=trust_of(source.tls, feed)) as client:
        bearer = bearer_of(source.credentials, feed, client, environ)
        yield SourceServer(
            source.url, bearer, client=client, patience=patience, allowance=allowance, hosts=source.hosts
        )
