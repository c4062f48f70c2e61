"""A run's counts as they stand now: with the holds of open incidents, and released where a declaration stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, Declaration, cell_of, counted_digest
from adapter.achievement.incident import Incident, affected, cells
from adapter.achievement.standing import standing
from adapter.reconcile.decision import Decision
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.runs import Run
from adapter.store.store import Store


def counts_in_force(store: Store, run: Run, practice: str | None = None) -> list[Achievement]:
    """The counts of a run, in its order; `state` and `holds` are of now, all else is the run's."""
    counts = store.runs.achievements(run, practice)
    incidents = [one for one in store.incidents.listed() if one.closed is None]
    newest = store.declarations.newest(practice)
    endings = store.incidents.endings()
    if not incidents and not newest and not endings:
        return counts
    rows = catalogue_in_force(store.mapping_releases.in_force()).incidents
    held = {cell for incident in incidents for cell in held_cells(store, run, incident, counts, practice)}
    return standing(counts, held, declared_cells(store, run, counts, newest), rows, endings.keys())


def held_cells(
    store: Store, run: Run, incident: Incident, counts: Sequence[Achievement], practice: str | None = None
) -> set[CellKey]:
    """The counts that an incident holds back: all of its programmes and months, or those that hold a vaccination that
    its feeds or systems had a part in.
    """
    scope = incident.scope
    within = {
        cell_of(one)
        for one in counts
        if one.programme in scope.programmes and scope.first[:7] <= one.period <= scope.last[:7]
    }
    if scope.everything or not within:
        return within
    return within & cells(affected(scope, decisions(store, run, scope.programmes, practice)))


def declared_cells(
    store: Store, run: Run, counts: Sequence[Achievement], newest: Mapping[CellKey, Declaration]
) -> set[CellKey]:
    """The counts whose last declaration still stands: of the same value and of the same records."""
    values = {cell_of(one): one.value for one in counts}
    likely = [one for cell, one in newest.items() if values.get(cell) == one.value]
    return {one.cell for one in likely if one.stands(values[one.cell], counted_now(store, run, one.cell))}


def counted_now(store: Store, run: Run, cell: CellKey) -> str:
    """The digest of the records that a run counts in a cell."""
    practice, programme, indicator, period = cell
    of_cell = (
        one.decision
        for one in store.runs.decisions(run, practice, programme)
        if (one.decision.indicator, one.decision.period) == (indicator, period)
    )
    return counted_digest(of_cell)


def decisions(store: Store, run: Run, programmes: Iterable[str], practice: str | None = None) -> list[Decision]:
    """What a run decided on some programmes. A practice's alone, where one is named, would lose the records of others
    that speak of its vaccinations: so these are looked at too, and only the practice's are answered.
    """
    found = [one.decision for programme in programmes for one in store.runs.decisions(run, None, programme)]
    if practice is None:
        return found
    own = {one.vaccination for one in found if one.practice == practice}
    return [one for one in found if one.vaccination in own]
