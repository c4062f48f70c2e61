"""Fault signals of a database: every record known at a cut, read once and part by part as a run reads it, tallied by
week, and held against its own past. No run is needed, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC

from msgspec import Struct

from adapter.errors import UnknownName, UsageError
from adapter.normalise.catalogue import Catalogue
from adapter.runs.engine import Engine, Pool, Serial, cores
from adapter.runs.ruleset import rules_in_force
from adapter.runs.share import Desk, Reference, RuleReference, desk_of, rules_digest, uncollected
from adapter.runs.weeks_asked import Asked
from adapter.signals import week as weeks_
from adapter.signals.alarm import Alarm, alarms, covers, part_of, surest
from adapter.signals.new_code import new_codes
from adapter.signals.sighting import Sighting, sightings
from adapter.signals.signal import Signal
from adapter.signals.silence import overdue
from adapter.signals.tally import Tally
from adapter.signals.watch import FEWEST_WEEKS, GAP, WINDOWS, YEAR
from adapter.store.feed_days import feed_days
from adapter.store.histories import Part
from adapter.store.store import Store
from adapter.store.witness import witness

LOOK_BACK = 12
"""Weeks that are judged unless somebody asks for more."""
MOST_WEEKS = 104
"""So many at once: each is judged for itself."""
_PAST = YEAR + GAP + max(WINDOWS)
_FEW = 50
"""Parts that are too few to start processes for: a hundred thousand records."""

Report = Callable[[int], None]


class Watched(Struct, frozen=True):
    """What was found. `since` and `until` are the weeks that were judged; `young` are the feeds whose past is too
    short to judge anything by.
    """

    since: int
    until: int
    records: int
    alarms: list[Alarm]
    tally: Tally
    young: tuple[str, ...]


class TallyWork(Struct, frozen=True):
    """A task: a part, and the weeks that are tallied."""

    reference: Reference
    part: Part
    first: int
    last: int


class Found(Struct, frozen=True):
    """A record behind an alarm. `decision` is that of the last run that decided it, None where there is none."""

    feed: str
    system: str
    value: str
    practice: str
    programme: str
    occurred: str
    week: str
    decision: str | None


def watch(store: Store, asked: Asked, report: Report = lambda _: None, engine: Engine | None = None) -> Watched:
    """Judge the weeks asked for. Raises UsageError where they end before they begin."""
    return _watched(store, asked, _Work(store, asked, report, engine))


def _watched(store: Store, asked: Asked, work: _Work) -> Watched:
    moment = asked.as_of or store.database.clock()
    whole = weeks_.week_of(moment.astimezone(UTC).date()) - 1
    last = whole if asked.until is None else min(asked.until, whole)
    tally = work.tally(_first(asked, last), last)
    if tally.newest < last and asked.until is None:
        last = max(tally.newest, tally.started)
        tally = work.tally(_first(asked, last), last)
    since = last - LOOK_BACK + 1 if asked.since is None else asked.since
    since = max(since, tally.started) if tally.figures else since
    if since > last:
        raise UsageError(
            f"There is nothing after {weeks_.name(last)}, the last whole week with records: ask from then."
        )
    if last - since >= MOST_WEEKS:
        raise UsageError(f"Ask for {MOST_WEEKS} weeks at most: name a later --since or an earlier --until.")
    days = feed_days(store.database, moment)
    heard = {feed: weeks_.week_of(came[-1]) - 1 for feed, came in days.items()}
    found = alarms(tally, work.seasonal, since, last, heard) + new_codes(tally, since, last)
    if asked.until is None:
        found += overdue(days, moment.astimezone(UTC).date())
    return Watched(since, last, work.records, sorted(found, key=surest), tally, _young(tally))


def records_behind(store: Store, asked: Asked, beginning: str) -> tuple[Alarm, list[Found]]:
    """An alarm by its id or a clear beginning of it, and the records that it is about, in the order of their keys.

    Raises UnknownName where none or several of the alarms have it.
    """
    work = _Work(store, asked, lambda _: None, None)
    alarm = one_alarm(_watched(store, asked, work).alarms, beginning)
    behind = [one for one in work.sightings() if _behind(alarm, one, work.seasonal)]
    return alarm, sorted((_found(store, one) for one in behind), key=lambda one: (one.feed, one.system, one.value))


def one_alarm(found: Sequence[Alarm], beginning: str) -> Alarm:
    matching = [one for one in found if beginning and one.id.startswith(beginning)]
    if len(matching) != 1:
        raise UnknownName(
            "No alarm has this id, or several begin so: `adapter signals` lists them, for the same --as-of, --since "
            "and --until."
        )
    return matching[0]


def seasonal_programmes(catalogue: Catalogue) -> frozenset[str]:
    """The public keys of programmes that are given in a season, as their indicators say."""
    fine = {key for one in catalogue.indicators if one.months or one.seasonal_course for key in one.programmes}
    return frozenset(catalogue.public_key(key) for key in fine) - {""}


def tally_part(work: TallyWork) -> tuple[Tally, int]:
    """A part's figures, in whatever process this is, and how many records it has."""
    return _tallied(desk_of(work.reference), work)


