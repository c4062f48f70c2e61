"""One reconciliation run: everything known at a cut, decided under rules that are named by their digests.

A run is a function of its inputs. Its id is the hash of them: which record versions, which tables, which directory,
which code, which parameters. The same inputs give the same bytes out, on any machine, database and engine, and
whether everything was decided anew or only what changed since the run before.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO

import msgspec
from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.digest import SetSum, digest
from adapter.errors import AdapterError
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules
from adapter.runs.amounts import Leaves, all_leaves, counted_again, counted_anew
from adapter.runs.codeversion import code_version
from adapter.runs.engine import Engine, Pool, Serial, cores
from adapter.runs.identity import run_id
from adapter.runs.ruleset import rules_in_force
from adapter.runs.share import (
    Desk,
    Reference,
    RuleReference,
    Share,
    Work,
    decide_part,
    leaf_of,
    leave,
    rules_digest,
    sit,
)
from adapter.store.histories import Cut, Part
from adapter.store.runs import Pen, Run, Runs
from adapter.store.saving import Before
from adapter.store.store import Store
from adapter.store.touched import touched
from adapter.store.witness import witness

Report = Callable[[int], None]
ALL_WITHOUT_PATIENT = (-(1 << 63), -1)
FEW = 8
"""Parts that are too few to start processes for."""


class Parameters(Struct, frozen=True):
    """What a person asks of a run: the months to emit, `YYYY-MM`, both included; the moment to look back to; the URL
    of the GMS extension.
    """

    period_from: str
    period_to: str
    as_of: datetime | None = None
    gms_extension: str = ""


class Finished(Struct, frozen=True):
    """A run and what a person wants to know of it at once."""

    run: Run
    kept: Runs
    counts: int
    organisations: int
    repeated: bool
    """The same inputs gave this run before: nothing was written."""
    decided: int = 0
    """Of so many records the decisions were made anew; the others' stood."""

    @property
    def achievements(self) -> list[Achievement]:
        """The counts, read when they are asked for."""
        return self.kept.achievements(self.run)


class Plan(Struct, frozen=True):
    """What is to be decided: everything, or what differs from `base`, the run before."""

    reference: Reference
    parts: list[Part]
    base: Run | None


def reconcile(
    store: Store,
    parameters: Parameters,
    report: Report = lambda _: None,
    engine: Engine | None = None,
    full: bool = False,
    place: str | None = None,
) -> Finished:
    """Decide every record known at the cut, once each, and emit the counts of the months asked for.

    What the run before decided under the same rules, of patients of whom nothing new is known, stands; `full` decides
    it anew, to the same result. `place` is what tasks say of where the records are, if not the database's URL (see
    `Reference`). Raises AdapterError where records and decisions do not add up: then nothing is written.
    """
    store.database.must_write()
    started = datetime.now(UTC)
    reviews = store.reviews.listed(parameters.as_of)
    rules, role_digest = rules_in_force(store, parameters.gms_extension, reviews)
    version = code_version()
    named = RuleReference(parameters.gms_extension, parameters.as_of, len(reviews), rules_digest(rules, role_digest))
    run = Run(
        id="",
        period_from=parameters.period_from,
        period_to=parameters.period_to,
        as_of=parameters.as_of,
        cut=0,
        cut_digest="",
        ruleset_digest=rules.catalogue.digest,
        ruleset_files=dict(rules.catalogue.digests),
        directory_digest=digest([rules.directory.digest, role_digest]),
        code_version=version,
        output_digest="",
        started=started,
        finished=started,
        outcomes={},
        reviews=len(reviews),
        gms_extension=parameters.gms_extension,
    )
    plan = _plan(store, run, named, reviews, full, place)
    chosen = engine or (Serial() if len(plan.parts) <= FEW or cores() == 1 else Pool(cores()))
    sit(Desk(store.database, plan.reference, rules))
    try:
        with tempfile.TemporaryFile() as spool:
            shares = list(_decided(chosen, plan, spool, report))
            run = _known(run, plan, shares, reviews)
            latest = store.runs.latest()
            if latest and latest.id == run.id and _unchanged(latest, plan, shares):
                counts = store.runs.counted(latest)
                return Finished(latest, store.runs, counts, len(rules.directory), repeated=True)
            return _written(store, run, plan, shares, spool, rules)
    finally:
        leave()


def _plan(
    store: Store, run: Run, named: RuleReference, reviews: Sequence[Review], full: bool, place: str | None
) -> Plan:
    url = store.database.url if place is None else place
    cut = store.records.cut(run.as_of)
    seen = witness(store.database, cut)
    base = None if full else store.runs.latest()
    if base and _same_rules(base, run):
        then = Cut(base.cut, base.cut_batch)
        said = store.reviews.listed(base.as_of)[: base.reviews]
        differing = [one for one in [*said, *reviews] if (one in said) != (one in reviews)]
        parts = touched(store.database, (then, cut), differing)
        return Plan(Reference(url, cut, then, named, seen), parts, base)
    return Plan(Reference(url, cut, None, named, seen), store.records.parts(cut), None)


