"""What changed between two runs, record by record, and what that makes of the counts. Values only.

A change is told in effects, one after the other: what each kind of input, changed alone, did to the decision. So a
change of rules and a change of data are never one (see `effects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.reconcile.decision import Decision
from adapter.reconcile.review import Review
from adapter.store.records import Origin

Key = tuple[str, str, str]
"""A record's feed, system and value."""


class Cause(StrEnum):
    """Why a decision differs."""

    NEW_RECORD = "new record"
    CORRECTED_VERSION = "corrected version"
    RETRACTION = "retraction"
    TWIN = "twin arrived or changed"
    OTHER_DOSE = "another dose of the patient"
    UNITED = "one with another record"
    GONE = "no longer known at this cut"
    REVIEW = "review"
    MAPPING = "mapping changed"
    DIRECTORY = "directory changed"
    SETTING = "setting changed"
    CODE = "code changed"


DATA = frozenset(
    {
        Cause.NEW_RECORD,
        Cause.CORRECTED_VERSION,
        Cause.RETRACTION,
        Cause.TWIN,
        Cause.OTHER_DOSE,
        Cause.UNITED,
        Cause.GONE,
    }
)
"""What records bring about."""


class ByRecord(Struct, frozen=True, tag="record", tag_field="by"):
    """A record, and what came of it between the runs, oldest first."""

    feed: str
    system: str
    value: str
    came: tuple[Origin, ...]


class ByReview(Struct, frozen=True, tag="review", tag_field="by"):
    """A person's verdict. The note stays where it is."""

    practice: str
    feed: str
    system: str
    value: str
    verdict: str
    who: str
    when: str


class ByRule(Struct, frozen=True, tag="rule", tag_field="by"):
    """What was decided by, then and now: rows of tables (`snomed.csv:10`), the names of changed tables where no row is
    named; entries of the directory; the version of the code; the setting.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]


By = ByRecord | ByReview | ByRule


class Effect(Struct, frozen=True):
    """What one kind of input did to a decision. Several causes: their parts in it cannot be told from each other."""

    causes: tuple[Cause, ...]
    before: Decision | None
    after: Decision | None
    by: tuple[By, ...]


class Change(Struct, frozen=True):
    """One record whose decision differs; `before` is None for a new record, `after` for one not known any more."""

    before: Decision | None
    after: Decision | None
    effects: tuple[Effect, ...]

    @property
    def shown(self) -> Decision:
        decision = self.after or self.before
        assert decision is not None  # noqa: S101 - one of them is always there
        return decision

    @property
    def causes(self) -> tuple[Cause, ...]:
        """All of them, in the order of the effects, each once."""
        return tuple(dict.fromkeys(cause for effect in self.effects for cause in effect.causes))


class CountChange(Struct, frozen=True, order=True):
    """A count whose value differs between the runs."""

    practice: str
    programme: str
    indicator: str
    period: str
    before: int
    after: int


class Wanted(Struct, frozen=True):
    """Of which practice, programme and month; None is all."""

    practice: str | None = None
    programme: str | None = None
    period: str | None = None

    def lets_in(self, one: Decision | CountChange) -> bool:
        return (
            (self.practice is None or one.practice == self.practice)
            and (self.programme is None or one.programme == self.programme)
            and (self.period is None or one.period == self.period)
        )


def key_of(decision: Decision) -> Key:
    return (decision.record.feed, decision.record.system or "", decision.record.value)


def same(was: Decision | None, now: Decision | None) -> bool:
    """Whether two decisions say the same of a record: the versions and the grounds may be others."""
    if was is None or now is None:
        return was is now
    return (was.outcome, was.reason, was.practice, was.programme, was.indicator, was.period) == (
        now.outcome,
        now.reason,
        now.practice,
        now.programme,
        now.indicator,
        now.period,
    )


def changed(old: Mapping[Key, Decision], new: Mapping[Key, Decision], wanted: Wanted) -> list[Key]:
    """The records that are decided otherwise, by practice, programme and record."""
    found = []
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if same(was, now) or not any(wanted.lets_in(one) for one in (was, now) if one):
            continue
        shown = now or was
        assert shown is not None  # noqa: S101 - the key is of one of them
        found.append((shown.practice or "", shown.programme or "", key))
    return [key for _, _, key in sorted(found)]


def count_changes(
    before: Iterable[Achievement], after: Iterable[Achievement], wanted: Wanted | None = None
) -> list[CountChange]:
    """The counts whose value differs; one that is no row counts 0."""
    old, new = _values(before), _values(after)
    found = sorted(
        CountChange(*cell, old.get(cell, 0), new.get(cell, 0))
        for cell in old.keys() | new.keys()
        if old.get(cell, 0) != new.get(cell, 0)
    )
    return [one for one in found if wanted is None or wanted.lets_in(one)]


def _values(achievements: Iterable[Achievement]) -> dict[tuple[str, str, str, str], int]:
    return {(one.practice, one.programme, one.indicator, one.period): one.value for one in achievements}


def reviewed(review: Review) -> ByReview:
    return ByReview(review.practice, review.feed, review.system, review.value, review.verdict, review.who, review.when)
