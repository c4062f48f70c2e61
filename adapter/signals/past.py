"""A series' own past, so described that a few odd weeks in it do not count, and how far a number is from it.

Numbers of records in weeks of unequal size are compared by rate. The rate is that of the usual weeks: those that lie
within three standard deviations of the median on the square-root scale, the deviation by the median absolute deviation
(both bear nearly half of the weeks being wrong). Odd weeks that stand alone and come again and again are usual after
all: a family that moves in brings its past in one week. A coming number is negative binomial: its variance holds
chance, the spread of the usual weeks beyond chance, and how little a short past says of the rate.
"""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray
from scipy.stats import median_abs_deviation, nbinom

Numbers = NDArray[np.float64]
Weeks = NDArray[np.bool_]

ODD = 3.0
"""A week so many standard deviations from the median is odd."""
AGAIN = 2
"""So many odd weeks, each by itself, belong to what is usual."""
_ROUNDS = 2
_PRIOR = 0.5
"""What is believed of a rate of which nothing was seen: half a record (Jeffreys)."""
PEERS = 20.0
"""What the others' rate weighs beside the own one: so many records."""


class Past(Struct, frozen=True):
    """`rate` is of the usual weeks; `spread` how many times the variance of chance theirs is, 1 or more; `seen` and
    `base` are their sums; `odd` how many weeks were left out of `weeks`.
    """

    rate: float
    spread: float
    seen: float
    base: float
    weeks: int
    odd: int


def past(seen: Numbers, base: Numbers) -> Past:
    """`seen` of `base` in each week; weeks without a base are none, and one at least must have one."""
    number, size = seen[base > 0], base[base > 0]
    rate = float(np.median(number / size)) or float(number.sum() / size.sum())
    usual = np.ones(len(number), bool)
    deviation = 0.0
    for _ in range(_ROUNDS):
        away = 2 * (np.sqrt(number + 3 / 8) - np.sqrt(rate * size + 3 / 8))
        deviation = deviation or max(1.0, float(median_abs_deviation(away, scale="normal")))
        usual = np.abs(away - np.median(away)) <= ODD * deviation
        rate = float(number[usual].sum() / size[usual].sum())
    usual = usual | _alone(usual)
    rate = float(number[usual].sum() / size[usual].sum())
    mean = rate * size[usual]
    beyond = float(np.mean((number[usual] - mean) ** 2 / mean)) if rate else 1.0
    odd = int(len(number) - usual.sum())
    return Past(
        rate,
        max(1.0, deviation**2, beyond),
        float(number[usual].sum()),
        float(size[usual].sum()),
        len(number),
        odd,
    )


def _alone(usual: Weeks) -> Weeks:
    """The odd weeks between usual ones, where there are several: what happens now and then, and does not stay."""
    beside = np.concatenate(([True], usual, [True]))
    lone = ~usual & beside[:-2] & beside[2:]
    return lone if lone.sum() >= AGAIN else np.zeros(len(usual), bool)


def unremarkable(seen: Numbers, base: Numbers, number: float, of: float, low: bool) -> bool:
    """Quickly told: the past is even, and a number is within what chance gives with such a rate."""
    rate = seen.sum() / base.sum()
    chance = 3 * np.sqrt(rate * base) + 2
    if np.any(np.abs(seen - rate * base) > chance):
        return False
    mean = rate * of
    return bool(number > mean - 3 * math.sqrt(mean) if low else number < mean + 3 * math.sqrt(mean))


class Expected(Struct, frozen=True):
    """What is expected of a coming number, and its variance."""

    mean: float
    variance: float

    def at_least(self, number: float) -> float:
        """How likely so many or more are."""
        size, p = self._parameters
        return float(nbinom.sf(number - 1, size, p))

    def at_most(self, number: float) -> float:
        """How likely so many or fewer are."""
        size, p = self._parameters
        return float(nbinom.cdf(number, size, p))

    def away(self, number: float) -> float:
        """Distance in standard deviations."""
        return (number - self.mean) / math.sqrt(self.variance)

    @property
    def _parameters(self) -> tuple[float, float]:
        return self.mean**2 / (self.variance - self.mean), self.mean / self.variance


def expected(known: Past, base: float, peers: float | None = None) -> Expected:
    """Of a coming week, or several, with this base. `peers` is the rate of comparable series, where there are any."""
    weight = PEERS if peers is not None else 0.0
    seen = known.seen + _PRIOR + weight * (peers or 0.0)
    mean = seen / (known.base + weight) * base
    return Expected(mean, known.spread * mean + mean**2 / seen)
