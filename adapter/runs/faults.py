"""A source-system fault from its declaration to its end: what it holds, what is to be checked, what came of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, cell_of
from adapter.achievement.incident import Incident, Item, RecordKey, Scope, affected, work_list
from adapter.achievement.tally import IN_COUNTS, nothing
from adapter.errors import UnknownName, UsageError
from adapter.provenance.difference import CountChange, count_changes
from adapter.reconcile.decision import Decision
from adapter.runs.counting import counts_in_force, decisions, held_cells
from adapter.runs.declaring import check_words
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.columns import text_of
from adapter.store.incidents import Ending
from adapter.store.publications import Publication, Superseded
from adapter.store.runs import Run
from adapter.store.store import Store

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


class Overview(Struct, frozen=True):
    """An incident, of the tables or declared, with the counts that it holds in the latest run."""

    id: str
    declared: bool
    programmes: tuple[str, ...]
    first: str
    last: str
    reason: str
    who: str
    opened: str
    ending: Ending | None
    held: int


class Closed(Struct, frozen=True):
    """What closing an incident gave: the counts that changed since it was opened, and those that are published. `runs`
    are the two whose difference that is, by id; `held` says how many of its counts something else holds still.
    """

    ending: Ending
    changed: list[CountChange]
    runs: tuple[str, str] | None
    held: int
    publication: Publication
    superseded: list[Superseded]


def open_incident(store: Store, id_: str, scope: Scope, reason: str, who: str) -> tuple[Incident, set[CellKey]]:
    """Declare a fault; answers the counts of the latest run that are held from now on.

    Raises UsageError for a name, programme, feed or day that cannot be meant.
    """
    check_words(who, reason)
    if not _ID.fullmatch(id_):
        raise UsageError("Name the incident by lower-case letters, digits and hyphens, such as trust-fault-2024.")
    catalogue = catalogue_in_force(store.mapping_releases.in_force())
    if id_ in {row.incident for row in catalogue.incidents}:
        raise UsageError("The tables have an incident of this name: choose another name.")
    known = {one.public for one in catalogue.programmes.values()} - {""}
    if not scope.programmes or not set(scope.programmes) <= known:
        raise UsageError(f"Name its programmes; the keys are {', '.join(sorted(known))}.")
    unknown = set(scope.feeds) - {feed.name for feed in store.feeds.listed()}
    if unknown:
        raise UsageError("There is no such feed: `adapter feeds list` shows them.")
    if scope.last < scope.first:
        raise UsageError("Its last day lies before its first.")
    runs = store.runs.listed()
    latest = store.runs.found() if runs else None
    number, cut = (latest.number, latest.cut) if latest else (0, 0)
    incident = store.incidents.open(id_, scope, reason.strip(), who.strip(), cut, number)
    counts = store.runs.achievements(latest) if latest else []
    return incident, held_cells(store, latest, incident, counts) if latest else set()


def incidents(store: Store) -> list[Overview]:
    """Those of the tables first, then the declared ones in their order."""
    endings, runs = store.incidents.endings(), store.runs.listed()
    latest = store.runs.found() if runs else None
    counts = counts_in_force(store, latest) if latest else []
    found = []
    rows = catalogue_in_force(store.mapping_releases.in_force()).incidents
    for id_ in dict.fromkeys(row.incident for row in rows):
        own = [row for row in rows if row.incident == id_]
        months = {(row.programme, row.period) for row in own if row.state == "open" and id_ not in endings}
        held = sum((one.programme, one.period) in months and "incident" in one.holds for one in counts)
        programmes = tuple(sorted({row.programme for row in own}))
        first, last = min(row.period for row in own), max(row.period for row in own)
        found.append(
            Overview(id_, False, programmes, first, last, own[0].note, own[0].source, "", endings.get(id_), held)
        )
    for one in store.incidents.listed():
        cells = held_cells(store, latest, one, counts) if latest and one.closed is None else set()
        scope = one.scope
        ending = endings.get(one.id)
        found.append(
            Overview(
                one.id,
                True,
                scope.programmes,
                scope.first,
                scope.last,
                one.reason,
                one.who,
                one.opened,
                ending,
                len(cells),
            )
        )
    return found


def to_check(store: Store, id_: str, practice: str | None = None) -> list[Item]:
    """The affected records by practice, and how far each is worked off. Raises UnknownName."""
    incident = _declared(store, id_)
    latest = store.runs.found()
    before = _affected(store, store.runs.numbered(incident.run), incident.scope) if incident.run else []
    now = _affected(store, latest, incident.scope)
    items = work_list(before, now, _reviewed(store, incident))
    return [one for one in items if practice is None or one.practice == practice]


def close_incident(store: Store, id_: str, who: str, note: str, *, leave_open: bool = False) -> Closed:
    """End an incident upon the latest run, and publish the counts that it held, superseding what was published.

    Raises UnknownName for no such incident; UsageError where it is closed, where something has arrived or was said
    since the latest run, where that counted other months, and where records are still to be checked (unless
    `leave_open`).
    """
    check_words(who, note)
    rows = catalogue_in_force(store.mapping_releases.in_force()).incidents
    of_tables = [row for row in rows if row.incident == id_]
    incident = None if of_tables else _declared(store, id_)
    latest = _fresh(store)
    _must_count(latest, {row.period for row in of_tables} if incident is None else _months(store, latest, incident))
    if incident and not leave_open:
        left = sum(one.progress == "open" for one in to_check(store, id_))
        if left:
            raise UsageError(
                f"{left} records are still to be checked: `adapter incident show {id_}` lists them. "
                "`--leave-open` closes it all the same, and says so."
            )
    counts = store.runs.achievements(latest)
    if incident:
        cells = held_cells(store, latest, incident, counts)
    else:
        months = {(row.programme, row.period) for row in of_tables}
        cells = {cell_of(one) for one in counts if (one.programme, one.period) in months}
    ending = store.incidents.close(id_, who.strip(), note.strip(), latest.number)
    opened = store.runs.numbered(incident.run) if incident and incident.run else None
    changed = count_changes(_of(store.runs.achievements(opened), cells), _of(counts, cells)) if opened else []
    standing = _of(counts_in_force(store, latest), cells)
    ready = [one for one in standing if one.state == "ready"]
    publication, superseded = store.publications.publish(
        latest.number, ready, who.strip(), f"incident {id_} closed: {note.strip()}"
    )
    runs = (opened.id, latest.id) if opened else None
    return Closed(ending, changed, runs, len(standing) - len(ready), publication, superseded)


def publish(
    store: Store, run: Run, who: str, note: str, practice: str | None = None
) -> tuple[Publication, list[Superseded]]:
    """Freeze a run's counts that are ready, as they are given to CQRS. A count of its months that was given before, and
    that the run has no row for, is given as 0: else what was given would stand.
    """
    check_words(who, note)
    counts = counts_in_force(store, run, practice)
    known = {cell_of(one) for one in counts}
    gone = [
        nothing(one, run.id)
        for cell, one in sorted(store.publications.in_force().items())
        if cell not in known and practice in (None, one.practice) and run.period_from <= one.period <= run.period_to
        if one.value
    ]
    ready = sorted([*(one for one in counts if one.state == "ready"), *gone], key=cell_of)
    return store.publications.publish(run.number, ready, who.strip(), note.strip())


def _declared(store: Store, id_: str) -> Incident:
    found = next((one for one in store.incidents.listed() if one.id == id_), None)
    if found is None:
        raise UnknownName(
            "No incident of this name was declared: `adapter incident list` shows them. One of the tables has no list "
            "of records; declare one with the same programmes and days for it."
        )
    return found


def _fresh(store: Store) -> Run:
    """The latest run, where it knows everything that has arrived and was said."""
    latest = store.runs.found()
    said = [one.when for one in store.reviews.listed()]
    started = text_of(latest.started)
    if store.records.cut().sequence != latest.cut or any(when > started for when in said):
        raise UsageError("Something has arrived or was reviewed since the latest run: `adapter run` first.")
    return latest


def _months(store: Store, latest: Run, incident: Incident) -> set[str]:
    """Those of the vaccinations that the fault may have touched, then or now."""
    before = _affected(store, store.runs.numbered(incident.run), incident.scope) if incident.run else []
    both = [*before, *_affected(store, latest, incident.scope)]
    return {one.period for one in both if one.period and one.indicator and one.outcome in IN_COUNTS}


def _must_count(run: Run, months: set[str]) -> None:
    if months and not run.period_from <= min(months) <= max(months) <= run.period_to:
        raise UsageError(
            f"The latest run counted {run.period_from} to {run.period_to}, and the fault reaches from {min(months)} to "
            f"{max(months)}: `adapter run --from MONTH --to MONTH` over all of these first."
        )


def _affected(store: Store, run: Run, scope: Scope) -> list[Decision]:
    return affected(scope, decisions(store, run, scope.programmes))


def _reviewed(store: Store, incident: Incident) -> list[tuple[str, RecordKey]]:
    return [
        (one.practice, (one.feed, one.system, one.value))
        for one in store.reviews.listed()
        if one.when >= incident.opened
    ]


def _of(counts: Sequence[Achievement], cells: set[CellKey]) -> list[Achievement]:
    return [one for one in counts if cell_of(one) in cells]
