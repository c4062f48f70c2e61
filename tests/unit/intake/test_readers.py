"""A service that runs for months reads by the tables in force: by others, once others come into force."""

from __future__ import annotations

import pytest
from adapter.intake import readers
from adapter.intake.readers import FRESH, Readers
from adapter.normalise.overlay import Overlay, RowChange
from adapter.store.store import Store

from sending import shared_reader

RELEASE = Overlay("rf2", "a snapshot", ("1", "2"), (RowChange("snomed.csv", "1", "change", {"status": "x"}),))


def test_a_reader_is_made_anew_when_other_tables_come_into_force(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    def counted(opened: Store) -> object:
        made.append(len(opened.mapping_releases.in_force()))
        return shared_reader()

    now = [0.0]
    monkeypatch.setattr(readers, "reader_for", counted)
    kept = Readers(lambda: now[0])
    kept.of(store)
    number = store.mapping_releases.add(RELEASE)
    kept.of(store)
    assert made == [0]
    now[0] += FRESH
    kept.of(store)
    now[0] += FRESH
    kept.of(store)
    assert made == [0, 1]
    store.mapping_releases.withdraw(number)
    now[0] += FRESH
    kept.of(store)
    assert made == [0, 1, 0]
