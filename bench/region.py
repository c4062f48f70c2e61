"""A region of invented practices and trusts by the week: numbers of records, quiet but for what is planted in them.

Quiet is not even: practices differ in size and habits, clinics come in lumps, Christmas and Easter are empty, influenza
and COVID-19 come in autumn and partly from pharmacies, RSV starts in September 2024, families move in and bring their
past.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
from adapter.signals.figure import Figure
from adapter.signals.sighting import Place
from adapter.signals.tally import Tally
from adapter.signals.week import monday, week_of
from msgspec import Struct
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

STEADY = {
    "six-in-one": 6.0,
    "menb": 6.0,
    "mmr": 5.0,
    "pcv": 4.0,
    "rotavirus": 4.0,
    "shingles": 3.0,
    "pertussis": 2.0,
    "hib-menc": 2.0,
    "pneumococcal": 2.0,
}
"""Records a week that a practice of usual size gives."""
OF_TRUSTS = {"pertussis": 30.0, "rsv-pregnant": 15.0, "hepb-at-risk": 5.0}
SEASONAL = frozenset({"seasonal-flu", "child-flu", "covid"})
RSV = week_of(date(2024, 9, 1))
TRUSTS = 5
USUAL = {
    Figure.PERFORMER_PROVIDER: 0.03,
    Figure.PERFORMER_UNKNOWN: 0.01,
    Figure.PERFORMER_MISSING: 0.02,
    Figure.MISPLACED: 0.04,
    Figure.BORN_POC: 0.03,
    Figure.TWINS_DISAGREE: 0.005,
    Figure.UNREADABLE: 0.01,
    Figure.LATE: 0.02,
}
"""Shares of a practice's records; each practice has its own, about these."""
FROM_PHARMACIES = 0.25
"""Of influenza and COVID-19 in practices' records: born at a point of care, performed by another provider."""


class Fault(Struct, frozen=True):
    """From week `since` on (for `weeks`, 0 is for good) a share `size` of the records of these practices (or trusts)
    counts in `figure` too. Without a figure so many are lost. `programme` "" is all.
    """

    since: int
    size: float
    figure: Figure | None
    practices: range = range(0)
    trusts: range = range(0)
    programme: str = ""
    weeks: int = 0
    added: bool = False
    """The records come beside the others."""

    def at(self, week: int, programme: str) -> float:
        within = self.since <= week and (not self.weeks or week < self.since + self.weeks)
        return self.size if within and self.programme in ("", programme) else 0.0


def region(first: int, last: int, practices: int = 100, seed: int = 7, faults: tuple[Fault, ...] = ()) -> Tally:
    """The weeks from `first` to `last`."""
    dice = np.random.default_rng(seed)
    tally = Tally(first, last)
    tally.started, tally.newest = first, last
    weeks = range(first, last + 1)
    holidays = np.array([_open(monday(week)) for week in weeks])
    for number in range(practices):
        tally.gp.add(f"gp-{number:04}")
        _practice(tally, dice, number, weeks, holidays, [each for each in faults if number in each.practices])
    for number in range(TRUSTS):
        _trust(tally, dice, number, weeks, practices, [each for each in faults if number in each.trusts])
    return tally


