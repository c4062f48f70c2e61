"""The way from a count, or from one decision, down to the verbatim source bytes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.errors import UnknownName
from adapter.fhir.evidence import pointers
from adapter.provenance.places import Place, places
from adapter.reasons import Outcome
from adapter.reconcile.decision import Decision
from adapter.runs.counting import counts_in_force
from adapter.store.delivery import Delivery
from adapter.store.records import Origin
from adapter.store.registrations import Registration
from adapter.store.runs import Decided, Run
from adapter.store.store import Store

IN_COUNTS = frozenset({Outcome.COUNTED, Outcome.EXCLUDED, Outcome.QUERIED})


class Step(Struct, frozen=True):
    """One decision with everything below it: the versions of its record in order of arrival, the one that decided,
    its delivery, its bytes as they came and the places in them that were read.
    """

    id: str
    decision: Decision
    versions: tuple[Origin, ...]
    origin: Origin
    delivery: Delivery
    verbatim: bytes
    places: tuple[Place, ...]
    registrations: tuple[Registration, ...] = ()
    """Where the patient was registered on the day, as far as lists were loaded. No decision rests on it."""


class Trace(Struct, frozen=True):
    """`achievement` is None for the trace of one decision."""

    run: Run
    achievement: Achievement | None
    decided: tuple[Decided, ...]


def trace(store: Store, id_: str) -> Trace:
    """What `id_`, a count's or a decision's, or the beginning of one, stands for. Raises UnknownName."""
    counts, decisions = store.runs.achievements_like(id_), store.runs.decisions_like(id_)
    if len(counts) + len(decisions) != 1:
        raise UnknownName(
            "No count and no decision has this id, or several begin so: "
            "`adapter counts --format json` and `adapter decisions --format ndjson` give whole ids."
        )
    if counts:
        run = store.runs.found(counts[0].run)
        now = next(one for one in counts_in_force(store, run, counts[0].practice) if one.count == counts[0].count)
        return Trace(run, now, tuple(_of_count(store, run, now)))
    return Trace(store.runs.numbered(decisions[0].from_run), None, (decisions[0],))


def steps(store: Store, traced: Trace) -> Iterator[Step]:
    """The decisions of a trace, one after the other, each read down to its bytes."""
    for decided in traced.decided:
        sequence = decided.decision.sequence
        versions = tuple(store.records.versions(sequence))
        origin = next(version for version in versions if version.sequence == sequence)
        verbatim = store.records.bytes_of(sequence)
        statement = store.records.statement(sequence)
        yield Step(
            id=decided.id,
            decision=decided.decision,
            versions=versions,
            origin=origin,
            delivery=store.deliveries.found(origin.delivery, counted=False),
            verbatim=verbatim,
            places=tuple(places(verbatim, pointers(statement))),
            registrations=_registered(store, statement.patient, decided.decision.occurred),
        )


def origins(store: Store, traced: Trace) -> Iterator[tuple[Decided, Origin]]:
    """The decisions of a trace, each with where its record version came from."""
    for decided in traced.decided:
        versions = store.records.versions(decided.decision.sequence)
        yield decided, next(one for one in versions if one.sequence == decided.decision.sequence)


def _registered(store: Store, patient: str, day: str | None) -> tuple[Registration, ...]:
    """None where the day is not known, or the patient is not."""
    if not patient or not day:
        return ()
    return tuple(one for one in store.registrations.of(patient) if one.holds(day))


def _of_count(store: Store, run: Run, count: Achievement) -> Iterator[Decided]:
    """The decisions that a count is made of: those that counted first, then the excluded, then the queried."""
    order = [Outcome.COUNTED, Outcome.EXCLUDED, Outcome.QUERIED]
    found = [
        one
        for one in store.runs.decisions(run, count.practice, count.programme)
        if one.decision.outcome in IN_COUNTS
        and (one.decision.indicator, one.decision.period) == (count.indicator, count.period)
    ]
    yield from sorted(found, key=lambda one: (order.index(one.decision.outcome), one.decision.occurred or "", one.id))
