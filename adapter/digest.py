"""Digests that are the same on every machine: canonical JSON, SHA-256, Merkle roots, and sums that stand for a set."""

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


SUM_BYTES = 256
_MODULUS = 1 << (8 * SUM_BYTES)


class SetSum:
    """A digest of a multiset: what is in it, and not in which order or in how many parts it came.

    Each element is spread to 2,048 bits by SHAKE128, and the numbers are added (Bellare and Micciancio, "A new paradigm
    for collision-free hashing", 1997: AdHash; 2,048 bits put Wagner's attack on such sums beyond 2^80). So one element
    is taken out or put in without looking at the others, and sums of parts make the sum of the whole.
    """

    __slots__ = ("_total",)

    def __init__(self, sum_: bytes = b"") -> None:
        self._total = int.from_bytes(sum_, "big")

    def add(self, element: bytes) -> None:
        self._total += _spread(element)

    def remove(self, element: bytes) -> None:
        """An element that is in it."""
        self._total -= _spread(element)

    def join(self, sum_: bytes) -> None:
        """All of another one."""
        self._total += int.from_bytes(sum_, "big")

    def part(self, sum_: bytes) -> None:
        """Take all of another one out."""
        self._total -= int.from_bytes(sum_, "big")

    def __bytes__(self) -> bytes:
        return (self._total % _MODULUS).to_bytes(SUM_BYTES, "big")

    def hexdigest(self) -> str:
        """SHA-256 of the sum, lower-case hex."""
        return hashlib.sha256(bytes(self)).hexdigest()


def _spread(element: bytes) -> int:
    return int.from_bytes(hashlib.shake_128(element).digest(SUM_BYTES), "big")
