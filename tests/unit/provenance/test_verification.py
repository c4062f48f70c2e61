"""Somebody changes rows and writes a new ledger over them: what the rows say of each other gives it away.

A checkpoint that left the database gives it away in any case.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.errors import KeyFault
from adapter.provenance.finding import Finding
from adapter.provenance.proof import checkpoint
from adapter.provenance.verification import Verified, verify
from adapter.store.ledger_take_over import take_over
from adapter.store.seal import compress
from adapter.store.store import Store, open_store
from msgspec.structs import replace

from altering import unprotected
from filled import dose, fill
from sending import database_settings, immunization, ndjson, send


def forge(store: Store, *statements: str, **values: object) -> None:
    """The statements, and then a ledger that binds what they made of it."""
    with unprotected(store) as connection:
        for statement in (*statements, "DELETE FROM ledger", "DELETE FROM ledger_mark"):
            connection.execute(sa.text(statement), values)
    take_over(store.database)


def found(store: Store) -> str:
    return str(verify(store))


def test_a_new_ledger_over_what_is_right_is_shown_by_a_checkpoint_alone(filled: Store) -> None:
    before = checkpoint(filled, bytes(32))
    forge(filled)
    assert isinstance(verify(filled), Verified)
    assert str(verify(filled, against=before)) == "ledger 1: this is not the ledger that the checkpoint is of"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE payload SET sha256 = :zeros WHERE delivery = 2 AND stream = 'content'",
            "payload 2/content/0: the kept",
        ),
        ("UPDATE payload SET start = 1 WHERE delivery = 3", "payload 3/content/1: a chunk does not begin"),
        (
            "UPDATE payload SET body = :other, length = 5, sha256 = :sha WHERE delivery = 2 AND stream = 'wrapper'",
            "delivery 2: the kept bytes",
        ),
        (
            "UPDATE delivery SET size = size + 1 WHERE number = 1",
            "delivery 1: the kept bytes are not the ones that came",
        ),
        (
            "UPDATE delivery SET sha256 = :zeros WHERE number = 2",
            "delivery 2: the kept bytes are not the ones that came",
        ),
        ("UPDATE record_version SET sha256 = :zeros WHERE seq = 3", "record_version 3: the kept bytes"),
        ("UPDATE record_version SET start = start + 1 WHERE seq = 4", "record_version 4: the kept bytes"),
        ("UPDATE record_version SET length = 100000 WHERE seq = 4", "record_version 4: the kept bytes"),
        ("UPDATE receipt SET length = length - 1", "receipt 1: the kept bytes"),
        ("UPDATE quarantine SET sha256 = :zeros WHERE number = 2", "quarantine 2: the kept bytes"),
        ("UPDATE run SET id = 'ab' WHERE number = 1", "run 1: its id is not the hash"),
        ("UPDATE run SET ruleset_digest = 'ab' WHERE number = 2", "run 2: its id is not the hash"),
        ("UPDATE run SET cut_sum = :zeros WHERE number = 1", "run 1: its records do not add up"),
        ("UPDATE run SET output_digest = 'ab' WHERE number = 1", "run 1: its output digest"),
        ("UPDATE run SET outcomes = '{}' WHERE number = 2", "run 2: its outcomes"),
        ("UPDATE review SET verdict = 'given-by-practice'", "run 2: its id is not the hash"),
        ("UPDATE decision SET id = :short WHERE number = 3", "run 2: its decisions are not the ones"),
        ("DELETE FROM decision WHERE number = 3", "decision 3: a row that the ledger bound is missing"),
        ("UPDATE decision SET day = day + 1 WHERE number = 3", "decision "),
        (
            "UPDATE record_version SET statement = replace(statement, '09-13', '09-14') WHERE seq = 4",
            "run 2: the records",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and not value.startswith(("UPDATE", "DELETE")) else "",
)
def test_what_rows_say_of_each_other(filled: Store, statement: str, expected: str) -> None:
    forge(filled, statement, **_values(statement))
    assert found(filled).startswith(expected)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            r"UPDATE achievement SET body = replace(body, '\:4,', '\:5,')",
            "it is not what its decisions make",
        ),
        ("DELETE FROM achievement_end WHERE until_run = 2", "another count stands"),
        ("DELETE FROM achievement WHERE from_run = 2", "it is missing, though there are decisions for it"),
    ],
    ids=["raised", "never ended", "taken away"],
)
def test_counts_are_what_their_decisions_make(filled: Store, statement: str, expected: str) -> None:
    forge(filled, statement)
    assert found(filled).startswith("achievement ")
    assert expected in found(filled)


def test_on_either_database(store: Store) -> None:
    fill(store)
    before = checkpoint(store, bytes(32))
    for run in (None, *store.runs.listed()):
        assert verify(store, run, before) == Verified(before.size, before.root)
    forge(store, "UPDATE record_version SET sha256 = :zeros WHERE seq = 3", zeros=bytes(32))
    assert found(store) == "record_version 3: the kept bytes are not those of its digest"


def test_a_rule_that_is_gone_is_named(store: Store) -> None:
    with store.database.write() as connection:
        if store.database.dialect == "sqlite":
            connection.execute(sa.text("DROP TRIGGER review_no_delete"))
        else:
            connection.execute(sa.text("ALTER TABLE review DISABLE TRIGGER review_append_only"))
    try:
        assert found(store) == "review: the rule is gone that keeps it append-only"
    finally:
        if store.database.dialect == "postgresql":
            with store.database.write() as connection:
                connection.execute(sa.text("ALTER TABLE review ENABLE TRIGGER review_append_only"))


def test_a_run_by_itself(filled: Store) -> None:
    first, second = filled.runs.listed()
    assert isinstance(verify(filled, first), Verified)
    forge(filled, "UPDATE run SET outcomes = '{}' WHERE number = 2")
    assert isinstance(verify(filled, first), Verified)
    assert isinstance(verify(filled, filled.runs.numbered(second.number)), Finding)


def test_encrypted_bytes_need_their_key(tmp_path: Path) -> None:
    settings = replace(database_settings(tmp_path), data_key=bytes(32))
    with open_store(settings.database_url, settings) as store:
        send(store, ndjson(immunization("v1"), dose("v2", 2)))
        assert isinstance(verify(store), Verified)
    with open_store(settings.database_url, replace(settings, data_key=None)) as store, pytest.raises(KeyFault):
        verify(store)


def _values(statement: str) -> dict[str, object]:
    """Those that a statement names."""
    known = {
        "zeros": bytes(32),
        "short": bytes(16),
        "other": compress(b"other"),
        "sha": hashlib.sha256(b"other").digest(),
    }
    return {name: value for name, value in known.items() if f":{name}" in statement}
