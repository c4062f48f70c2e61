"""How quickly `POST /fhir` answers: single resources and Bundles of 100, on both databases, several clients at once.

    python -m bench.http_load [--records 2000] [--rounds 3] [--clients 4]

The service runs in a process of its own behind a real socket; every answer is a commit, and each is checked. A round
sends new records into a fresh database; shown are the median, least and most of the rounds, and of all requests the
median and the slowest hundredth. What it says of this machine: docs/performance.md.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
from adapter.settings import Settings
from adapter.store.store import open_store
from bench.server import Server, server
from msgspec import Struct, field

BUNDLE = 100
DATABASES = ("sqlite", "postgresql")
FEED = "bench"
_SERVE = "from adapter.cli.application import main; main()"
_FHIR = {"Content-Type": "application/fhir+json"}


class Way(Struct, frozen=True):
    """How records are sent: `size` in a request; one alone as itself, several as a transaction."""

    name: str
    path: str
    size: int


WAYS = (Way("single", "/fhir/Immunization", 1), Way("Bundle of 100", "/fhir", BUNDLE))


class Figures(Struct):
    """Of one way on one database: records a second by round, seconds of every request."""

    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


def record(number: int) -> dict[str, Any]:
    """A record that nobody knows yet, of a number of the range that no patient has."""
    return {
        "resourceType": "Immunization",
        "contained": [{"resourceType": "Patient", "id": "p", "birthDate": "1949-05-01"}],
        "identifier": [{"system": "https://supplier.example/identifiers/vacc", "value": f"bench-{number}"}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "39115011000001105"}]},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": "2024-09-12",
        "primarySource": True,
        "lotNumber": "L1",
    }


def bodies(way: Way, first: int, records: int) -> list[bytes]:
    """The requests of one client."""
    made = [record(number) for number in range(first, first + records)]
    if way.size == 1:
        return [json.dumps(each).encode() for each in made]
    return [
        json.dumps(
            {
                "resourceType": "Bundle",
                "type": "transaction",
                "entry": [{"resource": each} for each in made[at : at + way.size]],
            }
        ).encode()
        for at in range(0, records, way.size)
    ]


def one_round(url: str, key: str, way: Way, records: int, clients: int, figures: Figures) -> None:
    """All clients send their share at once."""
    share = max(way.size, records // clients // way.size * way.size)
    sent = [bodies(way, client * share, share) for client in range(clients)]
    headers = _FHIR | {"Authorization": f"Bearer {key}", "Prefer": "return=minimal"}
    barrier = threading.Barrier(clients + 1)
    waits: list[list[float]] = [[] for _ in range(clients)]
    refused: list[int] = []

    def send(number: int) -> None:
        with httpx.Client(base_url=url, headers=headers, timeout=120) as client:
            client.get("/healthz")
            barrier.wait()
            for body in sent[number]:
                begun = time.perf_counter()
                answer = client.post(way.path, content=body)
                waits[number].append(time.perf_counter() - begun)
                if answer.status_code != (201 if way.size == 1 else 200):
                    refused.append(answer.status_code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    barrier.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    if refused:
        raise RuntimeError(f"{way.name}: the service answered {sorted(set(refused))}")
    figures.rates.append(share * clients / (time.perf_counter() - begun))
    figures.waits += [wait for each in waits for wait in each]


class Served:
    """The service in a process of its own, on a database of its own."""

    def __init__(self, folder: Path, url: str) -> None:
        self._environ = {name: text for name, text in os.environ.items() if not name.startswith("ADAPTER_")}
        self._environ |= {"ADAPTER_DATA_DIR": str(folder), "ADAPTER_RATE_LIMIT": "off", "ADAPTER_DATABASE_URL": url}
        settings = Settings.from_environment(self._environ)
        with open_store(settings.database_url, settings) as store:
            store.feeds.remember(FEED)
            self.key = store.api_keys.create(FEED, [f"feed:write:{FEED}"])[1]
        self._log = folder / "log"

    def __enter__(self) -> tuple[str, str]:
        with self._log.open("w") as log:
            command = [sys.executable, "-c", _SERVE, "serve", "--port", "0"]
            self._process = subprocess.Popen(command, env=self._environ, stderr=log, stdout=subprocess.DEVNULL)
        for _ in range(1_200):
            _, there, rest = self._log.read_text().partition("running on ")
            if there:
                return rest.split(" ")[0].split('"')[0], self.key
            time.sleep(0.05)
        raise RuntimeError("the service does not start")

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(60)


def databases(folder: Path, running: Server) -> Iterator[tuple[str, str]]:
    """The name of each kind and the URL of a fresh one."""
    for name in DATABASES:
        if name == "sqlite":
            yield name, f"sqlite:///{folder / 'adapter.sqlite3'}"
        else:
            with running.database("http_load") as url:
                yield name, url


def shown(figures: dict[tuple[str, str], Figures]) -> str:
    """A table in Markdown."""
    lines = [
        "| on | sent as | records a second: median (least to most) | a request: median | slowest 1 % |",
        "|---|---|---|---|---|",
    ]
    for (database, way), one in figures.items():
        rates, waits = sorted(one.rates), sorted(one.waits)
        slow = quantiles(waits, n=100)[-1] if len(waits) > 1 else waits[0]
        lines.append(
            f"| {database} | {way} | {median(rates):,.0f} ({rates[0]:,.0f} to {rates[-1]:,.0f}) "
            f"| {median(waits) * 1000:,.0f} ms | {slow * 1000:,.0f} ms |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=4)
    asked = parser.parse_args(arguments)
    figures: dict[tuple[str, str], Figures] = {}
    with server() as running:
        for _ in range(asked.rounds):
            for way in WAYS:
                with tempfile.TemporaryDirectory() as held:
                    for database, url in databases(Path(held), running):
                        of_it = figures.setdefault((database, way.name), Figures())
                        with Served(Path(held), url) as (where, key):
                            one_round(where, key, way, asked.records, asked.clients, of_it)
    print(shown(figures))


if __name__ == "__main__":
    main()
