"""A practice's return: what was counted for it, what is held back and why, and what it has to do about which record.

It is for a practice manager: plain sentences, dates in words, and for each vaccination what finds it in the practice's
own system. No person is named: a record is known by the identifier that its source gave it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.advice import WHO_GAVE_IT, advice
from adapter.achievement.declaration import CellKey, cell_of
from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Decision

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


_IN_HELD: Final = "Counted, and not confirmed by anybody yet."


class Fault(Struct, frozen=True):
    """A source-system fault that holds counts: its name, and why."""

    id: str
    reason: str


class Source(Struct, frozen=True):
    """Where the figures come from, for whoever checks them. `checkpoint` is the signed line of the ledger, or "" where
    no key signs; `as_of` the moment that the run looks back to, or "".
    """

    run: str
    counted_on: str
    as_of: str
    rules: str
    directory: str
    code: str
    output: str
    checkpoint: str


class Line(Struct, frozen=True):
    """One count. `holds` says why it is held, each with what to do; none, and it is ready."""

    count: str
    service: str
    indicator: str
    month: str
    value: int
    queried: int
    excluded: int
    root: str
    declared: bool
    holds: tuple[tuple[str, str], ...]


class Entry(Struct, frozen=True, order=True):
    """One vaccination of a list, in the order of its days. `feed` and `system` say whose identifier `value` is."""

    occurred: str
    service: str
    feed: str
    system: str
    value: str
    decision: str

    @property
    def given(self) -> str:
        """The day in few letters: 2 Sep 2024."""
        if not self.occurred:
            return "no full date"
        day, month, year = day_words(self.occurred).split()
        return f"{day} {month[:3]} {year}"


class Group(Struct, frozen=True):
    """Vaccinations that want the same: why (`says`) and what to do."""

    reason: str
    says: str
    do: str
    entries: tuple[Entry, ...]


class PracticeReturn(Struct, frozen=True):
    """`to_answer` are queried, `to_confirm` counted within a held count, `not_paid` excluded."""

    practice: str
    months: str
    source: Source
    lines: tuple[Line, ...]
    to_answer: tuple[Group, ...]
    to_confirm: tuple[Group, ...]
    not_paid: tuple[Group, ...]
    confirmed: int

    @property
    def counted(self) -> int:
        return sum(one.value for one in self.lines)

    @property
    def held(self) -> int:
        """How many of the counted stand in counts that are held."""
        return sum(one.value for one in self.lines if one.holds)

    @property
    def held_lines(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.holds)

    @property
    def to_declare(self) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if any(name == "threshold" for name, _ in one.holds))


def number_of(groups: Iterable[Group]) -> int:
    """How many vaccinations."""
    return sum(len(group.entries) for group in groups)


def practice_return(
    practice: str,
    months: tuple[str, str],
    source: Source,
    counts: Sequence[Achievement],
    decided: Iterable[tuple[str, Decision]],
    faults: Mapping[CellKey, Sequence[Fault]],
    declared: Collection[CellKey],
    services: Mapping[str, str],
) -> PracticeReturn:
    """`months` are the first and the last, `YYYY-MM`; `counts` as they stand now, of this practice and these months;
    `decided` the practice's decisions under their ids, those of other months are left out; `faults` the open ones by
    what they hold; `services` the name of each programme.
    """
    first, last = months
    held = {cell_of(one) for one in counts if one.holds}
    answer: dict[Reason, list[Entry]] = {}
    exclude: dict[Reason, list[Entry]] = {}
    confirm: list[Entry] = []
    confirmed = 0
    for id_, one in decided:
        if one.practice != practice or (one.period is not None and not first <= one.period <= last):
            continue
        entry = _entry(id_, one, services)
        match one.outcome:
            case Outcome.QUERIED:
                answer.setdefault(one.reason, []).append(entry)
            case Outcome.EXCLUDED:
                exclude.setdefault(one.reason, []).append(entry)
            case Outcome.COUNTED if (practice, one.programme, one.indicator, one.period) in held:
                if one.reason is Reason.REVIEWED_GIVEN:
                    confirmed += 1
                else:
                    confirm.append(entry)
    return PracticeReturn(
        practice,
        _span(first, last),
        source,
        tuple(_line(one, faults.get(cell_of(one), ()), cell_of(one) in declared) for one in counts),
        _by_reason(Outcome.QUERIED, answer),
        (Group("", _IN_HELD, WHO_GAVE_IT, tuple(sorted(confirm))),) if confirm else (),
        _by_reason(Outcome.EXCLUDED, exclude),
        confirmed,
    )


def month_words(period: str) -> str:
    """`2024-09` as September 2024."""
    return f"{MONTHS[int(period[5:7]) - 1]} {period[:4]}"


def day_words(day: str) -> str:
    """`2024-09-02` as 2 September 2024."""
    found = date.fromisoformat(day)
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def _span(first: str, last: str) -> str:
    return month_words(first) if first == last else f"{month_words(first)} to {month_words(last)}"


def _line(one: Achievement, faults: Sequence[Fault], declared: bool) -> Line:
    return Line(
        one.count,
        one.service,
        one.indicator,
        month_words(one.period),
        one.value,
        one.queried,
        one.excluded,
        one.root,
        declared,
        tuple((hold, said) for hold in one.holds for said in _hold(hold, faults)),
    )


def _hold(hold: str, faults: Sequence[Fault]) -> list[str]:
    if hold == "threshold":
        return [
            "It is unusually high, so your word is needed. Check the vaccinations of part 3, then declare the count "
            "with a note that they were checked and given by your practice."
        ]
    named = [f"{one.id}: {_plain(one.reason).rstrip('.')}" for one in faults] or ["a source has sent wrong records"]
    return [
        f"A known fault of a source may have touched it ({one}). Check the vaccinations of parts 2 and 3; "
        "the count is released when the fault is closed."
        for one in named
    ]


def _entry(id_: str, one: Decision, services: Mapping[str, str]) -> Entry:
    service = services.get(one.programme or "", one.programme or "") or "not known"
    record = one.record
    return Entry(one.occurred or "", service, record.feed, _plain(record.system or ""), _plain(record.value), id_)


def _by_reason(outcome: Outcome, found: Mapping[Reason, list[Entry]]) -> tuple[Group, ...]:
    return tuple(
        Group(reason.value, reason.sentence, advice(outcome, reason), tuple(sorted(found[reason])))
        for reason in Reason
        if reason in found
    )


def _plain(text: str) -> str:
    """What a source sent, without what a terminal or a page could take for more than text."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
