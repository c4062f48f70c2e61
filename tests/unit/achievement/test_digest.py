"""The Merkle tree is RFC 9162's: checked against the recursive definition and the RFC's own empty tree."""

from __future__ import annotations

import hashlib

from adapter.digest import canonical, merkle_root
from hypothesis import given
from hypothesis import strategies as st


def recursive(leaves: list[bytes]) -> bytes:
    """Section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + recursive(leaves[:k]) + recursive(leaves[k:])).digest()


@given(st.lists(st.binary(max_size=8), max_size=40))
def test_the_tree_is_the_recursive_one(leaves: list[bytes]) -> None:
    assert merkle_root(leaves) == recursive(leaves).hex()


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": [2]}) == canonical({"a": [2], "b": 1}) == b'{"a":[2],"b":1}'