def _tallied(desk: Desk, work: TallyWork) -> tuple[Tally, int]:
    tally, records = Tally(work.first, work.last), 0
    with uncollected():
        for history in desk.histories(work.part):
            records += len(history.records)
            for one in sightings(history.records, desk.rules):
                tally.add(one)
    return tally, records


class _Work:
    """The records at one cut, and the rules to read them by."""

    def __init__(self, store: Store, asked: Asked, report: Report, engine: Engine | None) -> None:
        rules, roles = rules_in_force(store, asked.gms_extension, ())
        cut = store.records.cut(asked.as_of)
        named = RuleReference(asked.gms_extension, asked.as_of, 0, rules_digest(rules, roles))
        self._reference = Reference(store.database.url, cut, None, named, witness(store.database, cut))
        self._parts = store.records.parts(cut)
        self._desk = Desk(store.database, self._reference, rules)
        self._report = report
        self._engine = engine or (Serial() if len(self._parts) <= _FEW or cores() == 1 else Pool(cores()))
        self.seasonal = seasonal_programmes(rules.catalogue)
        self.records = 0

    def tally(self, first: int, last: int) -> Tally:
        whole, self.records = Tally(first, last), 0
        tasks = [TallyWork(self._reference, part, first, last) for part in self._parts]
        here = isinstance(self._engine, Serial)  # then the desk is this one, whatever else this process works on
        mapped = (_tallied(self._desk, task) for task in tasks) if here else self._engine.map(tally_part, tasks)
        for tally, records in mapped:
            whole.join(tally)
            self.records += records
            self._report(self.records)
        whole.first = max(whole.first, whole.started)
        return whole

    def sightings(self) -> Iterator[Sighting]:
        for part in self._parts:
            for history in self._desk.histories(part):
                yield from sightings(history.records, self._desk.rules)


def _first(asked: Asked, last: int) -> int:
    since = last - LOOK_BACK + 1 if asked.since is None else min(asked.since, last)
    return since - _PAST


def _young(tally: Tally) -> tuple[str, ...]:
    began: dict[str, int] = {}
    for place, weeks in tally.figures.items():
        began[place.feed] = min(began.get(place.feed, tally.last), min(weeks))
    return tuple(sorted(feed for feed, week in began.items() if tally.last - week + 1 < GAP + FEWEST_WEEKS))


def _behind(alarm: Alarm, one: Sighting, seasonal: frozenset[str]) -> bool:
    """In the weeks in which it is off."""
    if not alarm.since <= weeks_.name(one.week) <= alarm.last:
        return False
    if alarm.signal is Signal.CODE_NEW:
        return any(f"{system} {code}" == alarm.of for system, code in one.new_codes)
    return covers(alarm, one.place, one.gp, seasonal) and part_of(alarm.signal, alarm.of) in one.figures


def _found(store: Store, one: Sighting) -> Found:
    feed, system, value = one.record.key
    decided = store.runs.decision_of(feed, system, value)
    return Found(
        feed=feed,
        system=system,
        value=value,
        practice=one.place.practice,
        programme=one.place.programme,
        occurred=one.occurred.isoformat() if one.occurred else "",
        week=weeks_.name(one.week),
        decision=decided.id if decided else None,
    )
