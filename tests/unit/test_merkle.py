"""Proofs of the Merkle tree: against RFC 9162's recursive definitions, the vectors that Certificate Transparency logs
are tested with, and everything that must not pass.
"""

from __future__ import annotations

import hashlib

import pytest
from adapter.merkle import (
    EMPTY,
    Growth,
    consistency,
    consistent,
    included,
    inclusion,
    leaf_hash,
    node_hash,
    root,
    root_of,
)
from hypothesis import given
from hypothesis import strategies as st

CT_LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
CT_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Leaves and roots of the Merkle tree tests of the Certificate Transparency reference code."""

CT_INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
}
CT_CONSISTENCY = {
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(count)]


def recursive_root(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1 over leaf hashes."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    k = largest_power(len(leaves))
    return node_hash(recursive_root(leaves[:k]), recursive_root(leaves[k:]))


def recursive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = largest_power(len(leaves))
    if index < k:
        return [*recursive_path(index, leaves[:k]), recursive_root(leaves[k:])]
    return [*recursive_path(index - k, leaves[k:]), recursive_root(leaves[:k])]


def largest_power(size: int) -> int:
    k = 1
    while k * 2 < size:
        k *= 2
    return k


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_certificate_transparency(count: int) -> None:
    leaves = [leaf_hash(leaf) for leaf in CT_LEAVES[:count]]
    assert root(leaves).hex() == root_of(leaves).hex() == CT_ROOTS[count - 1]


@pytest.mark.parametrize(("index", "size"), sorted(CT_INCLUSION))
def test_audit_paths_are_those_of_certificate_transparency(index: int, size: int) -> None:
    leaves = [leaf_hash(leaf) for leaf in CT_LEAVES[:size]]
    assert [each.hex() for each in inclusion(leaves, index)] == CT_INCLUSION[index, size]


@pytest.mark.parametrize(("first", "second"), sorted(CT_CONSISTENCY))
def test_consistency_proofs_are_those_of_certificate_transparency(first: int, second: int) -> None:
    leaves = [leaf_hash(leaf) for leaf in CT_LEAVES[:second]]
    assert [each.hex() for each in consistency(leaves, first)] == CT_CONSISTENCY[first, second]


def test_the_empty_tree() -> None:
    assert root([]) == Growth().root() == hashlib.sha256(b"").digest()
    assert not included(EMPTY, 0, 0, [], EMPTY)
    with pytest.raises(ValueError, match="leaf"):
        inclusion([], 0)
    with pytest.raises(ValueError, match="earlier"):
        consistency(hashes(3), 0)


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_shown_to_be_there_and_nothing_else(size: int, data: st.DataObject) -> None:
    leaves, index = hashes(size), data.draw(st.integers(0, size - 1))
    path = inclusion(leaves, index)
    assert path == recursive_path(index, leaves)
    assert included(leaves[index], index, size, path, root(leaves))
    assert not included(leaf_hash(b"another"), index, size, path, root(leaves))
    assert not included(leaves[index], index, size, [*path, EMPTY], root(leaves))
    if path:
        assert not included(leaves[index], index, size, path[:-1], root(leaves))
        assert not included(leaves[index], index, size, _altered(path, data), root(leaves))
    other = data.draw(st.integers(-1, size + 1))
    assert included(leaves[index], other, size, path, root(leaves)) is (other == index)


@given(st.integers(1, 70), st.data())
def test_a_tree_that_grew_is_shown_to_have_only_grown(second: int, data: st.DataObject) -> None:
    leaves, first = hashes(second), data.draw(st.integers(1, second))
    old, new = recursive_root(leaves[:first]), recursive_root(leaves)
    path = consistency(leaves, first)
    assert consistent(first, second, old, new, path)
    assert not consistent(first, second, EMPTY, new, path)
    assert not consistent(first, second, old, EMPTY, path)
    assert not consistent(first, second, old, new, [*path, EMPTY])
    assert not consistent(second + 1, second, old, new, path)
    if path:
        assert not consistent(first, second, old, new, path[:-1])
        assert not consistent(first, second, old, new, _altered(path, data))


@given(st.lists(st.binary(max_size=4), max_size=40))
def test_leaf_by_leaf_is_all_at_once(leaves: list[bytes]) -> None:
    growth = Growth()
    for number, leaf in enumerate(leaves, start=1):
        growth.add(leaf_hash(leaf))
        assert growth.size == number
        assert growth.root() == recursive_root([leaf_hash(one) for one in leaves[:number]])


def _altered(path: list[bytes], data: st.DataObject) -> list[bytes]:
    at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    flipped = bytearray(path[at])
    flipped[bit // 8] ^= 1 << bit % 8
    return [*path[:at], bytes(flipped), *path[at + 1 :]]
