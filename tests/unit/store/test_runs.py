"""Runs cost what changed, and give back what they decided."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from adapter.achievement.achievement import Achievement
from adapter.errors import UnknownName
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision, Ground, RecordRef
from adapter.store.runs import Run
from adapter.store.store import Store
from msgspec.structs import replace

NOW = datetime(2024, 11, 30, 12, tzinfo=UTC)


def run(id_: str = "aa11") -> Run:
    return Run(
        id=id_,
        period_from="2024-09",
        period_to="2024-10",
        as_of=None,
        cut=7,
        cut_digest="c",
        ruleset_digest="r",
        ruleset_files={"b.csv": "2", "a.csv": "1"},
        directory_digest="d",
        code_version="0.1.0",
        output_digest="o",
        started=NOW,
        finished=NOW,
        outcomes={"counted": 1},
    )


def decided(value: str, **changes: Any) -> tuple[str, Decision]:
    decision = Decision(
        outcome=Outcome.COUNTED,
        reason=Reason.PERFORMER_IS_CLAIMANT,
        supporting=(Reason.RECORDED_LATE,),
        practice="D83013",
        programme="pertussis",
        indicator="PT001",
        period="2024-09",
        occurred="2024-09-12",
        vaccination="v",
        record=RecordRef("emis", None, value, 1, "ab", ""),
        grounds=(Ground("performer", "it is the practice", "ods"),),
        sequence=3,
    )
    decision = replace(decision, **changes)
    return hashlib.sha256(repr(decision).encode()).hexdigest()[:32], decision


def achievement(count: str, run_id: str) -> Achievement:
    return Achievement(
        run_id, count, "D83013", "Pertussis", "pertussis", "PT001", "2024-09", "2024-09-30", 7, "ready", (), 0, 0, "r"
    )


def rows(store: Store, table: str) -> int:
    with store.database.read() as connection:
        return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def test_a_run_comes_back_as_it_was(store: Store) -> None:
    decisions = [decided("1"), decided("2", practice=None, programme=None, outcome=Outcome.OUT_OF_SCOPE)]
    saved = store.runs.save(run(), decisions, [achievement("b", "aa11"), achievement("a", "aa11")])
    assert saved == replace(run(), number=1)
    assert store.runs.listed() == [saved]
    assert store.runs.found() == store.runs.found("aa") == store.runs.numbered(1) == saved
    found = list(store.runs.decisions(saved))
    assert sorted((each.id, each.decision.record.value) for each in found) == sorted(
        (id_, decision.record.value) for id_, decision in decisions
    )
    assert {each.decision for each in found} == {decision for _, decision in decisions}
    assert [each.count for each in store.runs.achievements(saved)] == ["b", "a"]
    assert store.runs.achievements(saved, "X") == []


def test_what_stands_costs_nothing_and_what_changes_ends(store: Store) -> None:
    many = [decided(str(value)) for value in range(2_500)]
    first = store.runs.save(run("aa"), many, [])
    changed = decided("7", outcome=Outcome.EXCLUDED, reason=Reason.RETRACTED)
    second = store.runs.save(run("bb"), [*reversed(many[:7]), changed, *many[8:2_400]], [])
    assert (rows(store, "decision"), rows(store, "decision_end")) == (2_501, 101)
    assert {each.id for each in store.runs.decisions(first)} == {id_ for id_, _ in many}
    now = {each.id for each in store.runs.decisions(second)}
    assert now == {id_ for id_, _ in [*many[:7], changed, *many[8:2_400]]}
    third = store.runs.save(run("cc"), many, [])
    assert {each.id for each in store.runs.decisions(third)} == {id_ for id_, _ in many}
    assert {each.id for each in store.runs.decisions(second)} == now


def test_order_does_not_depend_on_arrival(store: Store) -> None:
    many = [decided(str(value), practice=f"P{value % 3}", programme=f"p{value % 2}") for value in range(50)]
    first = store.runs.save(run("aa"), many, [])
    before = [each.id for each in store.runs.decisions(first)]
    store.runs.save(run("bb"), [], [])
    again = store.runs.save(run("cc"), reversed(many), [])
    assert [each.id for each in store.runs.decisions(again)] == before
    only = list(store.runs.decisions(again, practice="P1", programme="p0"))
    assert only
    assert {(each.decision.practice, each.decision.programme) for each in only} == {("P1", "p0")}


def test_by_the_beginning_of_an_id(store: Store) -> None:
    (id_, decision), counts = decided("1"), [digit * 32 for digit in "ab"]
    store.runs.save(run("aa"), [(id_, decision)], [achievement(each, "aa") for each in counts])
    store.runs.save(run("bb"), [], [])
    store.runs.save(run("cc"), [(id_, decision)], [])
    for length in (8, 11, len(id_)):
        assert [each.from_run for each in store.runs.decisions_like(id_[:length])] == [3]
    for nothing in ("", "xyz", "0" * 32, id_ + "0"):
        assert store.runs.decisions_like(nothing) == []
        assert store.runs.achievements_like(nothing) == []
    assert [each.count for each in store.runs.achievements_like("b" * 12)] == [counts[1]]


def test_nothing_there(store: Store) -> None:
    with pytest.raises(UnknownName, match="adapter run"):
        store.runs.found()
    store.runs.save(run("aa11"), [], [])
    store.runs.save(run("aa22"), [], [])
    for id_ in ("aa", "zz", ""):
        with pytest.raises(UnknownName):
            store.runs.found(id_)


def test_a_run_that_fails_midway_leaves_nothing(store: Store) -> None:
    def broken() -> Any:
        yield decided("1")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.runs.save(run(), broken(), [])
    assert (rows(store, "run"), rows(store, "decision")) == (0, 0)


def test_reviews_and_releases(store: Store) -> None:
    given = store.reviews.add("D83013", ("emis", "s", "v"), "given-elsewhere", "A. Reviewer", "seen in the letter")
    assert store.reviews.listed() == [given]
    assert store.reviews.listed(NOW.replace(year=2000)) == []
    assert given.when.endswith("Z")
    assert store.ods_releases.add(b"file", "csv", b"parsed", "epraccur")
    assert not store.ods_releases.add(b"file", "csv", b"parsed", "epraccur")
    assert store.ods_releases.add(b"other", "json", b"parsed too")
    first, second = store.ods_releases.listed()
    assert (first.parsed, first.kind, first.name, second.parsed) == (b"parsed", "csv", "epraccur", b"parsed too")
    assert store.ods_releases.content(first.sha256) == b"file"
    assert list(store.ods_releases.listed(NOW.replace(year=2000))) == []
    with pytest.raises(UnknownName):
        store.ods_releases.content("00" * 32)
