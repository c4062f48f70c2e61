"""The way up is the way down turned round: for each delivery, feed, code and identifier of a generated load, the counts
that it touched are those whose decisions, looked at one by one in every run, rest on a version of it.
"""

from __future__ import annotations

import random
from functools import partial

from adapter.achievement.achievement import Achievement
from adapter.errors import UnknownName
from adapter.provenance.touches import Touch, all_touched, of_code, of_identifier
from adapter.provenance.trace import IN_COUNTS
from adapter.runs.reconciliation import reconcile
from adapter.store.records import Origin
from adapter.store.store import Store
from test_differences_by_brute_force import CODES, ELSEWHERE, MONTHS, load, organisation

from sending import SYSTEM

Cell = tuple[str, ...]


def told(touches: list[Touch]) -> set[tuple[Cell, str]]:
    return {((one.practice, one.programme, one.indicator, one.period), one.count) for one in touches}


def by_hand(store: Store, wanted: set[int]) -> set[tuple[Cell, str]]:
    """Run after run: the counts of all decisions on these versions, and on what was linked with them in that run."""
    found = set()
    for run in store.runs.listed():
        decisions = [one.decision for one in store.runs.decisions(run)]
        linked = {one.vaccination for one in decisions if one.sequence in wanted}
        cells = {
            (one.practice, one.programme, one.indicator, one.period)
            for one in decisions
            if one.vaccination in linked and one.outcome in IN_COUNTS
        }
        for count in store.runs.achievements(run):
            cell = (count.practice, count.programme, count.indicator, count.period)
            if cell in cells:
                found.add((cell, count.count))
    return found


def test_touches(store: Store) -> None:
    chance = random.Random(7)  # noqa: S311 - a load to try, no secret
    organisation(store, "epraccur.csv", "D83013", setting="4")
    store.feeds.remember("gp", "D83013")
    load(store, chance, 25)
    reconcile(store, MONTHS)
    store.mapping_releases.add(ELSEWHERE)
    organisation(store, "etr.csv", "RVV")
    reconcile(store, MONTHS)
    load(store, chance, 10)
    reconcile(store, MONTHS)

    origins = {one.sequence: one for number in range(1, 200) for one in _versions(store, number)}
    statements = {number: store.records.statement(number) for number, one in origins.items() if one.kind == "statement"}
    deliveries = {one.delivery for one in origins.values()}
    search, met = store.version_search, set()
    for delivery in deliveries:
        found = all_touched(store, partial(search.of_delivery, delivery)).touches
        assert told(found) == by_hand(store, {number for number, one in origins.items() if one.delivery == delivery})
        met |= told(found)
    for feed in ("gp", "trust"):
        found = all_touched(store, partial(search.of_feed, feed)).touches
        assert told(found) == by_hand(store, {number for number, one in origins.items() if one.feed == feed})
    for code in CODES:
        naming = {number for number, one in statements.items() if code in repr(one)}
        assert told(all_touched(store, of_code(store, code)).touches) == by_hand(store, naming)
    for value in sorted({each.value for one in statements.values() for each in one.identifiers})[::5]:
        page = of_identifier(store, SYSTEM, value)
        assert told(all_touched(store, lambda _, __, page=page: page).touches) == by_hand(store, {*page.sequences})
        named = {number for number, one in statements.items() if value in {each.value for each in one.identifiers}}
        assert named <= {*page.sequences}
    latest = {(_cell(one), one.count) for run in store.runs.listed() for one in store.runs.achievements(run)}
    assert met == latest


def test_pages_say_together_what_one_page_says(store: Store) -> None:
    chance = random.Random(8)  # noqa: S311 - a load to try, no secret
    organisation(store, "epraccur.csv", "D83013", setting="4")
    store.feeds.remember("gp", "D83013")
    load(store, chance, 25)
    reconcile(store, MONTHS)
    for ask in (partial(store.version_search.of_feed, "gp"), of_code(store, CODES[0])):
        whole = ask((0, 0), 10_000)
        assert whole.following is None
        pages, after = [], (0, 0)
        while after is not None:
            page = ask(after, 7)
            assert len(page.sequences) <= 7
            pages += page.sequences
            after = page.following
        assert pages == [*whole.sequences]


def _versions(store: Store, number: int) -> list[Origin]:
    try:
        return store.records.versions(number)
    except UnknownName:
        return []


def _cell(one: Achievement) -> Cell:
    return (one.practice, one.programme, one.indicator, one.period)
