"""A practice declares a count, and where its counts stand with it."""

from __future__ import annotations

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import AWAITING, DECLARED, CellKey, Declaration, Lifecycle, cell_of
from adapter.errors import UnknownName, UsageError
from adapter.fhir import nhs_number
from adapter.runs.counting import counted_now, counts_in_force, declared_cells
from adapter.store.store import Store


class Declared(Struct, frozen=True):
    """A declaration and whether it still stands for the count of the latest run."""

    declaration: Declaration
    state: Lifecycle


def declare(store: Store, count: str, who: str, note: str) -> tuple[Declaration, Achievement]:
    """Keep a practice's word that a count of the latest run is right; answers the count as it stands after it.

    Raises UnknownName for what is no count, UsageError for one that the latest run gives otherwise, and where who or
    the note are missing or hold what looks like an NHS number.
    """
    check_words(who, note)
    found = store.runs.achievements_like(count)
    if not found or len({cell_of(one) for one in found}) != 1:
        raise UnknownName("No count has this id, or several begin so: `adapter counts` lists them.")
    cell, latest = cell_of(found[0]), store.runs.found()
    now = next((one for one in store.runs.achievements(latest, cell[0]) if cell_of(one) == cell), None)
    if now is None or (now.value, now.root) not in {(one.value, one.root) for one in found}:
        raise UsageError(
            "This count has changed since: declare the one of the latest run, which `adapter counts` shows."
        )
    practice, programme, indicator, period = cell
    made = store.declarations.add(
        Declaration(
            practice=practice,
            programme=programme,
            indicator=indicator,
            period=period,
            value=now.value,
            counted=counted_now(store, latest, cell),
            who=who.strip(),
            when="",
            note=note.strip(),
        )
    )
    stands = next(one for one in counts_in_force(store, latest, practice) if cell_of(one) == cell)
    return made, stands


def declarations(store: Store, practice: str | None = None) -> list[Declared]:
    """The newest declaration of each count, by cell, and whether it stands in the latest run."""
    newest = store.declarations.newest(practice)
    if not newest:
        return []
    latest = store.runs.found()
    stands: set[CellKey] = declared_cells(store, latest, store.runs.achievements(latest, practice), newest)
    return [Declared(newest[cell], DECLARED if cell in stands else AWAITING) for cell in sorted(newest)]


def check_words(who: str, note: str) -> None:
    """Raises UsageError where nobody speaks, nothing is said, or either may hold a patient's number."""
    if not who.strip() or not note.strip():
        raise UsageError("Say who speaks (--by) and what was checked or found (--note, --reason).")
    if nhs_number.occurs_in(who) or nhs_number.occurs_in(note):
        raise UsageError("What you say holds what looks like an NHS number: leave it out.")
