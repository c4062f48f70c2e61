"""Digests that are the same on every machine: canonical JSON, SHA-256, and Merkle roots."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from adapter.merkle import leaf_hash, root

_ENCODER = msgspec.json.Encoder(order="sorted")


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks: the same value, the same bytes."""
    return _ENCODER.encode(value)


def digest(value: object) -> str:
    """SHA-256 of the canonical JSON, lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def short_id(kind: str, *parts: object) -> str:
    """An identifier of 32 hex digits that says nothing and is the same everywhere. `kind` keeps kinds apart."""
    return digest([kind, *parts])[:32]


def merkle_root(leaves: Sequence[bytes]) -> str:
    """The Merkle tree hash of RFC 9162 section 2.1.1 over leaves in the order given, lower-case hex."""
    return root([leaf_hash(leaf) for leaf in leaves]).hex()
