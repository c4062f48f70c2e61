"""Figures by place and week, added up record by record. Parts of the records can be tallied apart and joined: memory
follows feeds, practices, programmes and weeks, not records.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from adapter.signals.figure import FIGURES, Figure
from adapter.signals.sighting import Place, Sighting

Weeks = dict[int, "array[int]"]
Code = tuple[str, str]
"""Code system, code."""


class Tally:
    """Weeks before `first` and after `last` are left out, but for codes: whether one is new asks all of the past."""

    def __init__(self, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.figures: dict[Place, Weeks] = {}
        self.gp: set[str] = set()
        """The feeds that are a practice's own."""
        self.codes: dict[Code, dict[int, int]] = {}
        """Of codes that no table has: records by week."""
        self.carriers: dict[Code, set[tuple[str, str]]] = {}
        """The feeds and practices in whose records they came, in the weeks that are not left out."""
        self.started, self.newest = last, 0
        """The first and the last week of any record, before `first` too."""

    def add(self, sighting: Sighting) -> None:
        if sighting.week > self.last:
            return
        self.started, self.newest = min(self.started, sighting.week), max(self.newest, sighting.week)
        for code in sighting.new_codes:
            weeks = self.codes.setdefault(code, {})
            weeks[sighting.week] = weeks.get(sighting.week, 0) + 1
        if sighting.week < self.first:
            return
        if sighting.gp:
            self.gp.add(sighting.place.feed)
        for code in sighting.new_codes:
            self.carriers.setdefault(code, set()).add((sighting.place.feed, sighting.place.practice))
        self.count(sighting.place, sighting.week, sighting.figures)

    def count(self, place: Place, week: int, figures: Iterable[Figure], times: int = 1) -> None:
        """So many records more in these figures."""
        own = self.figures.setdefault(place, {}).setdefault(week, array("Q", bytes(8 * FIGURES)))
        for figure in figures:
            own[figure] += times

    def join(self, other: Tally) -> None:
        """Add the figures of another part."""
        self.started, self.newest = min(self.started, other.started), max(self.newest, other.newest)
        self.gp |= other.gp
        for place, weeks in other.figures.items():
            mine = self.figures.setdefault(place, {})
            for week, figures in weeks.items():
                if week in mine:
                    for at, number in enumerate(figures):
                        mine[week][at] += number
                else:
                    mine[week] = figures
        for code, seen in other.codes.items():
            known = self.codes.setdefault(code, {})
            for week, number in seen.items():
                known[week] = known.get(week, 0) + number
        for code, carriers in other.carriers.items():
            self.carriers.setdefault(code, set()).update(carriers)
