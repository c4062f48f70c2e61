"""Digests that are the same on every machine: canonical JSON, SHA-256, and the Merkle tree of RFC 9162."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

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
    return _tree([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]).hex()


def _tree(hashes: list[bytes]) -> bytes:
    """Level by level: equal to the recursive definition, since an odd last node is carried up unchanged."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    while len(hashes) > 1:
        paired = [
            hashlib.sha256(b"\x01" + hashes[index] + hashes[index + 1]).digest()
            for index in range(0, len(hashes) - 1, 2)
        ]
        if len(hashes) % 2:
            paired.append(hashes[-1])
        hashes = paired
    return hashes[0]
