"""The service killed at random moments under load: what was acknowledged is there, once, and nothing in part."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx
import pytest
from adapter.provenance.verification import Verified, verify
from adapter.settings import Settings
from adapter.store.store import Store, open_store

from sending import bundle, immunization, known

TESTS = Path(__file__).parents[1]
FEEDS = ("one", "two", "two")
"""What each sender writes to."""


class Service:
    """The process that forks, and whoever serves now."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin
        assert process.stdout
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout
        self.url = f"http://127.0.0.1:{self._out.readline().strip()}"
        self._serving = 0

    def start(self) -> None:
        self._in.write("\n")
        self._in.flush()
        self._serving = int(self._out.readline())

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Nobody serves any more when it returns."""
        if self._serving:
            os.kill(self._serving, how)
            wait_until_gone(self._serving)
            self._serving = 0


@contextmanager
def service(settings: Settings) -> Iterator[Service]:
    command = [sys.executable, str(TESTS / "forked_service.py"), str(settings.data_dir), settings.database_url]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=paths) as process:
        running = Service(process)
        try:
            yield running
        finally:
            running.end()
            process.kill()


class Sender(threading.Thread):
    """Sends one body after the other, each again until it is acknowledged: a record, or a transaction of three."""

    def __init__(self, number: int, url: str, key: str) -> None:
        super().__init__(daemon=True)
        self._number, self._url, self._key = number, url, key
        self.begun: list[tuple[str, ...]] = []
        self.acknowledged: list[tuple[str, ...]] = []
        self.refused = ""
        self.over = threading.Event()

    def run(self) -> None:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/fhir+json"}
        with httpx.Client(base_url=self._url, headers=headers, timeout=60, verify=False) as client:  # noqa: S501
            self._send(client)  # over plain HTTP, so there is nobody to verify

    def _send(self, client: httpx.Client) -> None:
        while not self.over.is_set():
            ordinal = len(self.begun)
            values = [f"s{self._number}-{ordinal}-{part}" for part in range(3 if ordinal % 3 == 0 else 1)]
            resources = [immunization(value, patient=ordinal % 50) for value in values]
            path = "/fhir" if len(values) > 1 else "/fhir/Immunization"
            body = json.dumps(bundle(*resources, type_="transaction") if len(values) > 1 else resources[0])
            self.begun.append(tuple(values))
            while True:
                try:
                    answer = client.post(path, content=body)
                except httpx.TransportError:
                    continue
                break
            if not answer.is_success:
                self.refused = f"{answer.status_code} {answer.text}"
                return
            self.acknowledged.append(self.begun[-1])


def check(store: Store, senders: list[Sender], acknowledged: list[list[tuple[str, ...]]]) -> None:
    records = known(store)
    there = Counter(record.identifiers[0].value for record in records)
    assert max(there.values(), default=1) == 1
    assert all(record.version == 1 for record in records)
    for sender, sure in zip(senders, acknowledged, strict=True):
        assert not sender.refused
        assert [values for values in sure if not all(value in there for value in values)] == []
        partial = [values for values in list(sender.begun) if len({value in there for value in values}) > 1]
        assert partial == []


def killed(settings: Settings, kills: int, how: signal.Signals = signal.SIGKILL) -> None:
    with open_store(settings.database_url, settings) as store:
        for feed in sorted(set(FEEDS)):
            store.feeds.remember(feed)
        keys = [store.api_keys.create(feed, [f"feed:write:{feed}"])[1] for feed in FEEDS]
    chance = random.Random(kills)  # noqa: S311 - a schedule that can be had again
    with service(settings) as running:
        running.start()
        senders = [Sender(number, running.url, key) for number, key in enumerate(keys)]
        for sender in senders:
            sender.start()
        for _ in range(kills):
            wait_for_more(senders, chance.randrange(1, 6))
            time.sleep(chance.random() * 0.03)
            running.end(how)
            sure = [list(sender.acknowledged) for sender in senders]
            with open_store(settings.database_url, settings) as store:
                check(store, senders, sure)
                cut_off = [each for each in store.deliveries.listed() if not each.finished]
                assert not cut_off or how == signal.SIGKILL
            running.start()
        for sender in senders:
            sender.over.set()
        for sender in senders:
            sender.join(60)
            assert not sender.is_alive()
    with open_store(settings.database_url, settings) as store:
        check(store, senders, [sender.begun for sender in senders])
        for each in store.deliveries.listed():
            assert each.finished
            assert each.figures.conserved
            assert not each.figures.quarantined
        assert isinstance(verify(store), Verified)
    assert sum(len(sender.acknowledged) for sender in senders) > kills


def wait_for_more(senders: list[Sender], answers: int) -> None:
    before = sum(len(sender.acknowledged) for sender in senders)
    for _ in range(12_000):
        if sum(len(sender.acknowledged) for sender in senders) >= before + answers:
            return
        assert not any(sender.refused for sender in senders), [sender.refused for sender in senders]
        time.sleep(0.005)
    raise AssertionError("nothing is acknowledged any more")


def wait_until_gone(process: int) -> None:
    for _ in range(2_000):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.005)
    raise AssertionError("it outlives its kill")


@pytest.mark.slow
def test_a_dozen_kills(settings: Settings) -> None:
    killed(settings, 12)


@pytest.mark.slow
def test_a_stop_finishes_what_it_is_doing(settings: Settings) -> None:
    killed(settings, 3, signal.SIGTERM)


@pytest.mark.deep
def test_hundreds_of_kills(settings: Settings) -> None:
    killed(settings, 150)
