"""Whether everything that is kept is what it was when it was kept: all digests, computed anew from what is stored."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from adapter.merkle import Growth
from adapter.provenance.chain import Chain
from adapter.provenance.checkpoint import Checkpoint, origin_of
from adapter.provenance.finding import Differs, Finding
from adapter.store.ledger_reading import Snapshot, snapshot
from adapter.store.store import Store

Step = Callable[[int], None]


class Verified(Struct, frozen=True):
    """What held. `size` counts the entries of the ledger, `root` is the Merkle root over them."""

    size: int
    root: bytes


def verify(store: Store, against: Checkpoint | None = None, step: Step = lambda done: None) -> Verified | Finding:
    """Check everything in one moment of the database; the first thing that does not hold ends it.

    `against` is a checkpoint of earlier: only that shows that the end of the ledger was not cut off.
    """
    with snapshot(store.database) as stored:
        return examine(stored, against, step)


def examine(stored: Snapshot, against: Checkpoint | None = None, step: Step = lambda done: None) -> Verified | Finding:
    """The same of a moment that is open already."""
    chain = Chain(stored)
    try:
        for entry in chain.walk(step):
            if against is not None and entry.number in (1, against.size):
                _same(against, entry.number, chain.growth)
    except Differs as differs:
        return differs.finding
    if against is not None and chain.growth.size < against.size:
        return Finding(
            "ledger", str(chain.growth.size + 1), f"the checkpoint knows {against.size} entries: its end is missing"
        )
    return Verified(chain.growth.size, chain.growth.root())


def _same(against: Checkpoint, number: int, growth: Growth) -> None:
    if number == 1 and origin_of(growth.root()) != against.origin:
        raise Differs("ledger", "1", "this is not the ledger that the checkpoint is of")
    if number == against.size and growth.root() != against.root:
        raise Differs("ledger", f"1 to {number}", "these are not the entries that the checkpoint knew")
