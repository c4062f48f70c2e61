"""Size costs time, not memory."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter.store.store import open_store

from sending import database_settings, encoded, immunization

MIB = 1 << 20
NOTE = [{"text": "a text that makes the record as large as they are on the wire, " * 24}]

CHILD = """
import resource, sys
from pathlib import Path
from adapter.feeds.files import found_files, take_files
from adapter.store.store import open_store
from sending import database_settings, shared_reader
settings = database_settings(Path(sys.argv[1]))
with open_store(settings.database_url, settings) as store:
    store.feeds.remember("trust")
    for _, taken in take_files(store, "trust", found_files(sys.argv[2:]), shared_reader()):
        print(*(getattr(taken.figures, name) for name in ("received", "new", "quarantined")))
    print(sum(map(len, store.records.read(store.records.cut()))))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def resources(size: int) -> Iterator[dict[str, Any]]:
    """Immunizations that together are about `size` bytes on the wire."""
    one = len(encoded(immunization("v0000000", note=NOTE)))
    return (immunization(f"v{at:07}", patient=at % 50_000, note=NOTE) for at in range(size // one))


def taken(folder: Path, file: Path) -> tuple[list[int], int, int]:
    """Figures, number of records, and the most memory the process ever had, in MiB."""
    here = Path(__file__).parents
    paths = {"PYTHONPATH": os.pathsep.join([str(here[1]), str(here[2])]), "PATH": ""}
    arguments = [sys.executable, "-c", CHILD, str(folder), str(file)]
    run = subprocess.run(arguments, env=paths, capture_output=True, text=True, check=True)
    figures, records, memory = run.stdout.splitlines()
    return [int(each) for each in figures.split()], int(records), int(memory)


def lines(file: Path, size: int, wrap: Any = open) -> int:
    count = 0
    with wrap(file, "wb") as out:
        for each in resources(size):
            out.write(encoded(each) + b"\n")
            count += 1
    return count


@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    used = []
    for name, size in (("small", 2 * MIB), ("large", 24 * MIB)):
        folder = tmp_path / name
        folder.mkdir()
        count = lines(folder / "lines.ndjson", size)
        figures, records, memory = taken(folder, folder / "lines.ndjson")
        assert (figures, records) == ([count, count, 0], count)
        used.append(memory)
    assert used[1] - used[0] < 60


@pytest.mark.deep
def test_a_gigabyte_of_lines(tmp_path: Path) -> None:
    count = lines(tmp_path / "lines.ndjson", 1024 * MIB)
    figures, records, memory = taken(tmp_path, tmp_path / "lines.ndjson")
    assert (figures, records) == ([count, count, 0], count)
    assert memory < 500


@pytest.mark.deep
def test_two_hundred_megabytes_in_one_bundle(tmp_path: Path) -> None:
    file, count = tmp_path / "bundle.json.gz", 0
    with gzip.open(file, "wb", compresslevel=1) as out:
        out.write(b'{"resourceType": "Bundle", "type": "collection", "entry": [')
        for each in resources(200 * MIB):
            out.write((b",\n" if count else b"") + encoded({"resource": each}))
            count += 1
        out.write(b"]}")
    figures, records, _ = taken(tmp_path, file)
    assert (figures, records) == ([count, count, 0], count)
    settings = database_settings(tmp_path)
    with open_store(settings.database_url, settings) as store:
        [delivery] = store.deliveries.listed()
        assert b"".join(store.deliveries.bytes_as_they_came(delivery.id)) == file.read_bytes()
