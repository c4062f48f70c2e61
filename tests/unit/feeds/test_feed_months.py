"""What was expected of a feed for a month, and whether it came by a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from adapter.feeds.feed_months import lacking, months_of
from adapter.feeds.source_kinds import Expected, Export, Folder, Pushed, Search, Source, Structured
from adapter.feeds.sources import fingerprint
from adapter.settings import Settings
from adapter.store.store import Store, open_store

from sending import immunization, ndjson, send

EXPECTED = Expected(first="2024-09", last="2024-10", days=5, given_up=10)
PUSHED = Pushed(expected=EXPECTED)


class Clock:
    """Set by hand."""

    now = datetime(2024, 9, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(settings: Settings, clock: Clock) -> Iterator[Store]:
    with open_store(settings.database_url, settings, clock) as opened:
        opened.feeds.remember("trust")
        yield opened


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(store: Store, source: Source, at: str) -> dict[str, str]:
    return {one.month: one.state for one in months_of(store, "trust", source, on(at))}


def test_what_is_pushed_is_complete_with_word_from_after_the_month(store: Store, clock: Clock) -> None:
    send(store, immunization("v1"), "trust")
    assert said(store, PUSHED, "2024-08-31T22:00") == {}
    assert said(store, PUSHED, "2024-08-31T23:30") == {"2024-09": "awaited"}  # midnight in London
    assert said(store, PUSHED, "2024-10-05T22:00") == {"2024-09": "awaited", "2024-10": "awaited"}
    assert said(store, PUSHED, "2024-10-05T23:00") == {"2024-09": "late", "2024-10": "awaited"}
    assert said(store, PUSHED, "2024-12-01") == {"2024-09": "missing", "2024-10": "missing"}
    clock.now = on("2024-10-09")
    send(store, immunization("v2"), "trust")
    assert said(store, PUSHED, "2024-10-08") == {"2024-09": "late", "2024-10": "awaited"}  # as it was then
    assert said(store, PUSHED, "2024-10-10") == {"2024-09": "complete", "2024-10": "awaited"}
    assert said(store, Folder(path="/drop", expected=EXPECTED), "2024-10-10")["2024-09"] == "complete"


def test_so_many_records_can_be_wanted_too(store: Store, clock: Clock) -> None:
    source = Pushed(expected=msgspec.structs.replace(EXPECTED, least=3))
    send(store, ndjson(immunization("v1"), immunization("v2")), "trust")
    clock.now = on("2024-10-02")
    send(store, ndjson(immunization("v3")), "trust")
    assert said(store, source, "2024-10-03")["2024-09"] == "complete"
    assert said(store, Pushed(expected=msgspec.structs.replace(EXPECTED, least=4)), "2024-10-07")["2024-09"] == "late"
    assert said(store, source, "2024-11-07") == {"2024-09": "complete", "2024-10": "late"}


@pytest.mark.parametrize(
    "source", [Search(url="https://h", expected=EXPECTED), Export(url="https://h", expected=EXPECTED)]
)
def test_what_is_pulled_is_known_until_its_cursor(store: Store, clock: Clock, source: Source) -> None:
    clock.now = on("2024-10-02")
    mark = fingerprint(source)
    send(store, immunization("v1"), "trust")
    store.pulls.add("trust", mark, "finished", "2024-09-30T22:59:59Z")
    assert said(store, source, "2024-10-07")["2024-09"] == "late"
    store.pulls.add("trust", mark, "finished", "2024-09-30T23:00:00Z")
    store.pulls.add("trust", mark, "failed", note="it is busy")
    assert said(store, source, "2024-10-01")["2024-09"] == "awaited"
    assert said(store, source, "2024-10-07")["2024-09"] == "complete"


def test_a_list_of_patients_is_known_until_it_was_asked(store: Store, clock: Clock) -> None:
    source = Structured(url="https://h", patients_file="list", expected=EXPECTED)
    clock.now = on("2024-10-02")
    store.pulls.add("trust", fingerprint(source), "finished")
    assert said(store, source, "2024-10-07") == {"2024-09": "complete", "2024-10": "awaited"}


def test_what_a_run_lacks(store: Store) -> None:
    sources: dict[str, Source] = {"z": PUSHED, "trust": PUSHED, "silent": Pushed()}
    found = lacking(store, sources, on("2024-11-07"), "2024-10", "2024-12")
    assert [(one.feed, one.month, one.state) for one in found] == [
        ("trust", "2024-10", "late"),
        ("z", "2024-10", "late"),
    ]
    assert found[0].due == on("2024-11-06")
