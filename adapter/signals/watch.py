"""Whether a series is off in a week, held against the year before it. Nothing later than the week is looked at, so that
what is found for a week of the past is what would have been found then.

The last week, the last two and the last four are looked at, so that a small fault that stays is found as well as a
large one at once. The year ends four weeks before, so that a fault that begins slowly is not its own past.
"""

from __future__ import annotations

import numpy as np
from msgspec import Struct

from adapter.signals.past import Expected, Numbers, Past, expected, past, unremarkable
from adapter.signals.series import Series
from adapter.signals.signal import VOLUMES, Signal

WINDOWS = (1, 2, 4)
GAP = 4
YEAR = 52
FEWEST_WEEKS = 8
"""A series with a shorter past is not judged."""
FEWEST_BASE = 20
"""Nor one whose past is made of fewer records."""
FEWEST = 3
"""One or two records are no pattern."""
RARE = 1e-5
"""What chance alone gives less often is an alarm. See docs/explanation/fault-signals.md for what follows from it."""
TIMES = 1.5
"""What is not that many times what is expected (or that part of it) matters to nobody, however sure it is."""
MOST = 0.5
"""One week alone is an alarm where it is so much of the week's records."""
RARE_BESIDE = 1e-3
"""How rare the other weeks of a window must be by themselves, where it is not."""
MOST_ALIKE = 1
"""So many windows of the year before may have been as far off: what happens now and then is no news."""


class Off(Struct, frozen=True):
    """What is off in the `weeks` up to `week` (numbers of weeks from the tally's first): `seen` of `base`, where
    `mean` was expected, which chance gives with probability `chance`. `alike` is how many windows of the past were as
    far away; `first` and `last` are the weeks of the past.
    """

    series: Series
    week: int
    weeks: int
    seen: int
    base: float
    mean: float
    chance: float
    known: Past
    alike: int
    first: int
    last: int


def off(series: Series, week: int) -> Off | None:
    """The window that chance explains least, where that is rare; None where nothing is off or the past too short."""
    low = series.signal is Signal.VOLUME_LOW
    windows = [each for each in WINDOWS if not series.yearly or each == WINDOWS[-1]]
    if not low and series.seen[max(0, week - windows[-1] + 1) : week + 1].sum() < FEWEST:
        return None
    start, end = _year_before(series, week)
    seen, base = series.seen[start:end], series.base[start:end]
    if np.count_nonzero(base) < FEWEST_WEEKS or max(base.sum(), seen.sum()) < FEWEST_BASE:
        return None
    if all(
        unremarkable(seen, base, _sum(series.seen, week, each), _sum(series.base, week, each), low) for each in windows
    ):
        return None
    known = past(seen, base)
    peers = _rate(series.pooled, start, end) if series.pooled else None
    found = [_judged(series, week, each, low, known, peers, (start, end)) for each in windows]
    return min((one for one in found if one), key=lambda one: (one.chance, one.weeks), default=None)


def _year_before(series: Series, week: int) -> tuple[int, int]:
    """Where it begins and ends. A volume's past begins with its first record, a share's with its first base: there was
    no feed before.
    """
    end = max(0, week + 1 - GAP)
    start = max(0, end - YEAR)
    began = np.flatnonzero((series.seen if series.signal in VOLUMES else series.base)[:end])
    return (max(start, int(began[0])) if len(began) else end), end


def _judged(
    series: Series, week: int, weeks: int, low: bool, known: Past, peers: float | None, span: tuple[int, int]
) -> Off | None:
    if week + 1 < weeks:
        return None
    seen, base = _sum(series.seen, week, weeks), _sum(series.base, week, weeks)
    if base <= 0 or (not low and seen < FEWEST):
        return None
    hoped = expected(known, base, peers)
    if not _matters(seen, hoped.mean, low):
        return None
    chance = hoped.at_most(seen) if low else hoped.at_least(seen)
    if chance >= RARE or (series.yearly and not _beyond_last_year(series, week, weeks, low, seen)):
        return None
    if series.signal not in VOLUMES and _one_clump(series, week, weeks, known, peers):
        return None
    alike = _alike(series, weeks, low, known, peers, hoped.away(seen), span)
    if alike > MOST_ALIKE:
        return None
    return Off(series, week, weeks, int(seen), base, hoped.mean, chance, known, alike, span[0], span[1] - 1)


def _matters(seen: float, mean: float, low: bool) -> bool:
    return seen * TIMES <= mean if low else seen >= mean * TIMES


def _beyond_last_year(series: Series, week: int, weeks: int, low: bool, seen: float) -> bool:
    """Not what the same weeks of the year before were like, where they are known: a season is no fault."""
    then = week - YEAR
    if then - weeks + 1 < 0 or not series.seen[: then - weeks + 2].any():
        return True
    return _matters(seen, _sum(series.seen, then, weeks), low)


def _one_clump(series: Series, week: int, weeks: int, known: Past, peers: float | None) -> bool:
    """All of it came in one week, and was not most of that week: a family that moved in, a pile of paper typed in. What
    lies in the other weeks of the window must be odd by itself.
    """
    seen, base = series.seen[week - weeks + 1 : week + 1], series.base[week - weeks + 1 : week + 1]
    fullest = int(seen.argmax())
    if seen[fullest] >= MOST * base[fullest]:
        return False
    left, of = float(seen.sum() - seen[fullest]), float(base.sum() - base[fullest])
    return left == 0 or expected(known, of, peers).at_least(left) >= RARE_BESIDE


def _alike(
    series: Series, weeks: int, low: bool, known: Past, peers: float | None, away: float, span: tuple[int, int]
) -> int:
    """Windows of the past, side by side from its end, that were as far off."""
    found = 0
    for end in range(span[1] - 1, span[0] + weeks - 2, -weeks):
        base = _sum(series.base, end, weeks)
        if base > 0:
            hoped: Expected = expected(known, base, peers)
            then = hoped.away(_sum(series.seen, end, weeks))
            found += then <= away if low else then >= away
    return found


def _sum(numbers: Numbers, week: int, weeks: int) -> float:
    return float(numbers[week - weeks + 1 : week + 1].sum())


def _rate(pooled: tuple[Numbers, Numbers], start: int, end: int) -> float | None:
    base = pooled[1][start:end].sum()
    return float(pooled[0][start:end].sum() / base) if base else None
