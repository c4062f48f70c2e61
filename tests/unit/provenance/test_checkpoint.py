"""Checkpoints are C2SP's signed notes: a key id of another implementation, and everything altered."""

from __future__ import annotations

import base64

import pytest
from adapter.errors import UsageError
from adapter.provenance.checkpoint import (
    Checkpoint,
    is_signed,
    key_id,
    origin_of,
    read_checkpoint,
    signed,
    verifier_key,
)
from hypothesis import given
from hypothesis import strategies as st

KEY, ROOT = bytes(range(32)), bytes(range(32, 64))
ORIGIN = origin_of(b"\xab" * 32)
MADE = signed(KEY, ORIGIN, 17, ROOT)
VERIFIER = verifier_key(KEY, ORIGIN)


def test_the_text_is_that_of_a_signed_note() -> None:
    assert ORIGIN == "immunisation-cqrs-adapter/abababababababab"
    lines = MADE.note.split("\n")
    assert lines[:4] == [ORIGIN, "17", base64.b64encode(ROOT).decode(), ""]
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert lines[5:] == [""]
    assert len(base64.b64decode(lines[4].split(" ")[2])) == 4 + 64


def test_the_key_id_of_a_known_key() -> None:
    """sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8, as the Go command has it."""
    public = base64.b64decode("Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")[1:]
    assert key_id("sum.golang.org", public).hex() == "033de0ae"


@pytest.mark.parametrize("text", [MADE.note, MADE.note.rstrip("\n"), MADE.line, MADE.line + "\n"])
def test_file_and_line_are_read_back(text: str) -> None:
    assert read_checkpoint(text) == MADE
    assert is_signed(MADE, VERIFIER)


@given(st.integers(0, len(MADE.note.encode()) - 1), st.integers(0, 7))
def test_nothing_can_be_altered(at: int, bit: int) -> None:
    content = bytearray(MADE.note.encode())
    content[at] ^= 1 << bit
    try:
        read = read_checkpoint(content.decode())
    except (UnicodeDecodeError, UsageError):
        return
    assert read == MADE or not is_signed(read, VERIFIER)


def test_another_key_and_another_ledger_do_not_pass() -> None:
    assert not is_signed(MADE, verifier_key(bytes(32), ORIGIN))
    assert not is_signed(MADE, verifier_key(KEY, origin_of(bytes(32))))
    assert not is_signed(Checkpoint(ORIGIN, 18, ROOT, MADE.signature), VERIFIER)
    assert not is_signed(Checkpoint(ORIGIN, 17, KEY, MADE.signature), VERIFIER)


@pytest.mark.parametrize("text", ["", "nonsense", VERIFIER + "x", VERIFIER.replace("+", "-", 1), MADE.note])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="verifier key"):
        is_signed(MADE, text)


@pytest.mark.parametrize("text", ["", "a b c", MADE.note.replace("17", "0"), MADE.note.replace("\n\n", "\n")])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="checkpoint"):
        read_checkpoint(text)
