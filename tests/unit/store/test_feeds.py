"""A feed remembers what it was first said to be."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.errors import UnknownName, UsageError
from adapter.reconcile.record import Feed
from adapter.store.store import Store


def test_a_practices_feed_and_another(store: Store) -> None:
    assert store.feeds.remember("emis", "D83013", gms_markers=True) == Feed("emis", "gp", "D83013", True)
    assert store.feeds.remember("trust") == Feed("trust", "poc")
    assert [feed.name for feed in store.feeds.listed()] == ["emis", "trust"]
    assert store.feeds.found("emis").practice == "D83013"


@pytest.mark.parametrize("call", [{}, {"practice": "D83013"}, {"kind": "gp"}, {"kind": "gp", "gms_markers": True}])
def test_what_is_not_said_is_known(store: Store, call: dict[str, Any]) -> None:
    first = store.feeds.remember("emis", "D83013", "gp", True)
    assert store.feeds.remember("emis", **call) == first


@pytest.mark.parametrize(
    "call",
    [
        {"practice": "A81001"},
        {"kind": "poc"},
        {"kind": "poc", "practice": "D83013"},
        {"gms_markers": True},
    ],
)
def test_a_contradiction_says_what_the_feed_is(store: Store, call: dict[str, Any]) -> None:
    store.feeds.remember("emis", "D83013")
    with pytest.raises(UsageError):
        store.feeds.remember("emis", **call)
    if call != {"kind": "poc", "practice": "D83013"}:
        with pytest.raises(UsageError, match="gp feed of D83013 without GMS markers"):
            store.feeds.remember("emis", **call)


def test_gp_without_a_practice_is_refused(store: Store) -> None:
    with pytest.raises(UsageError, match="--practice"):
        store.feeds.remember("emis", kind="gp")
    store.feeds.remember("trust")
    with pytest.raises(UsageError):
        store.feeds.remember("trust", kind="gp")
    with pytest.raises(UsageError):
        store.feeds.remember("trust", "D83013")


@pytest.mark.parametrize("name", ["", " x", "x" * 101, "a\nb", "patient 9990000026"])
def test_names_that_cannot_be_one(store: Store, name: str) -> None:
    with pytest.raises(UsageError):
        store.feeds.remember(name)


def test_unknown(store: Store) -> None:
    with pytest.raises(UnknownName):
        store.feeds.found("nothing")
