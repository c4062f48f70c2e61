"""Laws that hold for every history, and a second opinion on each: product and reference must agree on every record.

Where the documents leave room (see `reference.py`), the reference takes the product's reading; everything else in it
was written from the documents before the product was read.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision
from histories import histories
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from invented_england import ODS, PLACES, RAVS, SNOMED, as_record, rules
from reference import decide as reference
from reference_linking import study, vaccinations

History = tuple[list[dict[str, Any]], list[dict[str, str]]]
Key = tuple[str, str, str]
RARE = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example]
quick = settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=RARE)
few = settings(quick, max_examples=60)
deep = settings(quick, max_examples=20_000, derandomize=False, phases=[Phase.generate, Phase.shrink])

DOSE_FAMILIES = [{"six-in-one", "four-in-one", "td-ipv", "pertussis"}, {"child-flu", "seasonal-flu"}]


def product(history: History) -> list[Decision]:
    records, reviews = history
    return decide([as_record(record) for record in records], rules(reviews))


def key(decision: Decision) -> Key:
    return (decision.record.feed, decision.record.system or "", decision.record.value)


def plain(decisions: list[Decision]) -> list[tuple[Any, ...]]:
    """What the reference says of a record too; of a merged one only what became of it."""
    told = [
        (*key(one), one.outcome.value, one.reason.value, one.practice, one.programme, one.indicator, one.period)
        for one in decisions
    ]
    return sorted((one if one[4] != "twin" else one[:6] for one in told), key=str)


def second_opinion(history: History) -> list[tuple[Any, ...]]:
    records, reviews = history
    told = reference(records, PLACES, reviews)
    return sorted((one if one[4] != "twin" else one[:6] for one in told), key=str)


def counted(decisions: list[Decision]) -> Counter[str]:
    return Counter(one.programme or "" for one in decisions if one.outcome is Outcome.COUNTED)


def agree(history: History) -> None:
    assert plain(product(history)) == second_opinion(history)


@quick
@given(histories())
def test_the_reference_decides_alike(history: History) -> None:
    agree(history)


@pytest.mark.deep
@deep
@given(histories())
def test_the_reference_decides_alike_at_length(history: History) -> None:
    agree(history)


@few
@given(histories(), st.randoms(use_true_random=False))
def test_every_record_is_decided_once_in_any_order_and_a_vaccination_counts_once(
    history: History, chance: random.Random
) -> None:
    records, reviews = history
    decisions = product(history)
    assert sorted(map(key, decisions)) == sorted(as_record(record).key for record in records)
    per_dose = Counter(one.vaccination for one in decisions if one.outcome is Outcome.COUNTED)
    assert all(number == 1 for number in per_dose.values())
    for one in decisions:
        if one.outcome is Outcome.COUNTED:
            assert one.practice
            assert one.programme
            assert one.indicator
            assert one.period
    shuffled = list(records)
    chance.shuffle(shuffled)
    assert product((shuffled, reviews)) == decisions


@few
@given(histories(), st.integers(0, 5))
def test_a_twin_given_elsewhere_never_raises_a_count(history: History, which: int) -> None:
    """A copy of a live given record, of the same day and codes, by a point-of-care feed and a trust. Its vaccination
    must be one that it joins (codes that contradict one another join nothing, and it would be a dose of its own).
    """
    records, reviews = history
    about = records[which % len(records)]
    seen = study(about, PLACES)
    assume(seen["live"] and seen["given"] and seen["on"] and seen["codes"]["allowed"] and about["patient"])
    twin = about | {
        "feed": "mavis",
        "feed_practice": "",
        "feed_markers": False,
        "identifiers": [(RAVS, "zzz")],
        "recorded": "",
        "born": "",
        "sex": "",
        "context": [],
        "performer": [(ODS, "RVV")],
        "location": None,
        "gms_notes": [],
        "gms_flag": None,
        "lot": "",
    }
    after = product(([*records, twin], reviews))
    before = product(history)
    assert counted(after).total() <= counted(before).total()
    vaccination = next(one.vaccination for one in after if key(one) == ("mavis", RAVS, "zzz"))
    for one in after:
        if one.vaccination == vaccination and one.outcome is Outcome.COUNTED:
            assert one.reason is Reason.REVIEWED_GIVEN


def courses(record: dict[str, Any]) -> set[str]:
    allowed = set(study(record, PLACES)["codes"]["allowed"])
    for family in DOSE_FAMILIES:
        allowed |= family if allowed & family else set()
    return allowed


def untouched(history: History, changed: dict[str, Any], by: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What is decided of the vaccinations that share neither records nor a course with a changed record."""
    records, reviews = history
    near = set().union(*(courses(one) for one in by))
    groups = vaccinations([study(record, PLACES) for record in records])
    keys = {
        as_record(record).key
        for group in groups
        if not any(courses(one) & near for one in group)
        and all(one["identifiers"] != changed["identifiers"] for one in group)
        for record in group
    }
    return [
        (key(one), one.outcome, one.reason, one.practice, one.programme, one.indicator, one.period)
        for one in product((records, reviews))
        if key(one) in keys
    ]


