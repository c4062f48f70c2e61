"""One byte of the SQLite file is changed, wherever it lies: `verify` fails, or the byte meant nothing.

Nothing means: every row of every table and every rule of the schema is what it was. Pages that are not in use, and
the room between rows, hold such bytes.
"""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from adapter.errors import AdapterError
from adapter.provenance.verification import Verified, verify
from adapter.store.store import open_store

from filled import fill
from sending import database_settings


@pytest.fixture(scope="module")
def intact(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    settings = database_settings(tmp_path_factory.mktemp("intact"))
    with open_store(settings.database_url, settings) as store:
        fill(store)
    return (settings.data_dir / "adapter.sqlite3").read_bytes()


def content(file: Path) -> list[str]:
    """Everything that the file says."""
    with sqlite3.connect(f"file:{file}?immutable=1", uri=True) as connection:
        said = [line for line in connection.iterdump() if not line.startswith("INSERT INTO sqlite_")]
    connection.close()
    return said


def holds(folder: Path) -> bool:
    settings = database_settings(folder)
    try:
        with open_store(settings.database_url, settings) as store:
            return isinstance(verify(store), Verified)
    except AdapterError:
        return False


def altered(intact: bytes, seed: int) -> bytes:
    pick = random.Random(seed)  # noqa: S311 - a seed, no secret
    damaged = bytearray(intact)
    damaged[pick.randrange(len(damaged))] ^= 1 << pick.randrange(8)
    return bytes(damaged)


def found(intact: bytes, folder: Path, seeds: range) -> int:
    file = folder / "adapter.sqlite3"
    file.write_bytes(intact)
    before, seen = content(file), 0
    for seed in seeds:
        for old in folder.iterdir():
            old.unlink()
        file.write_bytes(altered(intact, seed))
        if holds(folder):
            assert content(file) == before, f"seed {seed}"
        else:
            seen += 1
    return seen


@pytest.mark.slow
def test_no_byte_of_the_file_that_means_anything_is_missed(intact: bytes, tmp_path: Path) -> None:
    assert found(intact, tmp_path, range(30)) > 3


@pytest.mark.deep
def test_nor_of_a_thousand(intact: bytes, tmp_path: Path) -> None:
    assert found(intact, tmp_path, range(1_000, 2_000)) > 100
