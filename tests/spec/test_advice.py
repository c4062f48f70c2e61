"""Every way in which the book's cases end has advice for a practice."""

from __future__ import annotations

from adapter.achievement.advice import EXCLUDED, QUERIED, advice
from adapter.reasons import Outcome, Reason
from book import DECISION
from case import Doses, named


def test_whatever_is_queried_or_excluded_tells_what_to_do() -> None:
    ends = {
        (Outcome(one.outcome), Reason(one.reason))
        for _, case in named(DECISION)
        if isinstance(case, Doses)
        for one in case.expected
    }
    assert {reason for outcome, reason in ends if outcome is Outcome.QUERIED} == QUERIED.keys()
    assert {reason for outcome, reason in ends if outcome is Outcome.EXCLUDED} <= EXCLUDED.keys()
    assert all(advice(outcome, reason).endswith(".") for outcome, reason in ends)