def _same_rules(base: Run, run: Run) -> bool:
    return (base.ruleset_digest, base.directory_digest, base.code_version, base.gms_extension) == (
        run.ruleset_digest,
        run.directory_digest,
        run.code_version,
        run.gms_extension,
    )


def _decided(engine: Engine, plan: Plan, spool: IO[bytes], report: Report) -> Iterator[Share]:
    """The shares in the order of the parts; their decisions go to the spool."""
    records = 0
    for share in engine.map(decide_part, [Work(plan.reference, part) for part in plan.parts]):
        spool.write(len(share.packed).to_bytes(8, "big") + share.packed)
        records += share.records
        report(records)
        yield msgspec.structs.replace(share, packed=b"")


def _known(run: Run, plan: Plan, shares: Sequence[Share], reviews: Sequence[Review]) -> Run:
    """The run with its inputs, and the id that they make."""
    inputs = SetSum(plan.base.cut_sum if plan.base else b"")
    for share in shares:
        inputs.part(share.before)
        inputs.join(share.inputs)
    known = msgspec.structs.replace(
        run,
        cut=plan.reference.cut.sequence,
        cut_batch=plan.reference.cut.batch,
        cut_digest=inputs.hexdigest(),
        cut_sum=bytes(inputs),
    )
    return msgspec.structs.replace(known, id=run_id(known, reviews))


def _unchanged(latest: Run, plan: Plan, shares: Sequence[Share]) -> bool:
    """The same decisions as well: a run that repeats its inputs and not its outputs is written, so that it is seen."""
    if plan.base:
        return not shares
    outputs = SetSum()
    for share in shares:
        outputs.join(share.outputs)
    return bytes(outputs) == latest.decision_sum


def _written(store: Store, run: Run, plan: Plan, shares: Sequence[Share], spool: IO[bytes], rules: Rules) -> Finished:
    """The run under its number, with its decisions and counts, in one transaction."""
    months = run.period_from, run.period_to
    with store.runs.writing() as pen:
        before = store.runs.latest()
        if plan.base and (before is None or before.number != plan.base.number):
            raise AdapterError("Another run was finished meanwhile: nothing was written. Run again.")
        leaves = Leaves(months)
        outputs, outcomes = _saved(pen, plan, zip(shares, _spooled(spool), strict=True), leaves)
        base = plan.base
        if base and (base.period_from, base.period_to) == months:
            change = counted_again(pen, pen.decisions.changed, months, rules.catalogue)
        else:
            change = counted_anew(pen, all_leaves(pen, months) if base else leaves, rules.catalogue)
        counts = SetSum(before.count_sum if before else b"")
        counts.join(change)
        done = msgspec.structs.replace(
            run,
            output_digest=hashlib.sha256(bytes(outputs) + bytes(counts)).hexdigest(),
            decision_sum=bytes(outputs),
            count_sum=bytes(counts),
            finished=datetime.now(UTC),
            outcomes={name: number for name, number in sorted(outcomes.items()) if number},
        )
        signed = pen.sign(done)
    decided = sum(share.records for share in shares)
    return Finished(signed, store.runs, store.runs.counted(signed), len(rules.directory), False, decided)


def _saved(pen: Pen, plan: Plan, shares: Iterable[tuple[Share, bytes]], leaves: Leaves) -> tuple[SetSum, Counter[str]]:
    """The decisions of all parts are kept; answers their sum, and how many records had which outcome."""
    base = plan.base
    outputs, outcomes = SetSum(base.decision_sum if base else b""), Counter(base.outcomes if base else {})
    nameless = {} if base else pen.decisions.standing([ALL_WITHOUT_PATIENT])
    for part, (share, packed) in zip(plan.parts, shares, strict=True):
        if base:
            before = _taken_out(pen, part, share, outputs, outcomes)
        else:
            before = nameless if part.records else pen.decisions.standing(part.spans)
        kept = pen.decisions.add(packed, before)
        if base:
            pen.decisions.end(before)
        else:
            leaves.add(kept)
            if not part.records:
                pen.decisions.end(before)
        outputs.join(share.outputs)
        outcomes.update(share.outcomes)
    pen.decisions.end(nameless)
    pen.decisions.finish()
    return outputs, outcomes


def _taken_out(pen: Pen, part: Part, share: Share, outputs: SetSum, outcomes: Counter[str]) -> Before:
    """What stood in a part before it was decided again; sum and outcomes are made less by it."""
    before = pen.decisions.standing([*part.spans, *((code, code) for code in share.codes_before)])
    if len(before) != share.records_before:
        raise AdapterError(
            "The decisions that stand are not those of the records that the last run knew: nothing was written. "
            "`adapter run --full` decides everything anew."
        )
    ids: dict[int, list[bytes]] = {}
    for stood in before.values():
        ids.setdefault(stood.history, []).append(stood.id)
        outcomes[pen.decisions.outcome(stood.verdict).value] -= 1
    for leaf in ids.values():
        outputs.remove(leaf_of(leaf))
    return before


def _spooled(spool: IO[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    while length := spool.read(8):
        yield spool.read(int.from_bytes(length, "big"))
