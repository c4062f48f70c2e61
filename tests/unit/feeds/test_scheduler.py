"""Feeds pulled by their schedules, each on its own, with a source on a real socket."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from adapter.api.telemetry import untraced
from adapter.feeds.allowance import Allowance, Stopped
from adapter.feeds.pull import pull
from adapter.feeds.scheduler import Scheduler
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Budget, Pullable, Schedule, Search, Waiting
from adapter.feeds.source_list import states
from adapter.settings import Settings
from adapter.store.store import open_store

from sending import immunization, shared_reader


class Handler(BaseHTTPRequestHandler):
    """`/slow` waits for an event, `/broken` fails, `/endless` has ever more pages, anything else one record."""

    release = threading.Event()
    asked: list[str]

    def log_message(self, *_: object) -> None:
        """Silence."""

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        self.asked.append(kind)
        if kind == "slow":
            self.release.wait(30)
        value = f"{kind}{len(self.asked)}" if kind == "endless" else kind
        entry = [{"resource": immunization(value, id=value)}]
        following = [{"relation": "next", "url": f"?page={len(self.asked)}"}] if kind == "endless" else []
        content = json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": following})
        self.send_response(500 if kind == "broken" else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content.encode())


@pytest.fixture
def origin() -> Iterator[str]:
    Handler.release, Handler.asked = threading.Event(), []
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            Handler.release.set()
            server.shutdown()
            serving.join()


def search(url: str, **more: object) -> Search:
    schedule = Schedule(every=3600, failures=1, rest=3600)
    return Search(url=url, schedule=schedule, waiting=Waiting(attempts=1), **more)  # type: ignore[arg-type]


@contextmanager
def scheduled(settings: Settings, sources: dict[str, Pullable]) -> Iterator[Scheduler]:
    running = Scheduler(
        sources, {}, lambda: open_store(settings.database_url, settings), lambda _: shared_reader(), untraced
    )
    running.start()
    try:
        yield running
    finally:
        Handler.release.set()
        running.stop(10)


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it does not come")


def test_a_slow_and_a_broken_feed_delay_nobody(settings: Settings, origin: str) -> None:
    sources: dict[str, Pullable] = {name: search(f"{origin}/{name}") for name in ("broken", "slow", "sound", "well")}
    with open_store(settings.database_url, settings) as store, scheduled(settings, sources):

        def state() -> dict[str, tuple[bool, str | None]]:
            listed = states(store, sources, store.database.clock())
            return {one.feed: (one.success is not None, one.circuit.state if one.circuit else None) for one in listed}

        until(lambda: state()["sound"][0] and state()["well"][0] and state()["broken"][1] == "open")
        assert state()["slow"] == (False, "closed")
        Handler.release.set()
        until(lambda: state()["slow"][0])
        assert Handler.asked.count("sound") == Handler.asked.count("broken") == 1


def test_two_services_pull_a_feed_once_and_a_notification_asks_for_more(settings: Settings, origin: str) -> None:
    sources: dict[str, Pullable] = {"well": search(f"{origin}/well")}
    with open_store(settings.database_url, settings) as store:
        with scheduled(settings, sources) as first, scheduled(settings, sources):
            until(lambda: bool(store.pulls.newest("well", 1, "finished")) if _known(store, "well") else False)
            store.pulls.add("well", "", "wanted")
            first.wake("well")
            until(lambda: len(store.pulls.newest("well", 9, "finished")) == 2)
        assert Handler.asked == ["well", "well"]
        assert [one.figures.new for one in store.deliveries.listed()] == [1, 0]


def test_a_stop_leaves_a_pull_off_and_the_next_service_goes_on_at_once(settings: Settings, origin: str) -> None:
    sources: dict[str, Pullable] = {"endless": search(f"{origin}/endless")}
    with open_store(settings.database_url, settings) as store:
        with scheduled(settings, sources) as running:
            until(lambda: len(Handler.asked) > 3)
            assert running.stop(20)
        assert [one.what for one in store.pulls.newest("endless", 9, "started", "failed", "finished")] == ["started"]
        assert all(one.finished for one in store.deliveries.listed())
        before = len(Handler.asked)
        with scheduled(settings, sources):
            until(lambda: len(Handler.asked) > before)


def _known(store: object, feed: str) -> bool:
    return any(one.name == feed for one in store.feeds.listed())  # type: ignore[attr-defined]


def test_a_budget_ends_a_pull(settings: Settings, origin: str) -> None:
    with open_store(settings.database_url, settings) as store:
        source = search(f"{origin}/endless", budget=Budget(requests=3))
        with pytest.raises(SourceFailed, match="more requests"):
            pull(store, "endless", source, {}, reading=shared_reader())
        assert len(Handler.asked) == 3
        assert len(store.deliveries.listed()) == 3
    seconds = iter((0.0, 5.0, 11.0))
    allowance = Allowance(Budget(seconds=10), clock=lambda: next(seconds))
    allowance.spend()
    with pytest.raises(SourceFailed, match="longer"):
        allowance.spend()
    with pytest.raises(Stopped):
        Allowance(Budget(), lambda: True).spend()
