"""What the counts of a load must be, added up while it is made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec
from bench.record import Record
from msgspec import Struct

Cell = tuple[str, str, str]
"""Practice, indicator, month."""
Count = tuple[int, int, int]
"""Value, excluded, queried."""
_PLACES = {"counted": 0, "excluded": 1, "queried": 2}


class Truth(Struct, frozen=True):
    """The counts that are not all zero, by practice, indicator and month; how many records end as what; and how many
    resources arrive as what, in the words of a receipt.
    """

    counts: dict[str, Count]
    outcomes: dict[str, int]
    figures: dict[str, int]

    def between(self, first: str, last: str) -> dict[str, Count]:
        """The counts of the months from `first` to `last`."""
        return {name: count for name, count in self.counts.items() if first <= name[-7:] <= last}

    def encode(self) -> bytes:
        return msgspec.json.encode(self, order="deterministic")


def named(cell: Cell) -> str:
    """A cell as one word."""
    return "/".join(cell)


class Sum:
    """Adds up the answers of records, and takes them back."""

    def __init__(self) -> None:
        self.figures = Counter[str]()
        self._outcomes = Counter[str]()
        self._counts: dict[Cell, list[int]] = defaultdict(lambda: [0, 0, 0])

    def plus(self, change: Sum) -> Sum:
        """Both together, as another one."""
        both = Sum()
        for each in (self, change):
            both.figures.update(each.figures)
            for outcome, count in each._outcomes.items():
                both._outcomes[outcome] += count
            for cell, values in each._counts.items():
                both._counts[cell] = [one + more for one, more in zip(both._counts[cell], values, strict=True)]
        return both

    def add(self, records: Iterable[Record], sign: int = 1) -> None:
        """The records as their newest versions, each once."""
        for record in records:
            self._outcomes[record.outcome] += sign
            place = _PLACES.get(record.outcome)
            if place is None or not record.shown or not record.claimant:
                continue
            on = record.on
            cell = (record.claimant, record.vaccine.indicator, f"{on.year}-{on.month:02}")
            self._counts[cell][place] += sign

    def truth(self) -> Truth:
        counts = {named(cell): (each[0], each[1], each[2]) for cell, each in self._counts.items() if any(each)}
        outcomes = {outcome: count for outcome, count in self._outcomes.items() if count}
        return Truth(dict(sorted(counts.items())), dict(sorted(outcomes.items())), dict(sorted(self.figures.items())))


def compared(expected: dict[str, Count], got: dict[str, Count]) -> list[str]:
    """A sentence for each count that differs: none where all is right."""
    none = (0, 0, 0)
    return [
        f"{name}: value, excluded, queried are {got.get(name, none)}, and the truth is {expected.get(name, none)}"
        for name in sorted(expected.keys() | got.keys())
        if got.get(name, none) != expected.get(name, none)
    ]