@few
@given(histories(), st.integers(0, 5))
def test_a_retraction_counts_nothing_of_its_own_and_touches_its_own_course_only(history: History, which: int) -> None:
    """A retraction may raise a count, and rightly: of a twin that named a trust, or of dose 1 of a course that paid
    only because of its place. It never makes its own record count, nor its vaccination count twice, and it changes
    no vaccination of another course.
    """
    records, reviews = history
    number = which % len(records)
    gone = records[number] | {"withdrawn": True}
    after = ([gone if index == number else record for index, record in enumerate(records)], reviews)
    decisions = product(after)
    retracted = next(one for one in decisions if key(one) == as_record(gone).key)
    assert retracted.outcome is not Outcome.COUNTED
    per_dose = Counter(one.vaccination for one in decisions if one.outcome is Outcome.COUNTED)
    assert per_dose[retracted.vaccination] <= 1
    assert untouched(after, gone, [gone]) == untouched(history, gone, [gone])


@few
@given(histories(), histories(), st.integers(0, 5))
def test_a_later_version_replaces_exactly_its_record(history: History, other: History, which: int) -> None:
    """The newest version speaks alone: the record keeps its key, nothing is left of the version before, and no
    vaccination of another course changes.
    """
    records, reviews = history
    number = which % len(records)
    before = records[number]
    kept = ("feed", "feed_practice", "feed_markers", "identifiers", "patient")
    later = other[0][0] | {name: before[name] for name in kept}
    after = ([later if index == number else record for index, record in enumerate(records)], reviews)
    assert sorted(map(key, product(after))) == sorted(map(key, product(history)))
    near = [before, later]
    common = {one[0] for one in untouched(after, later, near)} & {one[0] for one in untouched(history, before, near)}
    of_after = [one for one in untouched(after, later, near) if one[0] in common]
    assert of_after == [one for one in untouched(history, before, near) if one[0] in common]


def test_the_directories_of_product_and_reference_are_the_same_england() -> None:
    """The histories are worth something only if a plain dose of each practice counts."""
    for practice, day in (("D83013", "2024-09-12"), ("G81001", "2024-09-12"), ("G81086", "2024-09-20")):
        feed = {"D83013": "gp-d", "G81001": "gp-g-old", "G81086": "gp-g"}[practice]
        dose = plain_dose(feed, practice, day)
        assert [one.practice for one in product(([dose], [])) if one.outcome is Outcome.COUNTED] == [practice]
        agree(([dose], []))


def test_a_woman_of_a_practice_and_its_successor_counts_once_in_the_month_of_the_succession() -> None:
    before, after = plain_dose("gp-g-old", "G81001", "2024-09-05"), plain_dose("gp-g", "G81086", "2024-09-20")
    assert counted(product(([before, after], []))) == {"pertussis": 1}
    agree(([before, after], []))


def plain_dose(feed: str, practice: str, day: str) -> dict[str, Any]:
    return {
        "feed": feed,
        "feed_practice": practice,
        "feed_markers": False,
        "identifiers": [(f"https://EMISWeb/{practice}", day)],
        "withdrawn": False,
        "status": "completed",
        "not_given": False,
        "patient": "a" * 64,
        "born": "1994-05-02",
        "sex": "female",
        "occurred": day,
        "recorded": day,
        "procedure": [(SNOMED, "956951000000104")],
        "vaccine": [],
        "diseases": [],
        "text": False,
        "dose": None,
        "route": [],
        "performer": [(ODS, practice)],
        "location": None,
        "gms_notes": [],
        "gms_flag": None,
        "primary_source": True,
        "lot": "",
        "context": [],
    }
