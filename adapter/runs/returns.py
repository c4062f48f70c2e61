"""The returns of practices, from a run as its counts stand now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, cell_of
from adapter.achievement.practice_return import Fault, PracticeReturn, Source, day_words, practice_return
from adapter.errors import UnknownName, UsageError
from adapter.provenance.proof import checkpoint
from adapter.runs.counting import counts_in_force, declared_cells, held_cells
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.runs import Run
from adapter.store.store import Store


def returns(
    store: Store, run: Run, key: bytes | None, practice: str | None = None, month: str | None = None
) -> Iterator[PracticeReturn]:
    """One practice's return, or that of each that claims a record, by practice. `key` signs the checkpoint that they
    carry; `month` is `YYYY-MM`.

    Raises UsageError for a month that the run did not count, UnknownName for a practice without a record in the run.
    """
    months = (run.period_from, run.period_to) if month is None else (month, month)
    if not run.period_from <= months[0] <= months[1] <= run.period_to:
        raise UsageError(f"The run counted {run.period_from} to {run.period_to}: name one of these months.")
    all_counts = counts_in_force(store, run, practice)
    counts = [one for one in all_counts if months[0] <= one.period <= months[1]]
    faults = _faults(store, run, all_counts, practice)
    newest = store.declarations.newest(practice)
    declared = declared_cells(store, run, all_counts, newest) if newest else set()
    catalogue = catalogue_in_force(store.mapping_releases.in_force())
    services = {one.public: one.service for one in catalogue.programmes.values()}
    source = _source(store, run, key)
    known = False
    for code, group in groupby(store.runs.decisions(run, practice), key=lambda one: one.decision.practice):
        if code is None:
            continue
        known = True
        own = [one for one in counts if one.practice == code]
        decided = ((one.id, one.decision) for one in group)
        yield practice_return(code, months, source, own, decided, faults, declared, services)
    if practice and not known:
        raise UnknownName("No record of this run is claimed by this practice: `adapter counts` shows which are.")


def return_of(store: Store, run: Run, key: bytes | None, practice: str, month: str | None) -> PracticeReturn:
    """One practice's, as `returns` makes it."""
    [one] = returns(store, run, key, practice, month)
    return one


def _faults(store: Store, run: Run, counts: Sequence[Achievement], practice: str | None) -> dict[CellKey, list[Fault]]:
    """The open incidents, of the tables and declared, by the counts that they hold."""
    found: defaultdict[CellKey, list[Fault]] = defaultdict(list)
    endings = store.incidents.endings()
    rows = catalogue_in_force(store.mapping_releases.in_force()).incidents
    for row in rows:
        if row.state == "open" and row.incident not in endings:
            for one in counts:
                if (one.programme, one.period) == (row.programme, row.period):
                    found[cell_of(one)].append(Fault(row.incident, row.note))
    for incident in store.incidents.listed():
        if incident.closed is None:
            for cell in held_cells(store, run, incident, counts, practice):
                found[cell].append(Fault(incident.id, incident.reason))
    return found


def _source(store: Store, run: Run, key: bytes | None) -> Source:
    return Source(
        run.id,
        day_words(run.finished.date().isoformat()),
        f"{run.as_of:%Y-%m-%d %H:%M} UTC" if run.as_of else "",
        run.ruleset_digest,
        run.directory_digest,
        run.code_version,
        run.output_digest,
        checkpoint(store, key).line if key else "",
    )
