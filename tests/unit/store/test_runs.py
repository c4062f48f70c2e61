"""Runs cost what changed, and give back what they decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from adapter.achievement.achievement import Achievement
from adapter.errors import UnknownName
from adapter.fhir.statement import Identifier
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision, Ground, RecordRef, decision_id, id_bytes
from adapter.store.naming import identifier_name
from adapter.store.packed import Packer, cell, cells_of, month_number, month_of, parts_of, varint, varints
from adapter.store.runs import Pen, Run
from adapter.store.store import Store
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from sending import SYSTEM, immunization, ndjson, send

NOW = datetime(2024, 11, 30, 12, tzinfo=UTC)
EVERYBODY = (-(1 << 63), (1 << 63) - 1)


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


def with_records(store: Store, number: int) -> None:
    """Records that are called 1, 2, 3, ... and get these numbers as versions."""
    send(store, ndjson(*(immunization(str(value)) for value in range(1, number + 1))), "emis")


def decided(value: int, **changes: Any) -> Decision:
    decision = Decision(
        outcome=Outcome.COUNTED,
        reason=Reason.PERFORMER_IS_CLAIMANT,
        supporting=(Reason.RECORDED_LATE,),
        practice="D83013",
        programme="pertussis",
        indicator="PT001",
        period="2024-09",
        occurred="2024-09-12",
        vaccination=f"{value:032x}",
        record=RecordRef("emis", SYSTEM, str(value), 1, "", ""),
        grounds=(Ground("performer", "it is the practice", "ods"), Ground("code", f"of {value % 3}")),
        sequence=value,
        history=value << 40,
    )
    return replace(decision, **changes)


def save(store: Store, id_: str, decisions: list[Decision], counts: list[Achievement] | None = None) -> Run:
    packer = Packer()
    for one in decisions:
        packer.add(one, id_bytes(one), Identifier(SYSTEM, str(one.sequence)))
    with store.runs.writing() as pen:
        _decided(pen, packer.finish())
        pen.counts(counts or [], None)
        return pen.sign(run(id_))


def _decided(pen: Pen, packed: bytes) -> None:
    before = pen.decisions.standing([EVERYBODY])
    pen.decisions.add(packed, before)
    pen.decisions.end(before)
    pen.decisions.finish()


def achievement(count: str, **changes: Any) -> Achievement:
    cell_ = ("D83013", "Pertussis", "pertussis", "PT001", "2024-09", "2024-09-30")
    return replace(Achievement("", count, *cell_, 7, "ready", (), 0, 0, "r"), **changes)


def rows(store: Store, table: str) -> int:
    with store.database.read() as connection:
        return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def as_kept(store: Store, run_: Run) -> list[Decision]:
    """Without what the record versions say."""
    found = [one.decision for one in store.runs.decisions(run_)]
    return sorted((replace(one, record=replace(one.record, sha256="", pointer="")) for one in found), key=_order)


def _order(decision: Decision) -> int:
    return int(decision.record.value)


def test_a_run_comes_back_as_it_was(store: Store) -> None:
    with_records(store, 4)
    decisions = [
        decided(1),
        decided(2, practice=None, programme=None, indicator=None, outcome=Outcome.OUT_OF_SCOPE, supporting=()),
        decided(3, period=None, occurred=None, grounds=(), history=-5),
        decided(4, record=RecordRef("emis", None, "5", 300, "", ""), history=-6),
    ]
    counts = [achievement("b", indicator="PT002"), achievement("a")]
    saved = save(store, "aa11", decisions, counts)
    assert saved == replace(run(), number=1, last_decision=4)
    assert store.runs.listed() == [saved]
    assert store.runs.found() == store.runs.found("aa") == store.runs.numbered(1) == store.runs.latest() == saved
    assert as_kept(store, saved) == decisions
    assert [one.id for one in store.runs.decisions(saved, programme="pertussis", practice="D83013")] != []
    assert store.runs.achievements(saved) == [replace(one, run="aa11") for one in reversed(counts)]
    assert store.runs.achievements(saved, "X") == []
    assert store.runs.counted(saved) == 2


def test_what_a_version_says_is_not_said_again(store: Store) -> None:
    with_records(store, 1)
    saved = save(store, "aa", [decided(1)])
    [found] = store.runs.decisions(saved)
    [version] = store.records.versions(1)
    assert (found.decision.record.sha256, found.decision.record.pointer) == (version.sha256, version.pointer)


def test_what_stands_costs_nothing_and_what_changes_ends(store: Store) -> None:
    with_records(store, 250)
    many = [decided(value) for value in range(1, 251)]
    first = save(store, "aa", many)
    changed = decided(8, outcome=Outcome.EXCLUDED, reason=Reason.RETRACTED)
    second = save(store, "bb", [*reversed(many[:7]), changed, *many[8:240]])
    assert (rows(store, "decision"), rows(store, "decision_end")) == (251, 11)
    assert as_kept(store, first) == many
    now = [*many[:7], changed, *many[8:240]]
    assert as_kept(store, second) == now
    third = save(store, "cc", many)
    assert as_kept(store, third) == many
    assert as_kept(store, second) == now


def test_only_what_differs_between_two_runs(store: Store) -> None:
    with_records(store, 9)
    many = [decided(value) for value in range(1, 10)]
    changed = decided(8, outcome=Outcome.EXCLUDED, reason=Reason.RETRACTED)
    first, second = save(store, "aa", many[:8]), save(store, "bb", [*many[1:7], changed])
    third = save(store, "cc", [*many[:7], changed, many[8]])
    for before, after in ((first, second), (second, third), (first, third), (third, first), (second, second)):
        were, are = ({(one.sequence, one.outcome) for one in as_kept(store, each)} for each in (before, after))
        gone, new = store.runs.differing_decisions(before, after)
        assert {(one.sequence, one.outcome) for one in gone} == were - are
        assert {(one.sequence, one.outcome) for one in new} == are - were
    assert {one.sequence for one in store.runs.differing_decisions(first, third)[1]} == {8, 9}


def test_order_does_not_depend_on_arrival(store: Store) -> None:
    with_records(store, 50)
    many = [decided(value, practice=f"P{value % 3}", programme=f"p{value % 2}") for value in range(1, 51)]
    first = save(store, "aa", many)
    before = [each.id for each in store.runs.decisions(first)]
    save(store, "bb", [])
    again = save(store, "cc", list(reversed(many)))
    assert [each.id for each in store.runs.decisions(again)] == before
    order = [(one.decision.practice, one.decision.programme) for one in store.runs.decisions(again)]
    assert order == sorted(order, key=str)
    only = list(store.runs.decisions(again, practice="P1", programme="p0"))
    assert only
    assert {(each.decision.practice, each.decision.programme) for each in only} == {("P1", "p0")}
    assert list(store.runs.decisions(again, practice="P9")) == []


def test_long_lists_come_in_the_same_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with_records(store, 30)
    saved = save(store, "aa", [decided(value) for value in range(1, 31)])
    before = [each.id for each in store.runs.decisions(saved)]
    monkeypatch.setattr("adapter.store.decisions._LONG", 5)
    monkeypatch.setattr("adapter.store.decisions._PAGE", 7)
    assert [each.id for each in store.runs.decisions(saved)] == before


def test_by_the_beginning_of_an_id(store: Store) -> None:
    with_records(store, 2)
    for one in (decided(1), decided(2, history=-(1 << 60))):
        id_ = decision_id(one)
        save(store, "aa", [one])
        save(store, "bb", [])
        last = save(store, "cc", [one])
        for length in (4, 8, 11, len(id_)):
            assert [each.from_run for each in store.runs.decisions_like(id_[:length])] == [last.number]
    for nothing in ("", "xyz", "f" * 32, id_ + "0"):
        assert store.runs.decisions_like(nothing) == []
        assert store.runs.achievements_like(nothing) == []


def test_the_last_decision_on_a_record(store: Store) -> None:
    send(store, ndjson(*(immunization(str(value), patient=None) for value in (1, 2))), "emis")
    code = -1 - (int.from_bytes(_name("1"), "big") >> 1)
    save(store, "aa", [decided(1, history=code)])
    save(store, "bb", [changed := decided(1, history=code, outcome=Outcome.QUERIED)])
    found = store.runs.decision_of("emis", SYSTEM, "1")
    assert found is not None
    assert found.id == decision_id(changed)
    assert (found.decision.outcome, found.from_run) == (Outcome.QUERIED, 2)
    assert store.runs.decision_of("emis", SYSTEM, "2") is None
    assert store.runs.decision_of("emis", SYSTEM, "7") is None


def _name(value: str) -> bytes:
    return identifier_name("emis", SYSTEM, value)[:8]


def test_counts_stand_until_they_differ(store: Store) -> None:
    a, b = (digit * 32 for digit in "ab")
    first = save(store, "aa", [], [achievement(a), achievement(b, indicator="PT002")])
    second = save(store, "bb", [], [achievement(a)])
    third = save(store, "cc", [], [achievement(a), achievement(b, indicator="PT002")])
    assert (rows(store, "achievement"), rows(store, "achievement_end")) == (3, 1)
    assert [[one.count for one in store.runs.achievements(each)] for each in (first, second, third)] == [
        [a, b],
        [a],
        [a, b],
    ]
    assert [(one.count, one.run) for one in store.runs.achievements_like("b" * 12)] == [(b, "cc")]
    gone, new = store.runs.differing_counts(first, second)
    assert ([one.count for one in gone], new) == ([b], [])
    gone, new = store.runs.differing_counts(third, second)
    assert ([one.count for one in gone], new) == ([b], [])
    assert store.runs.differing_counts(first, third) == ([], [])


def test_only_touched_counts_are_looked_at(store: Store) -> None:
    a, b, c = (digit * 32 for digit in "abc")
    save(store, "aa", [], [achievement(a), achievement(b, practice="G81086")])
    with store.runs.writing() as pen:
        pen.counts([achievement(c, value=8)], {("D83013", "pertussis", "2024-09")})
        second = pen.sign(run("bb"))
    assert [one.count for one in store.runs.achievements(second)] == [c, b]


def test_nothing_there(store: Store) -> None:
    with pytest.raises(UnknownName, match="adapter run"):
        store.runs.found()
    assert store.runs.latest() is None
    save(store, "aa11", [])
    save(store, "aa22", [])
    for id_ in ("aa", "zz", ""):
        with pytest.raises(UnknownName):
            store.runs.found(id_)


def test_a_run_that_fails_midway_leaves_nothing(store: Store) -> None:
    with_records(store, 1)
    packer = Packer()
    packer.add(decided(1), id_bytes(decided(1)), Identifier(SYSTEM, "1"))
    with pytest.raises(RuntimeError):  # noqa: PT012, SIM117 - what fails is the block
        with store.runs.writing() as pen:
            _decided(pen, packer.finish())
            pen.counts([achievement("a")], None)
            raise RuntimeError
    assert [rows(store, table) for table in ("run", "decision", "achievement", "phrase")] == [0, 0, 0, 0]


@given(st.lists(st.integers(0, 1 << 40)))
def test_numbers_come_back(numbers: list[int]) -> None:
    assert varints(b"".join(map(varint, numbers))) == numbers


@given(st.integers(0, 1 << 31), st.integers(0, (1 << 14) - 1), st.integers(0, 9999), st.integers(1, 12))
def test_cells_come_back(practice: int, line: int, year: int, month: int) -> None:
    period = f"{year:04}-{month:02}"
    where = cell(practice, line, month_number(period))
    assert parts_of(where) == (practice, line, month_number(period))
    assert month_of(month_number(period)) == period
    assert cells_of(practice)[0] <= cells_of(practice, line)[0] <= where <= cells_of(practice, line)[1]
    assert cells_of(practice, line)[1] <= cells_of(practice)[1] < cells_of(practice + 1)[0]


def test_reviews_and_releases(store: Store) -> None:
    given_ = store.reviews.add("D83013", ("emis", "s", "v"), "given-elsewhere", "A. Reviewer", "seen in the letter")
    assert store.reviews.listed() == [given_]
    assert store.reviews.listed(NOW.replace(year=2000)) == []
    assert given_.when.endswith("Z")
    assert store.ods_releases.add(b"file", "csv", b"parsed", "epraccur")
    assert not store.ods_releases.add(b"file", "csv", b"parsed", "epraccur")
    assert store.ods_releases.add(b"other", "json", b"parsed too")
    first, second = store.ods_releases.listed()
    assert (first.parsed, first.kind, first.name, second.parsed) == (b"parsed", "csv", "epraccur", b"parsed too")
    assert store.ods_releases.content(first.sha256) == b"file"
    assert list(store.ods_releases.listed(NOW.replace(year=2000))) == []
    with pytest.raises(UnknownName):
        store.ods_releases.content("00" * 32)
