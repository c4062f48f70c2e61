"""Whether everything that is kept is what it was when it was kept: all digests, computed anew from the stored bytes."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from adapter.provenance.chain import Chain
from adapter.provenance.finding import Differs, Finding
from adapter.store.ledger_reading import Snapshot, snapshot
from adapter.store.store import Store

Step = Callable[[int], None]


class Verified(Struct, frozen=True):
    """What held. `size` counts the entries of the ledger, `root` is the Merkle root over them."""

    size: int
    root: bytes


def verify(store: Store, step: Step = lambda done: None) -> Verified | Finding:
    """Check everything in one moment of the database; the first thing that does not hold ends it."""
    with snapshot(store.database) as stored:
        return examine(stored, step)


def examine(stored: Snapshot, step: Step = lambda done: None) -> Verified | Finding:
    """The same of a moment that is open already."""
    chain = Chain(stored)
    try:
        for _ in chain.walk(step):
            pass
    except Differs as differs:
        return differs.finding
    return Verified(chain.growth.size, chain.growth.root())
