"""Whether everything that is kept is what it was when it was kept: all digests, computed anew from what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from msgspec import Struct

from adapter.merkle import Growth
from adapter.provenance.chain import Chain
from adapter.provenance.checkpoint import Checkpoint, origin_of
from adapter.provenance.finding import Differs, Finding
from adapter.provenance.outputs import check_identity, check_outputs
from adapter.provenance.sources import check_sources
from adapter.store.ledger_reading import Snapshot, snapshot
from adapter.store.runs import Run
from adapter.store.store import Store
from adapter.store.structure import faults

Step = Callable[[int], None]
Working = Callable[[str], AbstractContextManager[Step]]
"""Given what is being done, tells somebody how much of it is."""

RUN_TABLES = frozenset({"run", "phrase", "decision", "decision_end", "achievement", "achievement_end", "review"})


class Verified(Struct, frozen=True):
    """What held. `size` counts the entries of the ledger, `root` is the Merkle root over them."""

    size: int
    root: bytes


@contextmanager
def silence(_what: str) -> Iterator[Step]:
    yield lambda done: None


def verify(
    store: Store, run: Run | None = None, against: Checkpoint | None = None, working: Working = silence
) -> Verified | Finding:
    """Check everything; the first thing that does not hold ends it. Raises KeyFault where bytes are encrypted under
    another key.

    First that the database is sound and still append-only. Then the ledger and every row that it binds, in one moment
    of the database. Then what the rows say of each other: the source bytes, and what the latest run made of them. With
    `run` it is that run's rows, the bytes that had come by then and what it made of them. `against` is a checkpoint of
    earlier: only that shows that the end of the ledger was not cut off.
    """
    with store.database.read() as connection:
        for table, what in faults(connection):
            return Finding(table or "database", "", what)
    with snapshot(store.database) as stored, working("Checking rows") as step:
        found = examine(stored, against, RUN_TABLES if run else None, step)
    if isinstance(found, Finding):
        return found
    try:
        with working("Checking deliveries") as step:
            check_sources(store, run.cut_batch if run else None, step)
        for each in [run] if run else store.runs.listed():
            check_identity(store, each)
        latest = run or store.runs.latest()
        if latest:
            with working("Checking decisions") as step:
                check_outputs(store, latest, step)
    except Differs as differs:
        return differs.finding
    return found


def examine(
    stored: Snapshot,
    against: Checkpoint | None = None,
    tables: frozenset[str] | None = None,
    step: Step = lambda done: None,
) -> Verified | Finding:
    """The ledger, and the rows that it binds: of some tables, or of all."""
    chain = Chain(stored, tables)
    try:
        for entry in chain.walk(step):
            if against is not None and entry.number in (1, against.size):
                _same(against, entry.number, chain.growth)
    except Differs as differs:
        return differs.finding
    size = chain.growth.size
    if against is not None and size < against.size:
        return Finding("ledger", str(size + 1), f"the checkpoint knows {against.size} entries: the end is missing")
    return Verified(size, chain.growth.root())


def _same(against: Checkpoint, number: int, growth: Growth) -> None:
    if number == 1 and origin_of(growth.root()) != against.origin:
        raise Differs("ledger", "1", "this is not the ledger that the checkpoint is of")
    if number == against.size and growth.root() != against.root:
        raise Differs("ledger", f"1 to {number}", "these are not the entries that the checkpoint knew")
