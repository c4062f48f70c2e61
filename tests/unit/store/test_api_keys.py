"""Keys: shown once, kept as a digest, revoked for good."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from adapter.errors import UnknownName, UsageError
from adapter.store.access_tables import API_KEY
from adapter.store.api_keys import ApiKeys
from adapter.store.holder import Holder, holder_of
from adapter.store.store import Store


def test_a_key_opens_until_it_is_revoked(store: Store) -> None:
    key, text = store.api_keys.create("trust", ["feed:write:trust", "counts:read"])
    assert store.api_keys.holder(text) == key
    assert (key.feed, key.scopes) == ("trust", ("counts:read", "feed:write:trust"))
    revoked = store.api_keys.revoke(key.id)
    assert store.api_keys.holder(text) is None
    assert store.api_keys.revoke(key.id) == revoked
    assert [one.revoked is not None for one in store.api_keys.listed()] == [True]


def test_the_secret_is_not_kept(store: Store) -> None:
    _, text = store.api_keys.create("trust", ["admin"])
    with store.database.read() as connection:
        row = connection.execute(sa.select(API_KEY)).one()
    assert text.rpartition("_")[2] not in repr(row)
    assert len(row.sha256) == 32


@pytest.mark.parametrize(
    "change", [lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"), str.upper, lambda _: ""]
)
def test_another_text_is_no_key(store: Store, change: object) -> None:
    _, text = store.api_keys.create("trust", ["admin"])
    assert store.api_keys.holder(change(text)) is None  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "scopes"),
    [
        ("one", []),
        ("one", ["everything"]),
        ("one", ["feed:write:"]),
        ("one", ["feed:write:a b"]),
        ("one", ["feed:write:a", "feed:write:b"]),
        (" ", ["admin"]),
        ("9990000026", ["admin"]),
        ("a\nb", ["admin"]),
    ],
)
def test_what_cannot_be_a_key(store: Store, name: str, scopes: list[str]) -> None:
    with pytest.raises(UsageError):
        store.api_keys.create(name, scopes)
    assert store.api_keys.listed() == []


def test_unknown_keys_cannot_be_revoked(store: Store) -> None:
    keys: ApiKeys = store.api_keys
    with pytest.raises(UnknownName):
        keys.revoke("0" * 12)


def test_a_disclosure_names_key_and_count(store: Store) -> None:
    key, _ = store.api_keys.create("auditor", ["audit:read"])
    store.disclosures.add(holder_of(key), [("abc", 3), ("def", 1)])
    store.disclosures.add(Holder("x", (), issuer="https://id.example", subject="client"), [("ghi", 2)])
    assert [(entry.who, entry.what, entry.records) for entry in store.disclosures.listed()] == [
        (key.id, "abc", 3),
        (key.id, "def", 1),
        ("https://id.example client", "ghi", 2),
    ]
