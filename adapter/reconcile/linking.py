"""Records of one patient linked into vaccinations: which of them speak of the same dose.

The rules are numbered as in docs/reference/linking.md. Rule 1, versions of one record, is `versions`. Linking
looks inside one patient only and does not depend on any order: it joins every pair that a rule joins, and what is
joined through a third is joined.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import msgspec

from adapter.reconcile.reading import Reading

LOT_WINDOW_DAYS = 3
_FILLERS = frozenset({"NA", "N/A", "NONE", "NIL", "NULL", "UNK", "UNKNOWN", "NOTKNOWN", "NOTRECORDED", "TBC"})


def link(readings: Sequence[Reading]) -> list[list[Reading]]:
    """The vaccinations of one patient, each a list of its records in key order; a record without a patient is alone."""
    if len(readings) == 1:
        return [list(readings)]
    ordered = sorted(readings, key=lambda reading: reading.key)
    parent = list(range(len(ordered)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second in _candidates(ordered):
        if same_vaccination(ordered[first], ordered[second]):
            a, b = root(first), root(second)
            parent[max(a, b)] = min(a, b)
    groups: dict[int, list[Reading]] = defaultdict(list)
    for index, reading in enumerate(ordered):
        groups[root(index)].append(reading)
    return list(groups.values())


def _candidates(readings: Sequence[Reading]) -> set[tuple[int, int]]:
    """The pairs that share anything by which a rule could join them: a name, a day or a lot number."""
    sharing: dict[tuple[str, object], list[int]] = defaultdict(list)
    for index, reading in enumerate(readings):
        statement = reading.record.statement
        if not (reading.given and statement.patient):
            continue
        names: set[tuple[str, object]] = {("name", each.value) for each in reading.record.identifiers}
        names |= {("event", each) for each in statement.event_keys}
        if reading.on:
            names |= {("day", reading.on), ("lot", statement.lot)}
        for name in names:
            sharing[name].append(index)
    return {pair for indices in sharing.values() if len(indices) > 1 for pair in combinations(indices, 2)}


def same_vaccination(a: Reading, b: Reading) -> bool:
    """Whether a rule joins these two records directly."""
    if not a.record.statement.patient or a.record.statement.patient != b.record.statement.patient:
        return False
    if not (a.given and b.given):
        return False
    return _same_identifier(a, b) or _same_day(a, b) or _same_lot(a, b)


def _same_identifier(a: Reading, b: Reading) -> bool:
    """Rule 2: the identifier by another feed, or its value or event key under another system; a value that is no GUID
    may be anybody's, and joins only where the programmes overlap.
    """
    if set(a.record.statement.event_keys) & set(b.record.statement.event_keys):
        return True
    values = {identifier.value for identifier in a.record.identifiers}
    shared = any(identifier.value in values for identifier in b.record.identifiers)
    return shared and bool(a.meaning.programmes & b.meaning.programmes)


def _same_day(a: Reading, b: Reading) -> bool:
    """Rule 3: overlapping programmes on one Europe/London day."""
    return a.on is not None and a.on == b.on and bool(a.meaning.programmes & b.meaning.programmes)


def _same_lot(a: Reading, b: Reading) -> bool:
    """Rule 4: overlapping programmes, at most three days apart, and one lot number that means something."""
    if a.on is None or b.on is None or abs((a.on - b.on).days) > LOT_WINDOW_DAYS:
        return False
    lot = a.record.statement.lot
    return lot == b.record.statement.lot and not filler(lot) and bool(a.meaning.programmes & b.meaning.programmes)


def filler(lot: str) -> bool:
    """A lot number that was typed because the field wanted one: empty, one character repeated, or a word for none."""
    return len(set(lot)) <= 1 or lot in _FILLERS


def vaccination_id(group: Sequence[Reading]) -> str:
    """The same on every machine and for every order: that of its smallest record."""
    return vaccination_of(min(reading.key for reading in group))


@lru_cache(maxsize=4_096)
def vaccination_of(key: tuple[str, str, str]) -> str:
    """The id of the vaccination of which the record with this key is the smallest: a digest of the key."""
    return hashlib.sha256(msgspec.json.encode(["vaccination", *key])).hexdigest()[:32]
