"""One part of a run, worked on by itself: read the histories, decide them, hand the decisions on in few bytes.

It is the function that an engine maps. All that it needs it finds by reference, in the database that the task names.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from adapter.digest import SetSum, digest
from adapter.errors import AdapterError
from adapter.reasons import Outcome
from adapter.reconcile.decide import decide
from adapter.reconcile.decision import Decision, id_bytes
from adapter.reconcile.record import Record
from adapter.reconcile.rules import Rules
from adapter.runs.ruleset import Sources, rules_in_force
from adapter.settings import Settings
from adapter.store.database import Database
from adapter.store.histories import Cut, Histories, History, Part
from adapter.store.mapping_releases import MappingReleases
from adapter.store.ods_releases import OdsReleases
from adapter.store.packed import Packer
from adapter.store.reviews import Reviews
from adapter.store.witness import witness


class RuleReference(Struct, frozen=True):
    """By what rules: enough to find them again in the database, and their digest, to be sure that they are the same.
    `reviews` is how many reviews of those known at `as_of` there were.
    """

    gms_extension: str
    as_of: datetime | None
    reviews: int
    digest: str


class Reference(Struct, frozen=True):
    """What all parts of a run share. `base` is the cut of the run that it goes on from, if it goes on from one. `url`
    names the database; "" is the one that ADAPTER_DATABASE_URL names where the part is worked on, and `witness` holds
    it to be the same one.
    """

    url: str
    cut: Cut
    base: Cut | None
    rules: RuleReference
    witness: str


class Work(Struct, frozen=True):
    """A task: a part, and where to find it."""

    reference: Reference
    part: Part


class Share(Struct, frozen=True):
    """What became of a part. `inputs` and `outputs` are sums (`SetSum`) of the histories and of their decisions;
    `before` and `records_before` the same of the histories at the base's cut, `codes_before` the codes of those
    of them that name no patient. `packed` are the decisions.
    """

    records: int
    outcomes: dict[str, int]
    inputs: bytes
    outputs: bytes
    packed: bytes
    before: bytes = b""
    records_before: int = 0
    codes_before: tuple[int, ...] = ()


class Desk:
    """Where parts of one run are worked on: an open database, its histories at the cut, and the rules."""

    def __init__(self, database: Database, reference: Reference, rules: Rules) -> None:
        self.reference, self.rules = reference, rules
        self._now = Histories(database, reference.cut)
        self._base = Histories(database, reference.base) if reference.base else None

    def decide(self, part: Part) -> Share:
        """Raises AdapterError where records and decisions do not add up."""
        inputs, outputs, packer = SetSum(), SetSum(), Packer()
        outcomes: dict[Outcome, int] = dict.fromkeys(Outcome, 0)
        records = 0
        ids: dict[int, list[bytes]] = {}
        for history in self._now.read(part):
            decisions = decide(history.records, self.rules, history.code)
            _conserve(history.records, decisions)
            records += len(decisions)
            inputs.add(history.digest)
            own = ids.setdefault(history.code, [])
            for record, decision in zip(history.records, decisions, strict=True):
                id_ = id_bytes(decision)
                own.append(id_)
                outcomes[decision.outcome] += 1
                packer.add(decision, id_, record.statement.identifiers[0])
        for leaf in ids.values():
            outputs.add(leaf_of(leaf))
        told = {outcome.value: number for outcome, number in outcomes.items() if number}
        share = Share(records, told, bytes(inputs), bytes(outputs), packer.finish())
        return _beside(share, self._base.read(part)) if self._base else share

    def histories(self, part: Part) -> list[History]:
        """Those of a part at the cut."""
        return self._now.read(part)


def decide_part(work: Work) -> Share:
    """Work on a part in whatever process this is."""
    with uncollected():
        return desk_of(work.reference).decide(work.part)


def desk_of(reference: Reference) -> Desk:
    """Where this process works: its first part of a run finds database and rules."""
    desk = _DESKS.get(reference)
    if desk is None:
        leave()
        desk = _DESKS[reference] = _desk(reference)
    return desk


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing in a part goes in circles: the collector would only look at a million live records over and over."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def sit(desk: Desk) -> None:
    """Use what this process has open already."""
    leave()
    _DESKS[desk.reference] = desk


def leave() -> None:
    """Forget what this process has open."""
    _DESKS.clear()


def leaf_of(ids: Sequence[bytes]) -> bytes:
    """What stands for the decisions of one history in the sum of a run's decisions."""
    return b"".join(sorted(ids))


def _beside(share: Share, histories: Iterable[History]) -> Share:
    """The share with what its histories were at the base's cut."""
    before, records = SetSum(), 0
    codes = []
    for history in histories:
        before.add(history.digest)
        records += len(history.records)
        if history.code < 0:
            codes.append(history.code)
    return replace(share, before=bytes(before), records_before=records, codes_before=tuple(codes))


def rules_digest(rules: Rules, role_digest: str) -> str:
    """Names tables and directory."""
    return digest([rules.catalogue.digest, rules.directory.digest, role_digest])


_DESKS: dict[Reference, Desk] = {}
"""What this process has open: one at most."""


def _desk(reference: Reference) -> Desk:
    database = Database(reference.url or _named_here())
    if witness(database, reference.cut) != reference.witness:
        raise AdapterError(
            "The executors read another database than this, or a copy that lags behind: nothing was written. Set "
            "ADAPTER_DATABASE_URL alike on both sides, or wait for the copy, then run again."
        )
    sources = Sources(MappingReleases(database), OdsReleases(database))
    wanted = reference.rules
    reviews = Reviews(database).listed(wanted.as_of)[: wanted.reviews]
    rules, role_digest = rules_in_force(sources, wanted.gms_extension, reviews)
    if rules_digest(rules, role_digest) != wanted.digest:
        raise AdapterError("The tables or the directory changed while the run began: nothing was written. Run again.")
    return Desk(database, reference, rules)


def _named_here() -> str:
    for name in ("ADAPTER_DATABASE_URL", "ADAPTER_DATABASE_URL_FILE"):
        if os.environ.get(name, "").strip():
            return Settings.from_environment({name: os.environ[name]}).database_url
    raise AdapterError("ADAPTER_DATABASE_URL is not set on the executors: nothing was written.")


def _conserve(records: Sequence[Record], decisions: Sequence[Decision]) -> None:
    """Each record exactly one decision; the keys are compared, not only counted. Both come in the order of keys."""
    if [one.key for one in records] != [
        (one.record.feed, one.record.system or "", one.record.value) for one in decisions
    ]:
        raise AdapterError("A record came back undecided or decided twice: nothing was written; please report this.")
