"""Alarms: what was off in some weeks together, with the evidence for it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence

import msgspec
from msgspec import Struct

from adapter.signals import week as weeks_
from adapter.signals.figure import Figure
from adapter.signals.series import ALL, OTHERS, SEASONAL, Series, series
from adapter.signals.sighting import Place
from adapter.signals.signal import SHARES, VOLUMES, Signal
from adapter.signals.tally import Tally
from adapter.signals.watch import GAP, TIMES, Off, off

TOGETHER = 4
"""Weeks that are off with no more than so many between them are one alarm."""


class Programme(Struct, frozen=True):
    """How many of the records that are off are of a programme, "" for those whose codes name none."""

    programme: str
    seen: int


class Alarm(Struct, frozen=True):
    """`id` names it in every later look at the same records. `feed` is "" for all practices' feeds together,
    `practice` "" for all; `scope` a programme, or which of them. Weeks as `2024-W36`: off `since`, `raised` in the
    first week that would have shown it, `last` seen off. In the `weeks` up to `last` were `seen` records (`whole` is
    what they are a share of, 0 for a volume), where `expected` were; `chance` is how often that comes by chance. The
    past is the weeks `past_first` to `past_last`: `past_odd` of them were left out as odd, `past_alike` windows in it
    were as far off.
    """

    id: str
    signal: Signal
    of: str
    feed: str
    practice: str
    scope: str
    since: str
    raised: str
    last: str
    weeks: int
    seen: int
    whole: int
    expected: float
    chance: float | None
    past_first: str
    past_last: str
    past_weeks: int
    past_odd: int = 0
    past_alike: int = 0
    programmes: tuple[Programme, ...] = ()
    carriers: tuple[tuple[str, str], ...] = ()
    """Of a new code: the feeds and practices in whose records it came."""

    @property
    def whose(self) -> str:
        """`mill (D83013)`, `maternity`, `all practices`."""
        name = self.feed or ("all feeds" if self.signal is Signal.CODE_NEW else "all practices")
        return f"{name} ({self.practice})" if self.practice else name

    def concerns(self, feed: str | None, practice: str | None) -> bool:
        """Whether it is about a feed and a practice, where they are named, or came in records of theirs."""
        feeds = {self.feed, *(one for one, _ in self.carriers)}
        practices = {self.practice, *(one for _, one in self.carriers)}
        return feed in (None, *feeds) and practice in (None, *practices)


def alarms(tally: Tally, seasonal: Collection[str], since: int, until: int, heard: Mapping[str, int]) -> list[Alarm]:
    """What was off against its own past in the weeks from `since` to `until`, the surest first. `heard` is the last
    week of which a feed can have told all, by its name: its volume is not judged beyond.
    """
    found = []
    for one in series(tally, seasonal):
        last = until
        if one.signal in VOLUMES and one.feed:
            last = min(until, heard.get(one.feed, until))
        odd = [each for week in range(since, last + 1) if (each := off(one, week - tally.first))]
        found += [_alarm(tally, seasonal, each) for each in _episodes(odd)]
    return found


def surest(alarm: Alarm) -> tuple[object, ...]:
    """Orders alarms: what chance explains least comes first."""
    chance = 0.0 if alarm.chance is None else alarm.chance
    return chance, alarm.signal, alarm.of, alarm.feed, alarm.practice, alarm.scope, alarm.raised


def _episodes(odd: Sequence[Off]) -> list[list[Off]]:
    found: list[list[Off]] = []
    for one in odd:
        if found and one.week - found[-1][-1].week <= TOGETHER:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def _alarm(tally: Tally, seasonal: Collection[str], episode: Sequence[Off]) -> Alarm:
    first, last = episode[0], episode[-1]
    one = last.series
    raised = weeks_.name(tally.first + first.week)
    return Alarm(
        id=alarm_id(one.signal, one.of, one.feed, one.practice, one.scope, raised),
        signal=one.signal,
        of=one.of,
        feed=one.feed,
        practice=one.practice,
        scope=one.scope,
        since=weeks_.name(tally.first + _began(first)),
        raised=raised,
        last=weeks_.name(tally.first + last.week),
        weeks=last.weeks,
        seen=last.seen,
        whole=int(last.base) if one.signal not in VOLUMES else 0,
        expected=rounded(last.mean, 3),
        chance=rounded(last.chance, 2),
        past_first=weeks_.name(tally.first + last.first),
        past_last=weeks_.name(tally.first + last.last),
        past_weeks=last.known.weeks,
        past_odd=last.known.odd,
        past_alike=last.alike,
        programmes=_programmes(tally, seasonal, last),
    )


def alarm_id(*names: str) -> str:
    """Twelve hex digits of the SHA-256 of what the alarm is about and the week in which it was raised."""
    return hashlib.sha256(msgspec.json.encode(["alarm", *names])).hexdigest()[:12]


def rounded(number: float, digits: int) -> float:
    """So many significant digits: what lies beyond differs between machines."""
    return float(f"{number:.{digits}g}")


def part_of(signal: Signal, of: str) -> Figure:
    """The figure that an alarm is about."""
    return next((share.part for share in SHARES if (share.signal, share.of) == (signal, of)), Figure.RECORDS)


def covers(whose: Series | Alarm, place: Place, gp: bool, seasonal: Collection[str]) -> bool:
    """Whether records of this place are what a series or an alarm looks at."""
    of_feed = place.feed == whose.feed if whose.feed else gp
    if not of_feed or (whose.practice and place.practice != whose.practice):
        return False
    if whose.scope in (OTHERS, SEASONAL):
        return (place.programme in seasonal) == (whose.scope == SEASONAL)
    return whose.scope == ALL or place.programme == whose.scope


def _began(first: Off) -> int:
    """The first week of those before it was raised that follow one another and are off by themselves."""
    one, rate = first.series, first.mean / first.base
    began = first.week
    low = one.signal is Signal.VOLUME_LOW
    for week in range(first.week, max(-1, first.week - 2 * GAP), -1):
        seen, mean = one.seen[week], rate * one.base[week]
        if not (seen * TIMES <= mean if low else seen and seen >= mean * TIMES):
            break
        began = week
    return min(began, first.week)


def _programmes(tally: Tally, seasonal: Collection[str], last: Off) -> tuple[Programme, ...]:
    """What the records of the window are of, the most first."""
    one = last.series
    part = part_of(one.signal, one.of)
    until = tally.first + last.week
    found: dict[str, int] = {}
    for place, weeks in tally.figures.items():
        if covers(one, place, place.feed in tally.gp, seasonal):
            seen = sum(weeks[week][part] for week in range(until - last.weeks + 1, until + 1) if week in weeks)
            if seen:
                found[place.programme] = found.get(place.programme, 0) + seen
    ordered = sorted(found.items(), key=lambda each: (-each[1], each[0]))
    return tuple(Programme(programme, seen) for programme, seen in ordered)
