"""Feeds that have not come for longer than their own rhythm explains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from scipy.stats import median_abs_deviation

from adapter.signals import week as weeks_
from adapter.signals.alarm import Alarm, alarm_id, rounded
from adapter.signals.series import ALL
from adapter.signals.signal import Signal

FEWEST_GAPS = 3
FEW_GAPS = 6
LONGEST = 28
"""Days within which a feed with few gaps is not yet missed."""
FAR = 6.0
"""Deviations from the median gap; a deviation is a day at least."""


def overdue(days: Mapping[str, Sequence[date]], today: date) -> list[Alarm]:
    """`days` are those on which each feed brought something, in order. A feed that came on fewer than four days has
    no rhythm.
    """
    found = []
    for feed, came in sorted(days.items()):
        gaps = np.diff([day.toordinal() for day in came]).astype(float)
        if len(gaps) < FEWEST_GAPS:
            continue
        silent = (today - came[-1]).days
        usual = float(np.median(gaps))
        limit = usual + FAR * max(1.0, float(median_abs_deviation(gaps, scale="normal")))
        limit = max(limit, float(gaps.max()), LONGEST if len(gaps) < FEW_GAPS else 0)
        if silent <= limit:
            continue
        last, now = weeks_.week_of(came[-1]), weeks_.week_of(today)
        raised = weeks_.name(weeks_.week_of(date.fromordinal(came[-1].toordinal() + int(limit) + 1)))
        found.append(
            Alarm(
                id=alarm_id(Signal.DELIVERY_OVERDUE, "", feed, "", "", raised),
                signal=Signal.DELIVERY_OVERDUE,
                of="",
                feed=feed,
                practice=ALL,
                scope=ALL,
                since=weeks_.name(last),
                raised=raised,
                last=weeks_.name(now),
                weeks=now - last,
                seen=silent,
                whole=0,
                expected=rounded(usual, 3),
                chance=None,
                past_first=weeks_.name(weeks_.week_of(came[0])),
                past_last=weeks_.name(last),
                past_weeks=last - weeks_.week_of(came[0]) + 1,
            )
        )
    return found
