"""What is watched: for each feed and practice, and for all of them together, numbers of records by week and what they
are held against.

Programmes that are given in a season (influenza) are watched apart from the others, so that the autumn changes no
share, and their volume not at all. The volume of a practice is held against that of the others in the same week:
holidays, campaigns and new programmes come to all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import numpy as np
from msgspec import Struct

from adapter.signals.figure import FIGURES, Figure
from adapter.signals.past import Numbers
from adapter.signals.sighting import Place
from adapter.signals.signal import SHARES, VOLUMES, Share, Signal
from adapter.signals.tally import Tally, Weeks

ALL = ""
SEASONAL = "seasonal programmes"
OTHERS = "all but seasonal programmes"
ENOUGH_PEERS = 5
"""With fewer other practices, a volume is held against its own past alone."""
_FIRST_WEEKS = 8


class Series(Struct, frozen=True):
    """`seen` and `base` by week, from the tally's first on. `feed` is "" for all practices' feeds together; `practice`
    "" for all; `scope` is a programme, or `SEASONAL` or `OTHERS`. `pooled` is the same of all comparable series, None
    where there is none. `yearly`: it knows its own past only, so a season must be told by the year before.
    """

    signal: Signal
    of: str
    feed: str
    practice: str
    scope: str
    seen: Numbers
    base: Numbers
    pooled: tuple[Numbers, Numbers] | None = None
    yearly: bool = False


Sums = dict[tuple[str, ...], Numbers]
"""Figures (first axis) by week (second)."""


def series(tally: Tally, seasonal: Collection[str]) -> Iterator[Series]:
    """All that can be watched. `seasonal` are public programme keys."""
    gp, others = _sums(tally, seasonal)
    yield from _shares(gp, gp=True)
    yield from _shares(others, gp=False)
    yield from _named_practices(tally, others)
    yield from _volumes_of_practices(gp)
    yield from _volumes_alone(tally, seasonal)
    yield from _all_practices(tally, gp, seasonal)


def _sums(tally: Tally, seasonal: Collection[str]) -> tuple[Sums, Sums]:
    """Of GP feeds by (feed, practice, scope); of other feeds by (feed, "", scope), programmes among the scopes."""
    gp, others = _empty(tally), _empty(tally)
    for place, weeks in _ordered(tally):
        scope = SEASONAL if place.programme in seasonal else OTHERS
        if place.feed in tally.gp:
            _add(gp[place.feed, place.practice, scope], weeks, tally.first)
        else:
            _add(others[place.feed, ALL, scope], weeks, tally.first)
            if place.programme:
                _add(others[place.feed, ALL, place.programme], weeks, tally.first)
    return gp, others


def _empty(tally: Tally) -> Sums:
    return defaultdict(lambda: np.zeros((FIGURES, tally.last - tally.first + 1)))


def _ordered(tally: Tally) -> list[tuple[Place, Weeks]]:
    return sorted(tally.figures.items(), key=lambda each: each[0])


def _add(into: Numbers, weeks: Weeks, first: int) -> None:
    for week, figures in weeks.items():
        into[:, week - first] += figures


def _watched(gp: bool) -> Iterable[Share]:
    return (share for share in SHARES if share.gp in (None, gp))


def _shares(sums: Sums, *, gp: bool) -> Iterator[Series]:
    totals: dict[str, Numbers] = {}
    for (_, _, scope), figures in sums.items():
        totals[scope] = totals.get(scope, 0) + figures
    for (feed, practice, scope), figures in sums.items():
        for share in _watched(gp):
            if figures[share.part].any():
                pooled = (totals[scope][share.part], totals[scope][share.whole]) if gp else None
                yield Series(
                    share.signal, share.of, feed, practice, scope, figures[share.part], figures[share.whole], pooled
                )


def _named_practices(tally: Tally, others: Sums) -> Iterator[Series]:
    """Of a feed that is no practice's own: each practice that its records name as performer."""
    named = _empty(tally)
    for place, weeks in _ordered(tally):
        if place.feed not in tally.gp and place.practice:
            _add(named[place.feed, place.practice], weeks, tally.first)
    for (feed, practice), figures in named.items():
        wholes = [others[feed, ALL, scope][Figure.RECORDS] for scope in (SEASONAL, OTHERS)]
        seen = figures[Figure.RECORDS]
        yield Series(Signal.PERFORMER, "this practice", feed, practice, ALL, seen, np.sum(wholes, axis=0))


def _volumes_of_practices(gp: Sums) -> Iterator[Series]:
    own = {key: figures[Figure.RECORDS] for key, figures in gp.items() if key[2] == OTHERS}
    if len(own) <= ENOUGH_PEERS:
        return
    total = np.sum(list(own.values()), axis=0)
    for (feed, practice, scope), seen in own.items():
        for signal in VOLUMES:
            yield Series(signal, "", feed, practice, scope, seen, total - seen)


def _volumes_alone(tally: Tally, seasonal: Collection[str]) -> Iterator[Series]:
    """Of feeds that nothing can be held against but their own past: programme by programme, since a new one raises
    the sum.
    """
    few = len(tally.gp) <= ENOUGH_PEERS
    sums = _empty(tally)
    for place, weeks in _ordered(tally):
        gp = place.feed in tally.gp
        if place.programme and place.programme not in seasonal and (few or not gp):
            _add(sums[place.feed, place.practice if gp else ALL, place.programme], weeks, tally.first)
    for (feed, practice, programme), figures in sums.items():
        seen = figures[Figure.RECORDS]
        for signal in VOLUMES:
            yield Series(signal, "", feed, practice, programme, seen, np.ones(len(seen)), yearly=True)


def _all_practices(tally: Tally, gp: Sums, seasonal: Collection[str]) -> Iterator[Series]:
    """All practices' feeds together, programme by programme: what is too small to be seen in one of them. The volume
    of a programme is held against that of the others that were there from the beginning.
    """
    if len({key[0] for key in gp}) <= ENOUGH_PEERS:
        return
    programmes = _empty(tally)
    for place, weeks in _ordered(tally):
        if place.feed in tally.gp and place.programme:
            _add(programmes[place.programme,], weeks, tally.first)
    steady = {
        programme: figures[Figure.RECORDS]
        for (programme,), figures in programmes.items()
        if programme not in seasonal and figures[Figure.RECORDS][:_FIRST_WEEKS].any()
    }
    total = np.sum(list(steady.values()), axis=0) if steady else None
    for (programme,), figures in programmes.items():
        for share in _watched(gp=True):
            if figures[share.part].any():
                yield Series(share.signal, share.of, ALL, ALL, programme, figures[share.part], figures[share.whole])
        if programme in steady and total is not None:
            yield Series(Signal.VOLUME_HIGH, "", ALL, ALL, programme, steady[programme], total - steady[programme])
