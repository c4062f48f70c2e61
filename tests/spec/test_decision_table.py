"""Who claims, what is evidence, and which row decides: every case of the book, and no rule without one."""

from __future__ import annotations

import re

import pytest
from adapter.reasons import SUPPORTING_ONLY, Reason
from book import DECISION
from case import Case, Chapter, Doses, Rule, named
from decision_table import ROWS
from order_of_questions import QUESTIONS

CASES = named(DECISION)


@pytest.mark.parametrize("case", [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_the_code_decides_as_the_book_says(case: Case) -> None:
    assert case.faults() == []


def test_the_rows_are_numbered_one_to_fifteen() -> None:
    numbers = [rule.cells[0] for rule in ROWS.rules]
    assert numbers == [*map(str, range(1, 16)), "review"]


@pytest.mark.parametrize(
    ("chapter", "rule"),
    [(chapter, rule) for chapter in (ROWS, QUESTIONS) for rule in chapter.rules],
    ids=[rule.heading for chapter in (ROWS, QUESTIONS) for rule in chapter.rules],
)
def test_every_reason_of_a_rule_is_reached_by_a_case_of_it(chapter: Chapter, rule: Rule) -> None:
    *_, outcome, reason = rule.cells
    reasons = set(re.findall(r"`([a-z-]+)`", reason))
    reached = {(one.outcome, one.reason) for case in rule.cases if isinstance(case, Doses) for one in case.expected}
    assert reasons <= {reached_reason for _, reached_reason in reached}
    assert {found for found, reached_reason in reached if reached_reason in reasons} <= {
        word for word in re.split(r"[ /]+", outcome) if word
    }


def test_every_deciding_reason_is_reached() -> None:
    reached = {one.reason for _, case in CASES if isinstance(case, Doses) for one in case.expected}
    assert {reason.value for reason in Reason if reason not in SUPPORTING_ONLY} - reached == set()
    supporting = {
        reason
        for _, case in CASES
        if isinstance(case, Doses)
        for one in case.expected
        for reason in one.supporting or ()
    }
    assert {reason.value for reason in SUPPORTING_ONLY} - supporting == set()
