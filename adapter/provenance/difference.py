"""What changed between two runs, record by record, with its cause, and what that makes of the counts.

Data and rules are told apart: a changed record or twin explains a change before changed tables do. Where nothing
about the vaccination itself changed, the tables, the directory or the code did, or another dose of the same patient.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.reasons import Reason
from adapter.reconcile.decision import Decision
from adapter.store.runs import Run

Key = tuple[str, str, str]


class Cause(StrEnum):
    """Why a decision differs."""

    NEW_RECORD = "new record"
    CORRECTED_VERSION = "corrected version"
    RETRACTION = "retraction"
    TWIN = "twin arrived or changed"
    REVIEW = "review"
    MAPPING = "mapping changed"
    DIRECTORY = "directory changed"
    CODE = "code changed"
    OTHER_DOSE = "another dose of the patient"
    GONE = "no longer known at this cut"


class Change(Struct, frozen=True):
    """One record whose decision differs; `before` is None for a new record, `after` for one not known any more."""

    before: Decision | None
    after: Decision | None
    causes: tuple[Cause, ...]

    @property
    def shown(self) -> Decision:
        decision = self.after or self.before
        assert decision is not None  # noqa: S101 - one of them is always there
        return decision


class CountChange(Struct, frozen=True, order=True):
    """A count whose value differs between the runs."""

    practice: str
    programme: str
    indicator: str
    period: str
    before: int
    after: int


_REVIEWED = frozenset({Reason.REVIEWED_ELSEWHERE, Reason.REVIEWED_GIVEN})


def changes(before: tuple[Run, Iterable[Decision]], after: tuple[Run, Iterable[Decision]]) -> list[Change]:
    """The records whose outcome or reason differs, or that only one run knows, by practice, programme and record."""
    (first, earlier), (second, later) = before, after
    old, new = {_key(one): one for one in earlier}, {_key(one): one for one in later}
    touched = _touched(old, new)
    rules = _rules(first, second)
    found = []
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was and now and _same(was, now):
            continue
        found.append(Change(was, now, _causes(was, now, touched, rules)))
    return sorted(found, key=lambda one: (one.shown.practice or "", one.shown.programme or "", _key(one.shown)))


def count_changes(before: Iterable[Achievement], after: Iterable[Achievement]) -> list[CountChange]:
    """The counts whose value differs; one that is no row counts 0."""
    old, new = _values(before), _values(after)
    return sorted(
        CountChange(*cell, old.get(cell, 0), new.get(cell, 0))
        for cell in old.keys() | new.keys()
        if old.get(cell, 0) != new.get(cell, 0)
    )


def _values(achievements: Iterable[Achievement]) -> dict[tuple[str, str, str, str], int]:
    return {(one.practice, one.programme, one.indicator, one.period): one.value for one in achievements}


def _key(decision: Decision) -> Key:
    return (decision.record.feed, decision.record.system or "", decision.record.value)


def _same(was: Decision, now: Decision) -> bool:
    return (was.outcome, was.reason, was.practice, was.programme, was.indicator, was.period) == (
        now.outcome,
        now.reason,
        now.practice,
        now.programme,
        now.indicator,
        now.period,
    )


def _touched(old: Mapping[Key, Decision], new: Mapping[Key, Decision]) -> dict[str, set[Key]]:
    """Vaccination → its records that are new, gone, of another version, or newly withdrawn."""
    touched: dict[str, set[Key]] = defaultdict(set)
    for key in old.keys() | new.keys():
        was, now = old.get(key), new.get(key)
        if was and now and was.record == now.record and was.vaccination == now.vaccination and not _withdrawn(was, now):
            continue
        for one in (was, now):
            if one:
                touched[one.vaccination].add(key)
    return touched


def _withdrawn(was: Decision, now: Decision) -> bool:
    return (was.reason is Reason.RETRACTED) != (now.reason is Reason.RETRACTED)


def _rules(first: Run, second: Run) -> list[Cause]:
    pairs = (
        (first.ruleset_digest, second.ruleset_digest, Cause.MAPPING),
        (first.directory_digest, second.directory_digest, Cause.DIRECTORY),
        (first.code_version, second.code_version, Cause.CODE),
    )
    return [cause for was, now, cause in pairs if was != now]


def _causes(
    was: Decision | None, now: Decision | None, touched: Mapping[str, set[Key]], rules: list[Cause]
) -> tuple[Cause, ...]:
    if was is None:
        return (Cause.NEW_RECORD,)
    if now is None:
        return (Cause.GONE,)
    if _withdrawn(was, now):
        return (Cause.RETRACTION,)
    if was.record.sha256 != now.record.sha256 or was.record.version != now.record.version:
        return (Cause.CORRECTED_VERSION,)
    if (touched.get(was.vaccination, set()) | touched.get(now.vaccination, set())) - {_key(now)}:
        return (Cause.TWIN,)
    if was.reason is not now.reason and {was.reason, now.reason} & _REVIEWED:
        return (Cause.REVIEW,)
    return tuple(rules) or (Cause.OTHER_DOSE,)
