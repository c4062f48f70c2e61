"""A source-system fault: what it may have touched, what a practice has to check, and how the counts stand meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import Declaration, cell_of, counted_digest
from adapter.achievement.incident import Item, Scope, affected, cells, what_to_do, work_list
from adapter.achievement.standing import standing
from adapter.normalise.hold import Incident as IncidentRow
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision, RecordRef


def record(feed: str = "a feed", system: str | None = "a system", value: str = "1", sha256: str = "ab") -> RecordRef:
    return RecordRef(feed, system, value, 1, sha256, "#")


def decision(outcome: Outcome = Outcome.COUNTED, **more: Any) -> Decision:
    said: dict[str, Any] = {
        "outcome": outcome,
        "reason": Reason.TWIN,
        "supporting": (),
        "practice": "D83013",
        "programme": "hpv",
        "indicator": "HPV003",
        "period": "2024-09",
        "occurred": "2024-09-10",
        "vaccination": "v",
        "record": record(),
    }
    return Decision(**(said | more))


SCOPE = Scope(("hpv", "pertussis"), "2024-09-05", "2024-10-20")


@pytest.mark.parametrize(
    ("said", "dated"),
    [
        ({}, True),
        ({"programme": "pertussis"}, True),
        ({"programme": "menb"}, False),
        ({"programme": None}, False),
        ({"occurred": "2024-09-04"}, False),
        ({"occurred": "2024-09-05"}, True),
        ({"occurred": "2024-10-20"}, True),
        ({"occurred": "2024-10-21"}, False),
        ({"occurred": None, "period": "2024-08"}, False),
        ({"occurred": None, "period": "2024-09"}, True),
        ({"occurred": None, "period": "2024-10"}, True),
        ({"occurred": None, "period": "2024-11"}, False),
        ({"occurred": None, "period": None}, False),
    ],
)
def test_a_fault_has_its_programmes_and_days(said: dict[str, Any], dated: bool) -> None:
    assert SCOPE.dated(decision(**said)) is dated
    assert affected(SCOPE, [decision(**said)]) == ([decision(**said)] if dated else [])


def test_a_fault_of_a_feed_or_a_system_touches_every_copy_of_a_vaccination() -> None:
    by_feed = decision(vaccination="one", record=record(feed="bad feed"))
    its_copy = decision(vaccination="one", record=record(feed="own feed"))
    by_system = decision(vaccination="two", record=record(system="bad system"))
    another = decision(vaccination="three")
    too_early = decision(vaccination="three", record=record(feed="bad feed"), occurred="2024-09-04")
    everyone = [another, its_copy, by_feed, by_system, too_early]
    both = Scope(SCOPE.programmes, SCOPE.first, SCOPE.last, ("bad feed",), ("bad system",))
    assert affected(both, everyone) == [its_copy, by_feed, by_system]
    assert affected(Scope(("hpv",), SCOPE.first, SCOPE.last, feeds=("bad feed",)), everyone) == [its_copy, by_feed]
    assert affected(Scope(("hpv",), SCOPE.first, SCOPE.last, systems=("bad system",)), everyone) == [by_system]
    assert affected(SCOPE, everyone) == everyone[:-1]
    assert [both.everything, SCOPE.everything] == [False, True]


@pytest.mark.parametrize("unknown", ["practice", "programme", "indicator", "period"])
def test_a_decision_stands_in_a_count_only_where_nothing_is_open(unknown: str) -> None:
    assert cells([decision()]) == {("D83013", "hpv", "HPV003", "2024-09")}
    assert cells([decision(**{unknown: None})]) == set()


def test_a_decision_of_nobody_stands_in_no_count() -> None:
    found = {outcome: bool(cells([decision(outcome)])) for outcome in Outcome}
    assert found == {
        Outcome.COUNTED: True,
        Outcome.EXCLUDED: True,
        Outcome.QUERIED: True,
        Outcome.MERGED: False,
        Outcome.OUT_OF_SCOPE: False,
    }


KEY = ("a feed", "a system", "1")
NOT = Outcome.EXCLUDED
ASKED = Outcome.QUERIED


@pytest.mark.parametrize(
    ("before", "now", "reviewed", "progress"),
    [
        (decision(), decision(), False, "open"),
        (decision(ASKED), decision(ASKED), False, "open"),
        (decision(NOT), decision(), False, "open"),
        (None, decision(), False, "open"),
        (decision(), decision(record=record(sha256="cd")), False, "sent again"),
        (decision(), decision(), True, "reviewed"),
        (decision(), decision(record=record(sha256="cd")), True, "reviewed"),
        (decision(), decision(NOT), False, "no claim any more"),
        (decision(), decision(NOT), True, "no claim any more"),
        (decision(ASKED), None, False, "no claim any more"),
    ],
)
def test_what_became_of_a_record_since(
    before: Decision | None, now: Decision | None, reviewed: bool, progress: Any
) -> None:
    seen = [("D83013", KEY)] if reviewed else []
    assert work_list([before] if before else [], [now] if now else [], seen) == [Item("D83013", before, now, progress)]


@pytest.mark.parametrize(
    ("again", "progress"),
    [
        ({"sha256": "cd", "practice": "D83013"}, "sent again"),
        ({"sha256": "cd", "practice": "H81998"}, "open"),
        ({"sha256": "cd", "practice": None}, "open"),
        ({"sha256": "cd", "practice": "D83013", "vaccination": "another"}, "open"),
        ({"sha256": "ab", "practice": "D83013"}, "open"),
    ],
)
def test_a_source_that_names_the_practice_when_it_sends_again_has_answered_for_its_copy(
    again: dict[str, Any], progress: str
) -> None:
    mine = decision()
    was = decision(Outcome.MERGED, practice=None, record=record("unit", value="u1"))
    sent = record("unit", value="u1", sha256=again.pop("sha256"))
    now = decision(Outcome.MERGED, **({"record": sent} | again))
    assert [one.progress for one in work_list([mine, was], [mine, now], [])] == [progress]


def test_a_list_is_by_practice_and_record_and_only_of_claims() -> None:
    def claimed(practice: str | None, value: str, outcome: Outcome = Outcome.COUNTED, **more: Any) -> Decision:
        return decision(outcome, practice=practice, record=record(value=value, **more))

    before = [claimed("B", "2"), claimed("B", "1"), claimed("A", "3", NOT), claimed(None, "4"), claimed("A", "5", NOT)]
    now = [claimed("A", "2", system=None), claimed("B", "1"), claimed("A", "3"), claimed("A", "5", NOT)]
    found = work_list(before, now, [("A", ("a feed", "a system", "1")), ("A", ("a feed", "", "2"))])
    assert [(one.practice, one.shown.record.value if one.shown else "", one.progress) for one in found] == [
        ("A", "2", "reviewed"),
        ("A", "3", "open"),
        ("B", "1", "open"),
        ("B", "2", "no claim any more"),
    ]


def test_the_latest_decision_is_shown() -> None:
    assert Item("D83013", decision(), decision(ASKED), "open").shown == decision(ASKED)
    assert Item("D83013", decision(), None, "no claim any more").shown == decision()
    assert Item("D83013", None, None, "open").shown is None


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        (Item("p", decision(), None, "no claim any more"), "Nothing: it is not claimed any more."),
        (Item("p", None, None, "open"), "Nothing: it is not claimed any more."),
        (Item("p", None, decision(), "reviewed"), "Nothing: somebody has looked at the patient record."),
        (
            Item("p", None, decision(), "sent again"),
            "Nothing more, unless the corrected record is still wrong: then recode it or mark it Not GMS.",
        ),
        (
            Item("p", None, decision(), "open"),
            "Open the patient's record (not a search) and see who gave the dose. Given here: confirm it by a review. "
            "Given elsewhere: mark it Not GMS or recode it, or say so by a review.",
        ),
        (
            Item("p", None, decision(ASKED, reason=Reason.COPIED_IN), "open"),
            "Queried, because: A point-of-care system's record in a GP feed, and no source of its own confirms the "
            "giver. Open the patient's record (not a search) and see who gave the dose. Given here: confirm it by a "
            "review. Given elsewhere: mark it Not GMS or recode it, or say so by a review.",
        ),
    ],
)
def test_a_practice_is_told_what_to_do(item: Item, sentence: str) -> None:
    assert what_to_do(item) == sentence


def count(holds: tuple[str, ...], indicator: str = "HPV003", period: str = "2024-09") -> Achievement:
    state: Any = "held" if holds else "ready"
    return Achievement(
        *("run", "count", "D83013", "service", "hpv", indicator, period, "2024-09-30"),
        *(5, state, holds, 0, 0, "root"),
    )


CELL = ("D83013", "hpv", "HPV003", "2024-09")
OPEN, CLOSED = (IncidentRow(state, "hpv", "2024-09", state) for state in ("open", "closed"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("holds", "said", "left"),
    [
        ((), {}, ()),
        (("incident", "threshold"), {}, ("incident", "threshold")),
        ((), {"held": {CELL}}, ("incident",)),
        (("threshold",), {"held": {CELL}}, ("incident", "threshold")),
        (("threshold",), {"declared": {CELL}}, ()),
        (("incident", "threshold"), {"declared": {CELL}}, ("incident",)),
        (("incident",), {"rows": [OPEN]}, ("incident",)),
        (("incident",), {"rows": [OPEN], "closed": {"open"}}, ()),
        (("incident",), {"rows": [CLOSED]}, ()),
        (("incident",), {"rows": [CLOSED, OPEN]}, ("incident",)),
        (("incident", "threshold"), {"rows": [CLOSED]}, ("threshold",)),
        (("incident",), {"rows": [OPEN], "closed": {"open"}, "held": {CELL}}, ("incident",)),
        (("threshold",), {"rows": [CLOSED]}, ("threshold",)),
    ],
)
def test_how_a_count_stands(holds: tuple[str, ...], said: dict[str, Any], left: tuple[str, ...]) -> None:
    silent: dict[str, Any] = {"held": (), "declared": (), "rows": (), "closed": ()}
    elsewhere = [count(holds, indicator="HPV004", period="2024-10")]
    assert standing([count(holds)], **(silent | said)) == [count(left)]
    assert standing(elsewhere, **(silent | said)) == elsewhere


def test_a_declaration_stands_for_its_count_alone() -> None:
    declared = Declaration(*CELL, 5, "ab", "somebody", "2024-10-10T09:00:00Z", "a note")
    assert declared.cell == cell_of(count(())) == CELL
    assert declared.stands(5, "ab")
    assert not declared.stands(6, "ab")
    assert not declared.stands(5, "cd")


def test_what_was_declared_is_known_by_its_records() -> None:
    one, other = decision(record=record(value="1")), decision(record=record(value="2"))
    never = decision(record=record(value="3"), outcome=NOT)
    declared = counted_digest([one, other])
    kept = "1eed0c9c7e3d359438075b7ea1b68600e4a672be2f2bd8426884746f97574cc3"  # in databases: it never changes
    assert declared == kept
    assert counted_digest([other, never, one]) == declared
    assert counted_digest([decision(record=record(value="1", sha256="cd")), other]) == declared
    assert counted_digest([one]) != declared
    assert counted_digest([]) != declared


def test_parts_of_a_key_do_not_run_into_one_another() -> None:
    keys = [("ab", "c", "d"), ("a", "bc", "d"), ("a", "b", "cd"), ("abc", "", "d"), ("abc", None, "d")]
    digests = {counted_digest([decision(record=record(*key))]) for key in keys}
    assert len(digests) == 4  # a system that was not sent is an empty one
