"""Which changed input did what: the decisions that differ between two runs, taken apart step by step.

Where the runs differ in one kind of input, that is the cause. Where records and rules both changed, the records
concerned are decided again under the old rules: what differs then is the records' doing, the rest that of the rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from adapter.provenance.because import Because
from adapter.provenance.difference import Change, CountChange, Effect, Key, Wanted, changed, count_changes, key_of, same
from adapter.provenance.inputs import DATA, Between, Inputs, Steps, steps_between
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision
from adapter.store.histories import Histories, Part
from adapter.store.runs import Run
from adapter.store.store import Store

_PART = 500
"""Histories read at a time."""

Decisions = Mapping[Key, Decision]


class Difference(Struct, frozen=True):
    """Of two runs. `apart` says whether what the data did could be told from what the rules did: where not, the causes
    of an effect are several.
    """

    first: Run
    second: Run
    counts: list[CountChange]
    changes: list[Change]
    apart: bool


def difference(store: Store, first: Run, second: Run, wanted: Wanted | None = None) -> Difference:
    """What differs between two runs, and why. The cost follows what differs, not what there is."""
    asked = wanted or Wanted()
    counts = count_changes(*store.runs.differing_counts(first, second), asked)
    steps, changes = explained(store, (first, second), store.runs.differing_decisions(first, second), asked)
    apart = not any({*step} & {*DATA} and {*step} - {*DATA} for step in steps)
    return Difference(first, second, counts, changes, apart)


def explained(
    store: Store, runs: tuple[Run, Run], lists: tuple[Iterable[Decision], Iterable[Decision]], wanted: Wanted
) -> tuple[Steps, list[Change]]:
    """The changes between two lists of decisions, which hold at least all that differ; and the steps between."""
    old, new = ({key_of(one): one for one in each} for each in lists)
    keys = changed(old, new, wanted)
    first, second = (Inputs(store, run) for run in runs)
    if not keys:
        return [], []
    steps, between = steps_between(first, second)
    concerned = [each[key] for key in keys for each in (old, new) if key in each]
    known = old.keys() | new.keys()
    stages = [
        old,
        *({key: one for key, one in each.items() if key in known} for each in _decided(store, between, concerned)),
        new,
    ]
    because = Because(store, first, second, (old, new))
    found: dict[Key, list[Effect]] = {key: [] for key in keys}
    for step, was, now in zip(steps, stages, stages[1:], strict=False):
        differ = [key for key in keys if not same(was.get(key), now.get(key))]
        for key, effect in because.effects(step, was, now, differ):
            found[key].append(effect)
    return steps, [Change(old.get(key), new.get(key), tuple(found[key])) for key in keys]


def _decided(store: Store, between: Sequence[Between], concerned: Sequence[Decision]) -> Iterator[Decisions]:
    """What runs that nobody made would have said of the histories of these decisions."""
    if not between:
        return
    codes = sorted({one.history for one in concerned if one.history >= 0})
    nameless = store.records.records_of([one.sequence for one in concerned if one.history < 0])
    for run in between:
        assert run.rules is not None  # noqa: S101 - `steps_between` gives no others
        histories = Histories(store.database, run.cut)
        records = sorted({histories.root(one) for one in nameless.values()})
        parts = [
            Part(spans=tuple((code, code) for code in codes[at : at + _PART])) for at in range(0, len(codes), _PART)
        ]
        parts += [Part(records=tuple(records[at : at + _PART])) for at in range(0, len(records), _PART)]
        yield {
            key_of(one): one
            for part in parts
            for history in histories.read(part)
            for one in decide(history.records, run.rules, history.code)
        }
