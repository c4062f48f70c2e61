"""Quarantine, read again by better code: taken under the delivery it came in, or refused with the reasons of today."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from adapter.errors import UnknownName
from adapter.fhir.issue import Issue
from adapter.intake import reading
from adapter.intake.replay import replay
from adapter.store.store import Store

from sending import bundle, counted, encoded, immunization, known, ndjson, send, shared_reader

GOOD = [immunization(f"v{number}", patient=number) for number in range(3)]
FAULTY = immunization("bad", status=1)
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1990-01-01"}


@pytest.fixture
def worse(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Any]:
    """A time when validation refused everything with a status of completed."""

    @contextmanager
    def then() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(shared_reader(), "stencils", None)  # it may know these texts from other tests
            patch.setattr(reading, "validate", lambda *_: (Issue("value", "Immunization.status", "Not yet read."),))
            yield

    return then


@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
@pytest.mark.parametrize("shape", ["lines", "document"])
def test_what_can_be_read_now_is_taken(store: Store, worse: Callable[[], Any], shape: str, wrap: Any) -> None:
    referring = immunization("v9", patient=None) | {"patient": {"reference": "Patient/p"}}
    resources = [*GOOD, FAULTY, referring, PATIENT]
    with worse():
        taken = send(store, wrap(ndjson(*resources) if shape == "lines" else encoded(bundle(*resources))))
    assert counted(taken) == (0, 0, 0, 5)
    looked_at: list[int] = []
    assert replay(store, step=looked_at.append) == (4, 1)
    assert looked_at == [1, 2, 3, 4, 5]
    [delivery] = store.deliveries.listed()
    assert delivery.figures.conserved
    assert (delivery.figures.new, delivery.figures.quarantined) == (4, 1)
    assert {record.statement.born for record in known(store)} == {"", "1990-01-01"}
    [item] = store.quarantine.listed()
    assert [(outcome.what, len(outcome.issues)) for outcome in item.outcomes] == [("refused", 1)]
    assert len(store.quarantine.listed(closed=True)) == 5
    assert replay(store) == (0, 1)
    for record in known(store):
        assert store.records.bytes_of(record.sequence) in encoded(resources)


def test_one_by_its_id(store: Store, worse: Callable[[], Any]) -> None:
    with worse():
        send(store, ndjson(*GOOD))
    first = store.quarantine.listed()[0]
    assert replay(store, first.id) == (1, 0)
    assert replay(store, first.id) == (0, 0)
    assert not store.quarantine.found(first.id).open
    assert len(store.quarantine.listed()) == 2
    with pytest.raises(UnknownName):
        replay(store, "nothing")


def test_a_whole_file_is_taken_apart(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    content = encoded(bundle(*GOOD, FAULTY, PATIENT))
    with monkeypatch.context() as patch:
        patch.setattr("adapter.intake.envelope._WIDE", (content[:4],))
        assert counted(send(store, content)) == (0, 0, 0, 1)
    assert replay(store) == (1, 0)
    [delivery] = store.deliveries.listed()
    assert delivery.figures.conserved
    assert (delivery.figures.received, delivery.figures.new, delivery.figures.quarantined) == (4, 3, 1)


def test_a_replayed_record_was_not_known_before(store: Store, worse: Callable[[], Any]) -> None:
    with worse():
        send(store, GOOD[0])
    then = store.database.clock()
    replay(store)
    assert len(known(store)) == 1
    assert list(store.records.read(store.records.cut(then))) == []


@pytest.mark.parametrize("content", [b"", b"no JSON", b"\0\0\0\0", gzip.compress(ndjson(*GOOD), mtime=0)[:-1]])
def test_what_is_no_text_stays(store: Store, content: bytes) -> None:
    send(store, content)
    assert replay(store) == (0, 1)
    assert store.quarantine.listed()[0].outcomes[0].issues


def test_reasons_are_counted(store: Store) -> None:
    taken = send(store, ndjson(FAULTY, immunization("w", status=2), b"x".decode()))
    assert [count for _, count in taken.reasons] == [2, 1]
