"""The Merkle tree of RFC 9162: its root, and proofs that need only a few hashes of it.

An inclusion proof shows that a leaf is in a tree of which the root is known; a consistency proof that a tree only grew
since an earlier root. Both are checked without the other leaves. All hashes are SHA-256, 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").digest()
"""The root of no leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """A leaf and a node can never be taken for each other (section 2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The tree hash over leaf hashes in the order given.

    Level by level: equal to the recursive definition, since an odd last node is carried up unchanged.
    """
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        level = _above(level)
    return level[0]


class Growth:
    """The root of leaves that come one after the other: memory is a few hashes, however many leaves there are."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []
        """The perfect trees so far, as (number of leaves, root), the largest first."""

    def add(self, hash_: bytes) -> None:
        self._put(1, hash_)

    def extend(self, hashes: Sequence[bytes]) -> None:
        """As `add` of each, in less time."""
        start = 0
        while start < len(hashes):
            leaves = 1 << (len(hashes) - start).bit_length() - 1
            while self.size % leaves:
                leaves //= 2
            self._put(leaves, root(hashes[start : start + leaves]))
            start += leaves

    def _put(self, leaves: int, hash_: bytes) -> None:
        self.size += leaves
        while self._peaks and self._peaks[-1][0] == leaves:
            hash_ = node_hash(self._peaks.pop()[1], hash_)
            leaves *= 2
        self._peaks.append((leaves, hash_))

    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1][1]
        for _, peak in reversed(self._peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root_of(hashes: Iterable[bytes]) -> bytes:
    """As `root`, of leaf hashes that need not fit into memory."""
    growth = Growth()
    for each in hashes:
        growth.add(each)
    return growth.root()


def inclusion(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The audit path of leaf `index`, from 0, lowest sibling first (section 2.1.3.1)."""
    if not 0 <= index < len(hashes):
        raise ValueError("no such leaf")
    path, level = [], list(hashes)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        level, index = _above(level), index // 2
    return path


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether the leaf hash `leaf` is leaf `index` of the tree of `size` leaves with root `expected` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for each in path:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(each, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, each)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == expected


def consistency(hashes: Sequence[bytes], first: int) -> list[bytes]:
    """What shows that the tree of all these leaf hashes grew from that of the `first` ones (section 2.1.4.1)."""
    if not 0 < first <= len(hashes):
        raise ValueError("no such earlier tree")
    return _subproof(hashes, first, True)


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether the tree of `second` leaves begins with the one of `first` leaves (section 2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    whole = first & (first - 1) == 0
    hashes = [first_root, *path] if whole else list(path)
    if not hashes:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    earlier = later = hashes[0]
    for each in hashes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            earlier, later = node_hash(each, earlier), node_hash(each, later)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            later = node_hash(later, each)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and earlier == first_root and later == second_root


def _subproof(hashes: Sequence[bytes], first: int, known: bool) -> list[bytes]:
    if first == len(hashes):
        return [] if known else [root(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if first <= split:
        return [*_subproof(hashes[:split], first, known), root(hashes[split:])]
    return [*_subproof(hashes[split:], first - split, False), root(hashes[:split])]


def _above(level: list[bytes]) -> list[bytes]:
    sha256 = hashlib.sha256
    paired = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        paired.append(level[-1])
    return paired
