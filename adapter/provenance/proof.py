"""Proofs that leave the database: small, without patients, and checked by anybody with a few lines of their own.

A count is shown to be in the entry of its run, the entry to be in the ledger, and the ledger to be the signed one; the
hashes of the decisions below it make its root. `docs/how-to/check-a-proof.md` has a script that checks all of that.
"""

from __future__ import annotations

from typing import Any

from adapter.errors import StoreError, UnknownName, UsageError
from adapter.merkle import consistency, inclusion, leaf_hash, root
from adapter.provenance.checkpoint import PRODUCT, Checkpoint, origin_of, signed, verifier_key
from adapter.provenance.trace import trace
from adapter.store.run_tables import ACHIEVEMENT, RUN
from adapter.store.store import Store

FORM = f"{PRODUCT}/1"
Json = dict[str, Any]


def checkpoint(store: Store, key: bytes, size: int | None = None) -> Checkpoint:
    """The ledger as it is now, or as it was after so many entries, signed. The same entries give the same bytes."""
    return _signed(store.ledger.hashes(size), key)


def count_proof(store: Store, id_: str, key: bytes, decision: str | None = None) -> Json:
    """That a count is what the run gave. `decision`, the id of one below it, is shown to be there.

    Raises UnknownName for what is no count, or no decision of it.
    """
    traced = trace(store, id_)
    if traced.achievement is None:
        raise UnknownName("This is the id of a decision: a proof is of a count, and names a decision by --decision.")
    bound, run = store.ledger.count(traced.achievement.count)
    ids = sorted(one.id for one in traced.decided)
    if decision is not None and decision not in ids:
        raise UnknownName("This count has no decision of this id: `adapter trace COUNT` shows its decisions.")
    leaves = [leaf_hash(one.encode()) for one in ids]
    if root(leaves).hex() != traced.achievement.root:
        raise StoreError("The decisions of this count are not those that it was made of: `adapter verify` says more.")
    hashes = store.ledger.hashes()
    proof: Json = {
        "proof": FORM,
        "checkpoint": _signed(hashes, key).note,
        "verifier_key": verifier_key(key, origin_of(hashes[0])),
        "entry": {
            "leaf": bound.entry.leaf().decode(),
            "index": bound.entry.number - 1,
            "path": _texts(inclusion(hashes, bound.entry.number - 1)),
        },
        "run": {"columns": _columns(RUN), "leaf": run.leaf.decode()},
        "count": {
            "columns": _columns(ACHIEVEMENT),
            "leaf": bound.leaf.decode(),
            "index": bound.index,
            "path": _texts(inclusion([leaf_hash(leaf) for leaf in bound.leaves], bound.index)),
        },
        "decisions": _texts(leaves),
    }
    return proof | ({"decision": decision} if decision else {})


def consistency_proof(store: Store, old: Checkpoint, key: bytes) -> Json:
    """That the ledger has only grown since a checkpoint. Raises UsageError for one of another ledger."""
    hashes = store.ledger.hashes()
    now = _signed(hashes, key)
    if old.origin != now.origin:
        raise UsageError(f"This checkpoint is of another ledger, {old.origin}: this one is {now.origin}.")
    if old.size > now.size or root(hashes[: old.size]) != old.root:
        raise StoreError("The ledger is not the one of this checkpoint: `adapter verify --checkpoint FILE` says more.")
    return {
        "proof": FORM,
        "old_checkpoint": old.note,
        "checkpoint": now.note,
        "verifier_key": verifier_key(key, now.origin),
        "path": _texts(consistency(hashes, old.size)),
    }


def _signed(hashes: list[bytes], key: bytes) -> Checkpoint:
    return signed(key, origin_of(hashes[0]), len(hashes), root(hashes))


def _texts(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


def _columns(table: Any) -> list[str]:
    return [str(column.name) for column in table.columns]
