"""A source-system fault: which counts it holds back, which records a practice has to check, and what it has to do.

Source: what practices were told in autumn 2024. Open each patient's record (a search returns the same wrong set),
decide who gave the dose, mark somebody else's as not GMS or recode it, then say that the value is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from adapter.achievement.advice import advice
from adapter.reasons import Outcome
from adapter.reconcile.decision import Decision

RecordKey = tuple[str, str, str]
"""Feed, system, value."""

Progress = Literal["open", "reviewed", "sent again", "no claim any more"]
CLAIMING = (Outcome.COUNTED, Outcome.QUERIED)


class Scope(Struct, frozen=True):
    """What a fault may have touched: (public) programmes, days `YYYY-MM-DD` both inclusive, feeds and identifier
    systems. Without feeds and systems it is every record of the programmes and days: a copy that lost the marks of
    its source can be told by nothing else.
    """

    programmes: tuple[str, ...]
    first: str
    last: str
    feeds: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return not self.feeds and not self.systems

    def dated(self, decision: Decision) -> bool:
        """Of its programmes and days. A vaccination known by its month alone belongs to it where the month does."""
        if decision.programme not in self.programmes:
            return False
        if decision.occurred:
            return self.first <= decision.occurred <= self.last
        return decision.period is not None and self.first[:7] <= decision.period <= self.last[:7]

    def names(self, decision: Decision) -> bool:
        """Whether the record came by one of its feeds or bears an identifier of one of its systems."""
        return decision.record.feed in self.feeds or decision.record.system in self.systems


class Incident(Struct, frozen=True):
    """A declared fault. `cut` and `run` say what was known and counted last when it was opened."""

    id: str
    scope: Scope
    reason: str
    who: str
    opened: str
    cut: int
    run: int
    closed: str | None = None


class Item(Struct, frozen=True):
    """A record on a practice's list. `before` is the decision when the incident was opened, None for a record that
    came later; `now` the decision of the latest run.
    """

    practice: str
    before: Decision | None
    now: Decision | None
    progress: Progress

    @property
    def shown(self) -> Decision | None:
        return self.now or self.before


def affected(scope: Scope, decisions: Iterable[Decision]) -> list[Decision]:
    """The decisions that the fault may have touched. With feeds or systems named, those of every vaccination that one
    of their records speaks of: the practice's own copy of it too.
    """
    dated = [one for one in decisions if scope.dated(one)]
    if scope.everything:
        return dated
    touched = {one.vaccination for one in dated if scope.names(one)}
    return [one for one in dated if one.vaccination in touched]


def cells(decisions: Iterable[Decision]) -> set[tuple[str, str, str, str]]:
    """The counts (practice, programme, indicator, period) that these decisions stand in."""
    return {
        (one.practice, one.programme, one.indicator, one.period)
        for one in decisions
        if one.practice and one.programme and one.indicator and one.period
        if one.outcome in (Outcome.COUNTED, Outcome.EXCLUDED, Outcome.QUERIED)
    }


def work_list(
    before: Iterable[Decision], now: Iterable[Decision], reviewed: Iterable[tuple[str, RecordKey]]
) -> list[Item]:
    """What each practice has to check: the affected records that it claims and that are counted or queried, then or
    now. `reviewed` are the claimants and records that somebody looked at since the incident was opened.
    """
    before, now = list(before), list(now)
    earlier, later, seen = _claimed(before), _claimed(now), set(reviewed)
    confirmed = _confirmed_by_source(before, now)
    items = []
    for key in sorted(earlier.keys() | later.keys()):
        was, one = earlier.get(key), later.get(key)
        if not any(each is not None and each.outcome in CLAIMING for each in (was, one)):
            continue
        again = one is not None and (one.vaccination, key[0]) in confirmed
        items.append(Item(key[0], was, one, _progress(was, one, key in seen, again)))
    return items


def _confirmed_by_source(before: Iterable[Decision], now: Iterable[Decision]) -> set[tuple[str, str]]:
    """Vaccinations and the practices that another record of them, sent again since, names as their giver: a source
    that has put its own record right has answered for the practice's copy.
    """
    known = {_key(one): one.record.sha256 for one in before}
    return {
        (one.vaccination, one.practice)
        for one in now
        if one.practice
        and one.outcome is Outcome.MERGED
        and known.get(_key(one), one.record.sha256) != one.record.sha256
    }


def _key(decision: Decision) -> RecordKey:
    return (decision.record.feed, decision.record.system or "", decision.record.value)


def _progress(was: Decision | None, now: Decision | None, reviewed: bool, confirmed: bool) -> Progress:
    if now is None or now.outcome not in CLAIMING:
        return "no claim any more"
    if reviewed:
        return "reviewed"
    if confirmed or (was is not None and was.record.sha256 != now.record.sha256):
        return "sent again"
    return "open"


def _claimed(decisions: Iterable[Decision]) -> Mapping[tuple[str, RecordKey], Decision]:
    return {(one.practice, _key(one)): one for one in decisions if one.practice}


def what_to_do(item: Item) -> str:
    """One sentence for the practice. It names no person: the record is found by its identifier."""
    one = item.shown
    if item.progress == "no claim any more" or one is None:
        return "Nothing: it is not claimed any more."
    if item.progress == "reviewed":
        return "Nothing: somebody has looked at the patient record."
    if item.progress == "sent again":
        return "Nothing more, unless the corrected record is still wrong: then recode it or mark it Not GMS."
    if one.outcome is Outcome.QUERIED:
        return f"Queried, because: {one.reason.sentence} {advice(one.outcome, one.reason)}"
    return advice(one.outcome, one.reason)
