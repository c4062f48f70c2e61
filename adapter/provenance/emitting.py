"""Counts as they are given to CQRS: of a run, as they stand now, or of a publication, as they were given.

What was published is frozen: its lines are made of the counts as they were kept, of the declarations of that time, and
of the ledger as it was when it was published. The same publication gives the same bytes whenever it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, Declaration, cell_of
from adapter.achievement.emission import Line, line
from adapter.provenance.proof import checkpoint
from adapter.runs.counting import counts_in_force, declared_cells
from adapter.store.runs import Run
from adapter.store.said_tables import PUBLICATION
from adapter.store.store import Store


def emission(store: Store, run: Run, key: bytes, practice: str | None = None, *, held: bool = False) -> list[Line]:
    """The counts of a run that are ready; with `held` the others, too, which must not be paid. `key` signs."""
    counts = [one for one in counts_in_force(store, run, practice) if held or one.state == "ready"]
    notes = _notes(store, run, counts, store.declarations.newest(practice))
    ledger = checkpoint(store, key).line
    return [line(one, notes.get(cell_of(one), ""), ledger) for one in counts]


def published(store: Store, number: int, key: bytes) -> list[Line]:
    """The lines of a publication. Raises UnknownName."""
    publication = store.publications.found(number)
    counts = store.publications.counts(number)
    said = {one.cell: one for one in store.declarations.listed() if one.when <= publication.when}
    notes = _notes(store, store.runs.numbered(publication.run), counts, said)
    ledger = checkpoint(store, key, store.ledger.entry_of(PUBLICATION.name, str(number))).line
    before = {one.cell: (earlier, one.before) for earlier, one in store.publications.superseded(number)}
    lines = []
    for one in counts:
        made = line(one, notes.get(cell_of(one), ""), ledger)
        earlier, was = before.get(cell_of(one), (None, None))
        lines.append(
            msgspec.structs.replace(
                made, publication=number, supersedes=earlier, superseded_value=was.value if was else None
            )
        )
    return lines


def _notes(
    store: Store, run: Run, counts: Sequence[Achievement], said: Mapping[CellKey, Declaration]
) -> dict[CellKey, str]:
    """What practices wrote when they declared, where their declaration stands for the count."""
    declared = declared_cells(store, run, counts, said)
    return {cell: f"declared by {said[cell].who} on {said[cell].when[:10]}: {said[cell].note}" for cell in declared}
