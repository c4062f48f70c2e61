"""A difference of two runs is what comparing their full lists gives, and what it says the data did is what a run of the
new data under the old rules says. On generated loads, on both databases.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from adapter.normalise.overlay import Overlay, RowChange
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.provenance.difference import Cause, Wanted
from adapter.provenance.effects import difference, explained
from adapter.reconcile.decision import Decision
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.runs import Run
from adapter.store.store import Store

from filled import dose
from sending import SYSTEM, by_identifier, deletion, ndjson, send

MONTHS = Parameters("2024-08", "2024-12")
CODES = ("956951000000104", "39343008", "1303503001")
ELSEWHERE = Overlay(
    "rf2", "a snapshot", ("1",), (RowChange("snomed.csv", CODES[0], "change", {"role": "given-elsewhere"}),)
)
Said = tuple[str | None, ...]


def organisation(store: Store, name: str, *codes: str, setting: str = "") -> None:
    rows = []
    for code in codes:
        cells = [""] * 27
        cells[0], cells[1], cells[10], cells[12], cells[25] = code, "INVENTED", "19740401", "A", setting
        rows.append(",".join(cells))
    content = "\n".join(rows).encode()
    release = parse(content, name)
    assert isinstance(release, Release)
    store.ods_releases.add(content, release.kind, encode(release))


def load(store: Store, chance: random.Random, number: int) -> None:
    """So many records of few patients, sent anew, corrected, moved to another patient, named alike, or deleted."""
    for feed in ("gp", "trust"):
        sent = []
        for _ in range(number):
            patient, performer = chance.randrange(1, 12), chance.choice(("D83013", "D83013", "RVV", "X99999"))
            value = f"{feed}{patient if chance.random() < 0.8 else chance.randrange(12)}{chance.choice('ab')}"
            one = dose(value, patient, performer, chance.choice(CODES))
            if chance.random() < 0.2:
                one["identifier"].append({"system": SYSTEM, "value": f"{feed}{chance.randrange(12)}b"})
            if chance.random() < 0.1:
                del one["contained"]
            sent.append(one)
        send(store, ndjson(*sent), feed)
        send(store, deletion(by_identifier(f"{feed}{chance.randrange(1, 12)}a")), feed)


def decided(store: Store, run: Run) -> list[Decision]:
    return [one.decision for one in store.runs.decisions(run)]


def said(one: Decision | None) -> Said | None:
    return one and (one.outcome, one.reason, one.practice, one.programme, one.indicator, one.period)


def by_record(decisions: list[Decision]) -> dict[tuple[str | None, ...], Decision]:
    return {(one.record.feed, one.record.system, one.record.value): one for one in decisions}


def by_hand(old: list[Decision], new: list[Decision]) -> Iterator[tuple[Said | None, Said | None]]:
    before, after = by_record(old), by_record(new)
    for key in before.keys() | after.keys():
        if said(before.get(key)) != said(after.get(key)):
            yield said(before.get(key)), said(after.get(key))


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.deep) for seed in range(1, 10))])
def test_differences(store: Store, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a load to try, no secret
    organisation(store, "epraccur.csv", "D83013", setting="4")
    store.feeds.remember("gp", "D83013")
    load(store, chance, 30)
    runs = [reconcile(store, MONTHS).run]
    load(store, chance, 12)
    runs.append(reconcile(store, MONTHS).run)  # new data under the old rules
    store.reviews.add("D83013", ("gp", SYSTEM, "gp3a"), "given-elsewhere", "A. Reviewer", "seen")
    runs.append(reconcile(store, MONTHS).run)
    store.mapping_releases.add(ELSEWHERE)
    organisation(store, "etr.csv", "RVV")
    runs.append(reconcile(store, MONTHS).run)
    lists = [decided(store, run) for run in runs]
    for one, other in ((0, 1), (3, 0)):
        found = difference(store, runs[one], runs[other])
        assert found.apart
        _, brute = explained(store, (runs[one], runs[other]), (lists[one], lists[other]), Wanted())
        told = [(said(each.before), said(each.after), each.effects) for each in found.changes]
        assert told
        assert told == [(said(each.before), said(each.after), each.effects) for each in brute]
        assert sorted(map(repr, by_hand(lists[one], lists[other]))) == sorted(repr(each[:2]) for each in told)
    old_rules = by_record(lists[1])
    seen = set()
    for change in difference(store, runs[0], runs[3]).changes:
        reason = said(change.before)
        for effect in change.effects:
            [cause] = effect.causes
            seen.add(cause)
            assert said(effect.before) == reason
            reason = said(effect.after)
            assert reason != said(effect.before)
        assert reason == said(change.after)
        first = next((each for each in change.effects if each.causes[0] in (Cause.REVIEW, *RULES)), None)
        record = change.shown.record
        under_old_rules = said(old_rules.get((record.feed, record.system, record.value)))
        assert under_old_rules == (said(first.before) if first else reason)
    assert {Cause.MAPPING, Cause.CORRECTED_VERSION} <= seen


RULES = (Cause.MAPPING, Cause.DIRECTORY, Cause.SETTING, Cause.CODE)
