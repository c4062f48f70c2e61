"""Codes that never came before and that no table has. One alarm for a code, whoever sends it."""

from __future__ import annotations

from adapter.signals import week as weeks_
from adapter.signals.alarm import Alarm, alarm_id
from adapter.signals.series import ALL
from adapter.signals.signal import Signal
from adapter.signals.tally import Tally
from adapter.signals.watch import FEWEST, FEWEST_WEEKS, GAP


def new_codes(tally: Tally, since: int, until: int) -> list[Alarm]:
    """Raised in the week in which the third record with it came, where that is within four weeks of its first, and
    there were records for eight weeks before: at the beginning every code is new.
    """
    found = []
    for (system, code), weeks in sorted(tally.codes.items()):
        first = min(weeks)
        if first < tally.started + FEWEST_WEEKS:
            continue
        raised = _raised(weeks, first)
        if raised is None or not since <= raised <= until:
            continue
        last = max(week for week in weeks if week <= until)
        found.append(
            Alarm(
                id=alarm_id(Signal.CODE_NEW, system, code, weeks_.name(raised)),
                signal=Signal.CODE_NEW,
                of=f"{system} {code}",
                feed=ALL,
                practice=ALL,
                scope=ALL,
                since=weeks_.name(first),
                raised=weeks_.name(raised),
                last=weeks_.name(last),
                weeks=last - first + 1,
                seen=sum(number for week, number in weeks.items() if week <= until),
                whole=0,
                expected=0.0,
                chance=None,
                past_first=weeks_.name(tally.started),
                past_last=weeks_.name(first - 1),
                past_weeks=first - tally.started,
                carriers=tuple(sorted(tally.carriers.get((system, code), ()))),
            )
        )
    return found


def _raised(weeks: dict[int, int], first: int) -> int | None:
    seen = 0
    for week in range(first, first + GAP):
        seen += weeks.get(week, 0)
        if seen >= FEWEST:
            return week
    return None
