"""From where something came, or what it says, up to every count that it ever touched, in whatever run.

A version touches a count by the decision on it, and by the decisions on the other records of its vaccination, as long
as both stood: a trust's record is why the practice's copy was excluded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from msgspec import Struct

from adapter.errors import UsageError
from adapter.fhir import nhs_number
from adapter.provenance.trace import IN_COUNTS
from adapter.reconcile.decision import Decision
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.counts import Cell
from adapter.store.runs import Decided
from adapter.store.store import Store
from adapter.store.version_search import START, Page, Place

_CODE = re.compile(r"[A-Za-z0-9.]{1,20}", re.ASCII)
_ROW = re.compile(r"([a-z0-9_]+\.csv):([0-9]{1,9})", re.ASCII)
MOST = 200
"""Versions in a page."""
Ask = Callable[[Place, int], Page]
"""Where a page begins and how many versions it has at most → the page."""


class Touch(Struct, frozen=True):
    """A count, from the run in which it began until the one in which it no longer stood (None: it stands).
    `decided` are the decisions (ids) on the versions asked for that it is made of, `linked` those on other records of
    their vaccinations.
    """

    practice: str
    programme: str
    indicator: str
    period: str
    count: str
    value: int
    from_run: str
    until_run: str | None
    decided: tuple[str, ...]
    linked: tuple[str, ...]


class Touched(Struct, frozen=True):
    """The counts that a page of versions touched, and where the next page begins."""

    versions: int
    touches: list[Touch]
    following: Place | None


class _Stretch(Struct, frozen=True):
    decision: str
    own: bool
    from_run: int
    until_run: int | None


def touched(store: Store, ask: Ask, after: Place = START, most: int = MOST) -> Touched:
    """One page."""
    page = ask(after, most)
    return Touched(len(page.sequences), touches(store, page.sequences), page.following)


def all_touched(store: Store, ask: Ask, step: Callable[[int], None] = lambda done: None) -> Touched:
    """Every page, each count once. `step` is told how many versions were looked at."""
    found: dict[tuple[str, str], Touch] = {}
    after: Place | None = START
    versions = 0
    while after is not None:
        page = touched(store, ask, after, 10 * MOST)
        for one in page.touches:
            known = found.get((one.count, one.from_run))
            found[one.count, one.from_run] = _joined(known, one) if known else one
        versions += page.versions
        step(versions)
        after = page.following
    order = {run.id: run.number for run in reversed(store.runs.listed())}
    return Touched(versions, sorted(found.values(), key=lambda one: (_cell(one), order[one.from_run])), None)


def touches(store: Store, sequences: Iterable[int]) -> list[Touch]:
    """By practice, programme, indicator, month, and from the first run on."""
    wanted = set(sequences)
    if not wanted:
        return []
    decided = store.runs.decisions_of_histories(store.version_search.histories(wanted))
    by_cell: dict[Cell, list[_Stretch]] = {}
    for where, stretch in _stretches(decided, wanted):
        by_cell.setdefault(where, []).append(stretch)
    numbers = {run.number: run.id for run in store.runs.listed()}
    found = []
    for kept in store.runs.counts_of_cells(by_cell):
        one = kept.achievement
        cell = (one.practice, one.programme, one.indicator, one.period)
        met = [each for each in by_cell[cell] if _overlap(each.from_run, each.until_run, kept.from_run, kept.until_run)]
        if not met:
            continue
        own = {each.decision for each in met if each.own}
        until = numbers[kept.until_run] if kept.until_run is not None else None
        beside = {each.decision for each in met} - own
        touch = Touch(*cell, one.count, one.value, numbers[kept.from_run], until, _sorted(own), _sorted(beside))
        found.append((cell, kept.from_run, touch))
    return [touch for *_, touch in sorted(found, key=lambda each: each[:2])]


def of_identifier(store: Store, system: str, value: str, feed: str | None = None) -> Page:
    """The versions of the records with this identifier. One that holds an NHS number is asked for by its keyed hash:
    raises KeyFault where the key is not here.
    """
    hold = nhs_number.occurs_in(system) or nhs_number.occurs_in(value)
    if hold:
        system, value = store.pseudonym.mask_system(system), store.pseudonym.mask(value)
    return store.version_search.named(system, value, feed)


def of_code(store: Store, code: str) -> Ask:
    """Every version that names a code, in any writing that the tables in force read as it: a description id, a mangled
    form. Raises UsageError for what cannot be one.
    """
    if not _CODE.fullmatch(code):
        raise UsageError("A code is up to twenty letters, digits and dots, such as 956951000000104.")
    catalogue = catalogue_in_force(store.mapping_releases.in_force())
    written = {code}
    for file, name, meant in (
        ("description_ids.csv", "description", "concept"),
        ("mangled_codes.csv", "code", "meant"),
    ):
        written |= {row[name] for row in catalogue.tables.rows(file) if row[meant] == code}
    return partial(store.version_search.saying, written)


def of_row(store: Store, row: str) -> Ask:
    """Every version that names the code of a row (`snomed.csv:10`) of a code table in force.

    Raises UsageError where there is no such row, or it is about no code.
    """
    found = _ROW.fullmatch(row)
    catalogue = catalogue_in_force(store.mapping_releases.in_force())
    if found is None or found[1] not in catalogue.tables.tables:
        raise UsageError("A row is named by file and line, such as snomed.csv:10, as a trace shows it.")
    rows = (one for one in catalogue.tables.rows(found[1]) if one.number == int(found[2]))
    cells = next((one.cells for one in rows), {})
    code = cells.get("code") or cells.get("description") or cells.get("diseases", "").partition("+")[0]
    if not code:
        raise UsageError(
            "This row is about no code. What rests on a programme, an indicator or a hold are its counts: "
            "`adapter counts` lists them."
        )
    return of_code(store, code)


def _stretches(decided: list[Decided], wanted: set[int]) -> Iterator[tuple[Cell, _Stretch]]:
    own = [one for one in decided if one.decision.sequence in wanted]
    by_vaccination: dict[str, list[Decided]] = {}
    for one in own:
        by_vaccination.setdefault(one.decision.vaccination, []).append(one)
    for one in decided:
        where = _cell_of(one.decision)
        if where is None:
            continue
        if one.decision.sequence in wanted:
            yield where, _Stretch(one.id, True, one.from_run, one.until_run)
            continue
        for other in by_vaccination.get(one.decision.vaccination, ()):
            if _overlap(one.from_run, one.until_run, other.from_run, other.until_run):
                since = max(one.from_run, other.from_run)
                ends = [each for each in (one.until_run, other.until_run) if each is not None]
                yield where, _Stretch(one.id, False, since, min(ends, default=None))


def _cell_of(one: Decision) -> Cell | None:
    if one.outcome not in IN_COUNTS or not (one.practice and one.programme and one.indicator and one.period):
        return None
    return one.practice, one.programme, one.indicator, one.period


def _overlap(first: int, until: int | None, other: int, other_until: int | None) -> bool:
    return (other_until is None or first < other_until) and (until is None or other < until)


def _cell(one: Touch) -> Cell:
    return one.practice, one.programme, one.indicator, one.period


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(ids)))


def _joined(one: Touch, other: Touch) -> Touch:
    own = {*one.decided, *other.decided}
    cell = _cell(one)
    linked = {*one.linked, *other.linked} - own
    return Touch(*cell, one.count, one.value, one.from_run, one.until_run, _sorted(own), _sorted(linked))
