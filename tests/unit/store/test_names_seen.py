"""Asking the database for no name that cannot be known is sound: whoever else files into the feed is noticed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from adapter.intake.crew import Crew
from adapter.intake.delivery import take
from adapter.intake.source import Source
from adapter.store import batch
from adapter.store.delivery import Figures
from adapter.store.names_seen import NamesSeen
from adapter.store.store import Store

from sending import immunization, known, ndjson, send, shared_reader


def taken(store: Store, crew: Crew, feed: str, *values: str) -> Figures:
    store.feeds.remember(feed)
    content = ndjson(*(immunization(value, lotNumber=f"L{len(values)}") for value in values))
    with Source(io.BytesIO(content)) as source:
        return take(store, feed, source, shared_reader(), crew=crew).figures


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many names the database was asked for, each time."""
    counts: list[int] = []
    real = batch.records_known

    def counting(connection: Any, names: Any) -> Any:
        counts.append(len(names))
        return real(connection, names)

    monkeypatch.setattr(batch, "records_known", counting)
    return counts


def test_one_who_has_the_feed_alone_asks_for_what_it_has_filed_only(store: Store, asked: list[int]) -> None:
    with Crew(shared_reader(), store.seal) as crew:
        taken(store, crew, "trust", "1", "2", "3")
        taken(store, crew, "trust", "3", "4")
        taken(store, crew, "trust", "5")
    assert asked == [0, 1, 0]
    assert len(known(store)) == 5


def test_others_are_noticed(store: Store, asked: list[int]) -> None:
    with Crew(shared_reader(), store.seal) as crew:
        taken(store, crew, "trust", "1", "2", "3")
        send(store, ndjson(immunization("9")), "another")
        taken(store, crew, "trust", "4")
        send(store, ndjson(immunization("7")), "trust")
        taken(store, crew, "trust", "7", "8")
    assert asked == [0, 1, 0, 1, 2]
    assert sorted(each.statement.identifiers[0].value for each in known(store)) == ["1", "2", "3", "4", "7", "8", "9"]


def test_what_was_there_before_is_noticed(store: Store) -> None:
    send(store, ndjson(immunization("1")), "trust")
    with Crew(shared_reader(), store.seal) as crew:
        assert taken(store, crew, "trust", "1", "2").new == 2
        taken(store, crew, "another", "1")
        assert taken(store, crew, "trust", "2", "1").new == 0
    assert len(known(store)) == 3


def test_a_name_that_was_filed_is_never_missed() -> None:
    seen, names = NamesSeen(), [bytes([at % 256, at // 256]) * 8 for at in range(5_000)]
    seen.filed(1, names[::2])
    found = set(seen.perhaps(names))
    assert set(names[::2]) <= found
    assert len(found) < 2_600
