"""Is what a run says what it was made of? Its inputs, decisions and counts are added up anew."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from itertools import groupby

from adapter.achievement.achievement import Achievement
from adapter.achievement.tally import Amount, Cell, Tally, cell_of
from adapter.digest import SetSum
from adapter.provenance.finding import Differs
from adapter.reconcile.decision import decision_id
from adapter.runs.codeversion import code_version
from adapter.runs.identity import run_id
from adapter.runs.share import leaf_of
from adapter.store.histories import Cut, Histories
from adapter.store.ledger_evidence import evidence
from adapter.store.runs import Run
from adapter.store.store import Store

Step = Callable[[int], None]


def check_identity(store: Store, run: Run) -> None:
    """That a run has the id of what stands in it, and the digests of its sums. Raises Differs."""
    reviews = store.reviews.listed(run.as_of)[: run.reviews]
    if run_id(run, reviews) != run.id:
        raise _differs(run, "its id is not the hash of what went into it")
    if SetSum(run.cut_sum).hexdigest() != run.cut_digest:
        raise _differs(run, "its records do not add up to their digest")
    if hashlib.sha256(run.decision_sum + run.count_sum).hexdigest() != run.output_digest:
        raise _differs(run, "its output digest is not that of its decisions and counts")


def check_outputs(store: Store, run: Run, step: Step = lambda done: None) -> None:
    """That the decisions and counts in force in a run are those that it made, from the records that it knew.

    What depends on how this version of the program puts things into bytes is looked at only where the same version made
    the run. Raises Differs.
    """
    check_identity(store, run)
    _decisions(store, run)
    _counts(store, run, step)
    if run.code_version == code_version():
        _records(store, run)


def _records(store: Store, run: Run) -> None:
    """The records, read again at the run's cut."""
    cut = Cut(run.cut, run.cut_batch)
    histories, inputs = Histories(store.database, cut), SetSum()
    for part in store.records.parts(cut):
        for history in histories.read(part):
            inputs.add(history.digest)
    if bytes(inputs) != bytes(SetSum(run.cut_sum)):
        raise _differs(run, "the records at its cut are not the ones that it was made of")


def _decisions(store: Store, run: Run) -> None:
    sum_ = SetSum()
    with evidence(store.database) as kept:
        for _, group in groupby(kept.standing(run.number), key=lambda one: one[0]):
            sum_.add(leaf_of([id_ for _, id_ in group]))
    if bytes(sum_) != bytes(SetSum(run.decision_sum)):
        raise _differs(run, "its decisions are not the ones that it was made of")


def _counts(store: Store, run: Run, step: Step) -> None:
    tally, outcomes, same = Tally[Cell | None](), Counter[str](), run.code_version == code_version()
    for number, one in enumerate(store.runs.decisions(run), start=1):
        decision = one.decision
        if same and decision_id(decision) != one.id:
            raise Differs("decision", one.id, "its id is not the hash of what it says")
        outcomes[decision.outcome.value] += 1
        cell = cell_of(decision.practice, decision.programme, decision.indicator, decision.period)
        if decision.period and run.period_from <= decision.period <= run.period_to:
            tally.add(cell, decision.outcome, bytes.fromhex(one.id))
        step(number)
    if outcomes != Counter(run.outcomes):
        raise _differs(run, "its outcomes do not add up to its decisions")
    counts: dict[Cell, Achievement] = {}
    sum_ = SetSum()
    for count in store.runs.achievements(run):
        sum_.add(count.count.encode())
        if counts.setdefault(_cell(count), count) is not count:
            raise Differs("achievement", count.count, "another count stands for the same practice, indicator and month")
    for amount in tally.amounts(lambda cell: cell):
        found = counts.pop(amount.cell, None)
        if found is None or _amount(found) != amount:
            what = (
                "it is missing, though there are decisions for it"
                if found is None
                else "it is not what its decisions make"
            )
            raise Differs("achievement", found.count if found else _name(amount.cell), what)
    for left in counts.values():
        raise Differs("achievement", left.count, "there are no decisions for it")
    if bytes(sum_) != bytes(SetSum(run.count_sum)):
        raise _differs(run, "its counts are not the ones that it made")


def _cell(count: Achievement) -> Cell:
    return Cell(count.practice, count.programme, count.indicator, count.period)


def _amount(count: Achievement) -> Amount:
    return Amount(_cell(count), count.value, count.excluded, count.queried, count.root)


def _name(cell: Cell) -> str:
    return f"{cell.practice} {cell.programme} {cell.indicator} {cell.period}"


def _differs(run: Run, what: str) -> Differs:
    return Differs("run", str(run.number), what)