def _practice(
    tally: Tally, dice: np.random.Generator, number: int, weeks: range, holidays: Numbers, faults: list[Fault]
) -> None:
    size = dice.lognormal(0, 0.5)
    shares = {figure: share * dice.gamma(2, 0.5) for figure, share in USUAL.items()}
    lumps = dice.gamma(12, 1 / 12, len(weeks)) * holidays
    moved_in = dice.poisson(4 / 52, len(weeks))
    for programme, mean in {**STEADY, "rsv-older": 3.0, "seasonal-flu": 120.0, "covid": 40.0}.items():
        place = Place(f"gp-{number:04}", f"P{number:05}", programme)
        for at, week in enumerate(weeks):
            expected = size * mean * lumps[at] * _season(programme, week)
            records = int(dice.poisson(expected))
            records -= _lost(dice, records, faults, week, programme)
            added = {one: int(dice.poisson(one.at(week, programme) * expected)) for one in faults if one.added}
            came = records + sum(added.values())
            if not came:
                continue
            of = {
                figure: int(dice.binomial(records, _share(figure, share, programme)))
                for figure, share in shares.items()
            }
            for one in faults:
                if one.figure is not None:
                    more = added.get(one) or 0 if one.added else int(dice.binomial(records, one.at(week, programme)))
                    of[one.figure] = min(came, of.get(one.figure, 0) + more)
            if programme == "mmr" and moved_in[at]:
                family = int(dice.integers(2, 10))
                of[Figure.LATE], came = of[Figure.LATE] + family, came + family
                of[Figure.BORN_PRACTICE] = family
            of[Figure.PERFORMER_OWN] = max(0, came - sum(of.get(each, 0) for each in _OTHERS))
            _put(tally, place, week, came, of)


_OTHERS = (Figure.PERFORMER_PROVIDER, Figure.PERFORMER_UNKNOWN, Figure.PERFORMER_MISSING, Figure.PERFORMER_PRACTICE)


def _trust(
    tally: Tally, dice: np.random.Generator, number: int, weeks: range, practices: int, faults: list[Fault]
) -> None:
    size = dice.lognormal(0, 0.4)
    for programme, mean in OF_TRUSTS.items():
        for week in weeks:
            records = int(dice.poisson(size * mean * dice.gamma(20, 1 / 20) * _season(programme, week)))
            claimed = int(dice.binomial(records, 0.002))
            for one in faults:
                claimed += int(dice.binomial(records, one.at(week, programme)))
            claimed = min(records, claimed)
            named = Counter(dice.integers(0, max(1, practices // TRUSTS), claimed).tolist())
            for at, times in sorted(named.items()):
                of = {Figure.PERFORMER_PRACTICE: times, Figure.MISPLACED: times}
                _put(tally, Place(f"trust-{number}", f"P{at * TRUSTS + number:05}", programme), week, times, of)
            rest = records - claimed
            if rest:
                of = {
                    Figure.PERFORMER_PROVIDER: rest,
                    Figure.LATE: int(dice.binomial(rest, 0.02)),
                    Figure.TWINS_DISAGREE: int(dice.binomial(rest, 0.01)),
                }
                _put(tally, Place(f"trust-{number}", "", programme), week, rest, of)


def _put(tally: Tally, place: Place, week: int, records: int, of: dict[Figure, int]) -> None:
    for figure in (Figure.RECORDS, Figure.PLACED, Figure.DATED):
        tally.count(place, week, (figure,), records)
    for figure, times in of.items():
        if times:
            tally.count(place, week, (figure,), times)


def _lost(dice: np.random.Generator, records: int, faults: list[Fault], week: int, programme: str) -> int:
    share = sum(one.at(week, programme) for one in faults if one.figure is None)
    return int(dice.binomial(records, min(1.0, share)))


def _share(figure: Figure, share: float, programme: str) -> float:
    pharmacy = programme in SEASONAL and figure in (Figure.BORN_POC, Figure.PERFORMER_PROVIDER)
    return min(0.9, share + (FROM_PHARMACIES if pharmacy else 0.0))


def _season(programme: str, week: int) -> float:
    """How much of its usual number a week has."""
    if programme.startswith("rsv"):
        return 0.0 if week < RSV else 1.0 + 9.0 * float(np.exp(-(week - RSV) / 6))
    if programme not in SEASONAL:
        return 1.0
    day = monday(week)
    since = (day - date(day.year - (day.month < 9), 9, 1)).days / 7
    return float(np.exp(-since / 5)) if 0 <= since < 30 else 0.0


def _open(day: date) -> float:
    if (day.month, day.day) >= (12, 22) and day.day <= 29:
        return 0.25
    return 0.7 if day in _EASTER else 1.0


_EASTER = {date(2023, 4, 3), date(2024, 3, 25), date(2025, 4, 14), date(2026, 3, 30)}
