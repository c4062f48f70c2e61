"""Killed at any moment and started again: the same records, nothing lost, nothing twice."""

from __future__ import annotations

import gzip
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.settings import Settings
from adapter.store.store import Store, open_store

from sending import bundle, encoded, immunization, known, ndjson, send

CHILD = """
import multiprocessing, sys
from pathlib import Path
from adapter.intake import crew, delivery, gunzip, lines, small, source
from adapter.intake.crew import Crew
from adapter.intake.source import Source
from sending import database_settings, shared_reader
from adapter.store.store import open_store
source.BLOCK = gunzip.BLOCK = lines.CHUNK = 4_000
small.PIECES = 7
crew.LEAST = 0
folder, url, file, workers = sys.argv[1:]
def told(done, total):
    print(done, *(each.pid for each in multiprocessing.active_children()), flush=True)
settings = database_settings(Path(folder), url)
with open_store(settings.database_url, settings) as store, Source(open(file, "rb")) as source:
    store.feeds.remember("trust")
    reader = shared_reader()
    print("ready", flush=True)
    with Crew(reader, store.seal, int(workers)) as readers:
        delivery.take(store, "trust", source, reader, progress=told, crew=readers)
print("done", flush=True)
"""
PEOPLE = [immunization(f"v{number}", patient=number % 90, lotNumber=f"L{number % 7}") for number in range(300)]
FAULTY = [immunization(f"bad{number}", status=7) for number in range(5)]
AGAIN = PEOPLE[:20]
SHAPES = (("lines", 1), ("gzip", 1), ("document", 1), ("lines", 2), ("gzip", 2))


def content(shape: str) -> bytes:
    resources = [*PEOPLE, *FAULTY, *AGAIN]
    if shape == "document":
        return encoded(bundle(*resources))
    return gzip.compress(ndjson(*resources)) if shape == "gzip" else ndjson(*resources)


def child(settings: Settings, file: Path, workers: int = 1) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", CHILD, str(settings.data_dir), settings.database_url, str(file), str(workers)]
    paths = {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]),
        "PATH": "",
    }
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, env=paths)


def seen(store: Store) -> list[tuple[object, ...]]:
    return [
        (each.key, each.statement, each.withdrawn, each.version, each.sha256, each.pointer) for each in known(store)
    ]


def wait_until_gone(process: int) -> None:
    for _ in range(600):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    raise AssertionError("a worker outlives the one that it works for")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "workers", "kills"),
    [
        ("document", 1, 2),
        ("gzip", 2, 2),
        *(pytest.param(*each, 5, marks=pytest.mark.deep) for each in SHAPES),
    ],
)
def test_killed_at_random_moments(settings: Settings, tmp_path: Path, shape: str, workers: int, kills: int) -> None:
    file = tmp_path / "delivery"
    file.write_bytes(content(shape))
    chance = random.Random(shape)  # noqa: S311
    killed, seen_workers = 0, set[int]()
    for _ in range(kills):
        with child(settings, file, workers) as process:
            assert process.stdout
            for _ in range(chance.randrange(1, 12)):
                line = process.stdout.readline()
                if line in ("", "done\n"):
                    break
                seen_workers.update(map(int, line.split()[1:]))
            time.sleep(chance.random() * 0.03)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
    assert killed
    assert bool(seen_workers) is (workers > 1)
    for each in seen_workers:
        wait_until_gone(each)
    with open_store(settings.database_url, settings) as store:
        with store.database.read() as connection:
            parts = connection.execute(
                sa.text("SELECT count(DISTINCT content_end + items_end) FROM batch")
            ).scalar_one()
        assert parts > 3  # it was cut off in the midst
        taken = send(store, file.read_bytes())
        figures = taken.figures
        if len(store.deliveries.listed()) == 1:
            assert (figures.new, figures.receipts, figures.quarantined) == (300, 20, 5)
        assert sum(each.figures.new for each in store.deliveries.listed()) == 300
        assert all(each.finished for each in store.deliveries.listed())
        found = seen(store)
    other = tmp_path / "other"
    other.mkdir()
    from sending import database_settings

    untouched = database_settings(other)
    with open_store(untouched.database_url, untouched) as store:
        send(store, file.read_bytes())
        assert seen(store) == found


@pytest.mark.slow
def test_two_at_once(settings: Settings, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("same", "same", "other")]
    files[0].write_bytes(content("lines"))
    files[2].write_bytes(content("document"))
    children = [child(settings, file) for file in files]
    for process in children:
        output, _ = process.communicate(timeout=120)
        assert output.endswith("done\n")
    with open_store(settings.database_url, settings) as store:
        deliveries = store.deliveries.listed()
        assert all(each.finished and each.figures.conserved for each in deliveries)
        assert sum(each.figures.new for each in deliveries) == 300
        assert len(known(store)) == 300
        for each in deliveries:
            verbatim = b"".join(store.deliveries.bytes_as_they_came(each.id))
            assert verbatim in (files[0].read_bytes(), files[2].read_bytes())
