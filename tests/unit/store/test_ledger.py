"""One entry for each transaction, chained, that binds every row: on either database the same digests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from adapter.errors import StoreError
from adapter.merkle import leaf_hash, root_of
from adapter.provenance.finding import Finding
from adapter.provenance.verification import Verified, verify
from adapter.store.arrival_tables import FEED, RECORD_IDENTIFIER
from adapter.store.bulk import insert_rows
from adapter.store.ledger_form import LEDGERS, MARK_BYTES, NO_ENTRY, Form, Rows, forms
from adapter.store.ledger_reading import StoredEntry, snapshot
from adapter.store.ledger_sealing import bind
from adapter.store.ledger_tables import LEDGER
from adapter.store.ledger_take_over import take_over
from adapter.store.run_tables import DECISION_END
from adapter.store.said_tables import REVIEW
from adapter.store.schema import TABLES
from adapter.store.store import Store
from sqlmodel import SQLModel

from altering import unprotected
from filled import empty_tables, fill
from sending import encoded, immunization, ndjson, send

NOW = datetime(2024, 11, 30, 12, tzinfo=UTC)


def entries(store: Store) -> list[StoredEntry]:
    with snapshot(store.database) as stored:
        return [each for each in stored.entries() if isinstance(each, StoredEntry)]


def held(store: Store) -> Verified:
    found = verify(store)
    assert isinstance(found, Verified), str(found)
    return found


def test_everything_that_the_product_keeps_is_bound(store: Store) -> None:
    fill(store)
    assert empty_tables(store) == []
    found = held(store)
    chain = entries(store)
    assert found.size == len(chain)
    assert found.root == root_of(each.hash for each in chain)
    bound = {name for each in chain for name in each.entry.rows()}
    assert bound == set(TABLES) - LEDGERS
    assert [each.entry.previous for each in chain] == [NO_ENTRY, *(each.hash for each in chain[:-1])]
    assert [each.entry.number for each in chain] == list(range(1, len(chain) + 1))


def test_a_transaction_is_an_entry_and_one_that_writes_nothing_is_none(store: Store) -> None:
    before = len(entries(store))
    send(store, ndjson(*(immunization(f"v{number}") for number in range(3))))
    assert [each.entry.kind for each in entries(store)[before:]] == ["feed", "delivery"]
    store.feeds.remember("trust")
    assert len(entries(store)) == before + 2
    delivery = entries(store)[before + 1].entry
    assert delivery.subject == store.deliveries.listed()[0].id
    assert {name: (rows.count, rows.to) for name, rows in delivery.rows().items()} == {
        "delivery": (1, 1),
        "delivery_end": (1, 0),
        "batch": (1, 1),
        "payload": (1, 0),
        "record_version": (3, 3),
        "statement_form": (1, 1),
    }
    assert delivery.rows()["payload"].keys == ((1, "content", 0),)


def test_a_transaction_that_fails_leaves_no_entry(store: Store) -> None:
    before = entries(store)
    with pytest.raises(StoreError), store.database.write() as connection:
        connection.execute(sa.insert(FEED), [_feed(1, "trust"), _feed(1, "again")])
    assert entries(store) == before


def test_the_leaf_of_a_row_is_its_canonical_json() -> None:
    form = Form(FEED)
    values = form.values(_feed(7, "trust"))
    assert form.leaf(values) == b'[7,"trust","poc","",true,"2024-11-30T12:00:00.000000Z"]'
    assert form.hash(values) == leaf_hash(form.leaf(values))
    assert Form(REVIEW).leaf([1, None, b"\x00\xff", None, None]) == b'[1,null,"AP8="]'


@pytest.mark.parametrize("name", sorted(set(TABLES) - LEDGERS))
def test_every_table_has_a_place_in_the_order_of_the_ledger_or_few_rows(name: str) -> None:
    """A table of which a transaction writes many rows must not list their keys."""
    few = {"payload", "delivery_end", "api_key_end", "incident_end", "meta", "phrase"}
    form = Form(SQLModel.metadata.tables[name])
    assert (form.place is None) == (name in few)


def test_rows_written_past_the_inserts_are_handed_over(store: Store) -> None:
    rows = [_feed(number, f"feed {number}") for number in (1, 2)]
    insert = sa.text("INSERT INTO feed VALUES (:number, :name, :kind, :practice, :gms_markers, :created)")
    created = "2024-11-30T12:00:00.000000Z"
    with store.database.write() as connection:
        connection.execute(insert, [row | {"created": created} for row in rows])
        bind(connection, FEED, [Form(FEED).values(row) for row in rows])
    held(store)
    with store.database.write() as connection:
        connection.execute(insert, _feed(3, "secret") | {"created": created})
    assert verify(store) == Finding("feed", "3", "no ledger entry bound this row: it was put in")


def test_rows_may_come_in_any_order_but_a_value_must_not_be_left_out(store: Store) -> None:
    names = [{"digest": bytes([255 - each] * 16), "record": each, "batch": 0} for each in range(3)]
    with store.database.write() as connection:
        connection.execute(sa.insert(RECORD_IDENTIFIER), names)
    held(store)
    with pytest.raises(StoreError, match="without all its values"), store.database.write() as connection:
        connection.execute(sa.insert(RECORD_IDENTIFIER).values(digest=b"x" * 16, record=1))


def test_thousands_of_rows_in_one_transaction(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are held back at once; their marks lie in several rows."""
    monkeypatch.setattr("adapter.store.ledger_sealing._HELD", 5_000)
    with store.database.write() as connection:
        for start in range(1, 10_000, 1_000):
            connection.execute(sa.insert(FEED), [_feed(number, f"{number}") for number in range(start, start + 1_000)])
            names = [(bytes([number % 251] * 16), number, 7) for number in range(start, start + 1_000)]
            insert_rows(connection, RECORD_IDENTIFIER, names)
    held(store)
    with store.database.read() as connection:
        marks = connection.execute(sa.text("SELECT name, position, marks FROM ledger_mark ORDER BY 1, 2")).all()
    assert [(name, position, len(text) // MARK_BYTES) for name, position, text in marks] == [
        (name, position, count)
        for name in ("feed", "record_identifier")
        for position, count in ((0, 4_096), (4_096, 4_096), (8_192, 1_808))
    ]


def test_a_clock_that_goes_back_makes_no_entry_older(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store.database, "clock", lambda: NOW.replace(year=1999))
    store.feeds.remember("trust")
    first, *_, last = entries(store)
    assert last.entry.recorded >= first.entry.recorded
    held(store)


def test_what_was_there_before_the_ledger_is_taken_over(store: Store) -> None:
    fill(store)
    _forget(store)
    take_over(store.database)
    take_over(store.database)
    assert [(each.entry.kind, each.entry.number) for each in entries(store)] == [("taken-over", 1)]
    send(store, encoded(immunization("later")), "trust")
    assert held(store).size == len(entries(store)) == 2


def _forget(store: Store) -> None:
    """The ledger, as if this were an older database."""
    with unprotected(store) as connection:
        connection.execute(sa.text("DELETE FROM ledger"))
        connection.execute(sa.text("DELETE FROM ledger_mark"))


def _feed(number: int, name: str) -> dict[str, Any]:
    return {"number": number, "name": name, "kind": "poc", "practice": "", "gms_markers": True, "created": NOW}


def test_rows_and_entries_round_trip() -> None:
    rows = Rows(2, "ab", keys=((1, "content", 0),))
    assert rows.to == 0
    assert Form(DECISION_END).place == "until_run"
    assert forms([LEDGER, FEED]).keys() == {"feed"}
