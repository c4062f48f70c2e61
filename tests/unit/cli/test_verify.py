"""`adapter verify`: says that all holds, or names the first thing that does not and ends with 1."""

from __future__ import annotations

import sqlalchemy as sa
from adapter.store.store import Store
from calling import Adapter

from altering import unprotected
from sending import immunization, ndjson, send


def test_all_holds(adapter: Adapter, store: Store) -> None:
    send(store, ndjson(immunization("v1"), immunization("v2")))
    code, out, err = adapter("verify")
    assert (code, err) == (0, "")
    assert "3 ledger entries, and all that they bind, are as they were" in out


def test_the_first_thing_that_does_not_hold_is_named(adapter: Adapter, store: Store) -> None:
    send(store, ndjson(immunization("v1"), immunization("v2")))
    with unprotected(store) as connection:
        connection.execute(sa.text("UPDATE record_version SET statement = replace(statement, '09-12', '09-13')"))
    code, out, err = adapter("verify")
    assert (code, out) == (1, "")
    assert err.startswith("adapter: record_version 1: this is not the row that the ledger bound")
    assert err.count("\n") == 1
