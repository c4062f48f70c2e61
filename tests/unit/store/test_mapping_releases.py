"""Releases of official tables: kept as they were, in their order, withdrawn by a row of their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from adapter.errors import UnknownName
from adapter.normalise.overlay import Overlay, RowChange
from adapter.store.store import Store

FIRST = Overlay("rf2", "a snapshot", ("1", "2"), (RowChange("snomed.csv", "1", "change", {"status": "inactive"}),))
SECOND = Overlay("dmd", "dm+d", (), (RowChange("products.csv", "2", "remove"),))


def test_releases_come_back_in_their_order(store: Store) -> None:
    assert store.mapping_releases.in_force() == ()
    assert [store.mapping_releases.add(each) for each in (FIRST, SECOND)] == [1, 2]
    assert store.mapping_releases.in_force() == (FIRST, SECOND)
    assert [release.overlay.digest for release in store.mapping_releases.listed()] == [FIRST.digest, SECOND.digest]


def test_a_withdrawn_release_is_remembered_and_may_be_kept_again(store: Store) -> None:
    for each in (FIRST, SECOND):
        store.mapping_releases.add(each)
    store.mapping_releases.withdraw(1)
    assert store.mapping_releases.in_force() == (SECOND,)
    listed = store.mapping_releases.listed()
    assert [(release.number, release.withdrawn is None) for release in listed] == [(1, False), (2, True)]
    with pytest.raises(UnknownName):
        store.mapping_releases.withdraw(1)
    assert store.mapping_releases.add(FIRST) == 4
    assert store.mapping_releases.in_force() == (SECOND, FIRST)
    with pytest.raises(UnknownName):
        store.mapping_releases.withdraw(3)  # the withdrawal itself


def test_what_lay_over_the_tables_at_a_moment(store: Store) -> None:
    store.mapping_releases.add(FIRST)
    store.mapping_releases.add(SECOND)
    store.mapping_releases.withdraw(1)
    first, second = store.mapping_releases.listed()
    assert first.withdrawn is not None
    tick = timedelta(microseconds=1)
    moments = [first.recorded - tick, first.recorded, second.recorded, first.withdrawn]
    assert [store.mapping_releases.in_force(moment) for moment in moments] == [
        (),
        (FIRST,),
        (FIRST, SECOND),
        (SECOND,),
    ]
