"""The past of a series: a few odd weeks do not count, what comes again and again does, and chance is chance."""

from __future__ import annotations

import numpy as np
import pytest
from adapter.signals.past import Expected, expected, past
from scipy.stats import poisson

EVEN = np.array([2.0, 3, 1, 2, 4, 2, 3, 1, 2, 2, 3, 2, 1, 3, 2, 2] * 3)
BASE = np.full(len(EVEN), 40.0)


def test_an_even_past_is_its_rate() -> None:
    known = past(EVEN, BASE)
    assert known.rate == pytest.approx(EVEN.sum() / BASE.sum())
    assert (known.spread, known.odd, known.weeks) == (1.0, 0, len(EVEN))


@pytest.mark.parametrize("fault", [slice(20, 21), slice(20, 32)])
def test_an_earlier_fault_is_left_out(fault: slice) -> None:
    seen = EVEN.copy()
    seen[fault] = 30
    without = past(np.delete(EVEN, range(*fault.indices(len(EVEN)))), np.delete(BASE, range(*fault.indices(len(EVEN)))))
    known = past(seen, BASE)
    assert known.odd == fault.stop - fault.start
    assert known.rate == pytest.approx(without.rate)
    assert known.spread == pytest.approx(without.spread)


def test_what_happens_now_and_then_is_usual() -> None:
    seen = np.zeros(48)
    seen[[5, 17, 30, 41]] = 6
    known = past(seen, BASE)
    assert known.odd == 0
    assert known.rate == pytest.approx(24 / BASE.sum())
    assert known.spread > 5
    assert expected(known, 40).at_least(8) > 1e-3
    seen[[5, 17, 30]] = 0
    assert past(seen, BASE).odd == 1


def test_weeks_without_a_base_are_none() -> None:
    base = BASE.copy()
    base[::2] = 0
    assert past(EVEN, base) == past(EVEN[1::2], BASE[1::2])


def test_a_short_past_knows_less() -> None:
    long, short = expected(past(EVEN, BASE), 40), expected(past(EVEN[:8], BASE[:8]), 40)
    assert short.variance > long.variance > long.mean
    assert short.at_least(10) > long.at_least(10) > poisson.sf(9, long.mean)


def test_of_what_was_never_seen_three_in_a_week_are_rare() -> None:
    hoped = expected(past(np.zeros(len(BASE)), BASE), 40)
    assert hoped.at_least(3) < 1e-5 < hoped.at_least(2)


def test_the_others_speak_where_the_own_past_is_short() -> None:
    short = past(np.zeros(8), np.full(8, 3.0))
    alone, among = expected(short, 40), expected(short, 40, 0.2)
    assert among.mean > 3 > 2 > alone.mean


def test_the_two_tails_meet() -> None:
    hoped = Expected(7.0, 9.0)
    assert hoped.at_least(5) + hoped.at_most(4) == pytest.approx(1)
    assert hoped.away(13) == pytest.approx(2)
