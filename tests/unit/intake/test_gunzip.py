"""Whole, several, cut off, damaged, padded: gzip gives what it has and says what is wrong."""

from __future__ import annotations

import gzip
import random

import pytest
from adapter.intake.gunzip import CORRUPT, TRAILING, TRUNCATED, Gunzip

TEXT = b"".join(b"line %d of a text that is not the same everywhere\n" % number for number in range(60_000))


def read(wire: bytes, block: int = 1 << 16) -> tuple[bytes, Gunzip]:
    machine = Gunzip()
    pieces = list(machine.blocks(wire[at : at + block] for at in range(0, len(wire), block)))
    assert max(map(len, pieces), default=0) <= 1 << 20
    return b"".join(pieces), machine


@pytest.mark.parametrize("block", [1, 7, 1 << 16, 1 << 22])
def test_whole(block: int) -> None:
    text = TEXT if block > 7 else TEXT[:5_000]
    assert read(gzip.compress(text), block)[0] == text


def test_members_one_after_the_other_and_padding() -> None:
    for block in (1, 1 << 16):
        found, machine = read(gzip.compress(b"one") + gzip.compress(b"") + gzip.compress(b"two") + bytes(600), block)
        assert (found, machine.fault) == (b"onetwo", None)


def test_a_bomb_comes_in_small_pieces() -> None:
    assert read(gzip.compress(bytes(50 << 20)))[0] == bytes(50 << 20)


@pytest.mark.parametrize("kept", [1, 5, 11, 1_000, 20_000, -1, -8])
def test_cut_off(kept: int) -> None:
    found, machine = read(gzip.compress(TEXT)[:kept])
    assert machine.fault == TRUNCATED
    assert TEXT.startswith(found)
    if kept < 0:
        assert found == TEXT


def test_damage_keeps_what_came_before() -> None:
    wire = bytearray(gzip.compress(random.Random(1).randbytes(300_000) + TEXT))  # noqa: S311
    wire[310_000] ^= 0xFF
    found, machine = read(bytes(wire))
    assert machine.fault == CORRUPT
    assert len(found) > 300_000


def test_a_wrong_checksum_is_damage() -> None:
    wire = bytearray(gzip.compress(TEXT))
    wire[-6] ^= 1
    assert read(bytes(wire))[1].fault == CORRUPT
    assert read(bytes(wire))[0] == TEXT


def test_rubbish_after_it() -> None:
    found, machine = read(gzip.compress(b"one") + b"rubbish")
    assert (found, machine.fault) == (b"one", TRAILING)
