"""/feeds, /runs and /metrics say how pulling goes, and what was expected and did not come."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from adapter.feeds.sources import fingerprint, read_sources
from adapter.settings import Settings
from adapter.store.store import open_store

from serving import FEED, Client, served

SOURCES = f"""
[feeds.{FEED}]
kind = "search"
url = "https://127.0.0.1:9/fhir"
schedule = {{ cron = "0 0 1 1 *", failures = 2, rest = 86400 }}
expected = {{ first = "2024-08", last = "2024-09" }}
[feeds.pushed]
kind = "pushed"
expected = {{ first = "2024-09", last = "2024-09" }}
"""


@pytest.fixture
def client(settings: Settings, tmp_path: Path) -> Client:
    file = tmp_path / "feeds.toml"
    file.write_text(SOURCES)
    client = served(msgspec.structs.replace(settings, feeds_file=file))
    with open_store(settings.database_url, settings) as store:
        mark = fingerprint(read_sources(SOURCES)[FEED])
        store.pulls.add(FEED, mark, "finished", "2024-09-15T00:00:00Z")
        for _ in range(3):
            store.pulls.add(FEED, mark, "failed", note="The source did not answer in time.")
    return client


def test_feeds(client: Client) -> None:
    pushed, pulled = client.ask("GET", "/feeds", "counts:read").json()
    assert (pushed["feed"], pushed["kind"], pushed["source"]["kind"]) == ("pushed", None, "pushed")
    assert [(one["month"], one["state"]) for one in pushed["months"]] == [("2024-09", "missing")]
    assert (pulled["feed"], pulled["kind"], pulled["deliveries"]) == (FEED, "poc", 0)
    source = pulled["source"]
    assert source["lag_seconds"] > 365 * 86_400
    assert (source["error_rate"], source["circuit"], source["failures"]) == (0.75, "open", 3)
    assert source["fault"] == "The source did not answer in time."
    assert source["next"] >= source["open_until"] > source["success"]
    assert [(one["month"], one["state"]) for one in pulled["months"]] == [
        ("2024-08", "complete"),
        ("2024-09", "missing"),
    ]


def test_a_run_says_what_it_lacks(client: Client) -> None:
    made = client.ask("POST", "/runs", "admin", json={"from": "2024-08", "to": "2024-12"}).json()
    assert [(one["feed"], one["month"], one["state"]) for one in made["lacking"]] == [
        ("pushed", "2024-09", "missing"),
        (FEED, "2024-09", "missing"),
    ]
    assert client.ask("GET", "/runs", "counts:read").json()[0]["lacking"] == made["lacking"]
    client.ask("POST", "/runs", "admin", json={"from": "2024-10", "to": "2024-12"})
    assert client.ask("GET", "/runs", "counts:read").json()[1]["lacking"] == []


def test_metrics(client: Client) -> None:
    told = client.ask("GET", "/metrics", "counts:read").text.splitlines()
    assert f'adapter_feed_circuit_open{{feed="{FEED}"}} 1.0' in told
    assert f'adapter_feed_error_ratio{{feed="{FEED}"}} 0.75' in told
    assert f'adapter_feed_months{{feed="{FEED}",state="missing"}} 1.0' in told
