"""Any number of workers and either database keep the same rows, to the byte; so does an ingest that was cut off."""

from __future__ import annotations

import gzip
import io
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from adapter.errors import AdapterError, StoreError
from adapter.intake import crew as crews
from adapter.intake import lines
from adapter.intake.crew import Crew
from adapter.intake.delivery import Taken, take
from adapter.intake.source import Source
from adapter.settings import Settings
from adapter.store.store import Store, open_store

from deliveries_kept import load, rows, with_context
from sending import database_settings, shared_reader

Progress = Callable[[int, int], None]


STUMBLES = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
"""The thread of the pool itself (CPython's) may stumble where its processes die while others start: its table of them
changes under it. By then it has told of the death, which is what we go by.
"""


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 30_000)
    monkeypatch.setattr(crews, "LEAST", 0)


@pytest.fixture(scope="module", params=["plain", "gzip", "context"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("load") / "load.ndjson"
    content = with_context() if request.param == "context" else load()
    path.write_bytes(gzip.compress(content, mtime=0) if request.param == "gzip" else content)
    return path


def taken(store: Store, file: Path, workers: int, progress: Progress = lambda done, total: None) -> Taken:
    store.feeds.remember("trust")
    with Source(file.open("rb")) as source, Crew(shared_reader(), store.seal, workers) as crew:
        return take(store, "trust", source, shared_reader(), progress=progress, crew=crew)


@pytest.fixture(scope="module")
def expected(file: Path, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """What one process keeps on SQLite."""
    folder = tmp_path_factory.mktemp("expected")
    (folder / "adapter.sqlite3").write_bytes(migrated_file.read_bytes())
    settings = database_settings(folder)
    with pytest.MonkeyPatch.context() as patch, open_store(settings.database_url, settings) as store:
        patch.setattr(lines, "CHUNK", 30_000)
        figures = taken(store, file, 1).figures
        kept = dict(rows(store))
        assert figures.new > 250
        assert len(kept["batch"]) > 3
        if figures.quarantined:
            assert min(len(kept[name]) for name in ("receipt", "record_union", "quarantine", "record_identifier"))
        yield rows(store)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2, 7])
def test_any_number_of_workers(store: Store, file: Path, expected: list[Any], workers: int) -> None:
    taken(store, file, workers)
    assert rows(store) == expected


@pytest.mark.slow
def test_what_is_no_file(store: Store, file: Path, expected: list[Any]) -> None:
    store.feeds.remember("trust")
    reader = shared_reader()
    with Source(io.BytesIO(file.read_bytes())) as source, Crew(reader, store.seal, 2) as crew:
        take(store, "trust", source, reader, crew=crew)
    assert rows(store) == expected


@STUMBLES
@pytest.mark.slow
def test_a_worker_is_killed(store: Store, file: Path, expected: list[Any]) -> None:
    killed = []

    def kill(done: int, total: int) -> None:
        if len(killed) < 2:
            for child in multiprocessing.active_children():
                child.kill()
                killed.append(child.pid)

    taken(store, file, 2, kill)
    assert killed
    assert rows(store) == expected


@STUMBLES
@pytest.mark.slow
def test_workers_are_killed_without_end(store: Store, file: Path, expected: list[Any]) -> None:
    over = threading.Event()

    def kill() -> None:
        while not over.wait(0.01):
            for child in multiprocessing.active_children():
                child.kill()  # says nothing of one that has just ended, as os.kill would

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with pytest.raises(AdapterError, match="goes on where it was"):
            taken(store, file, 2)
    finally:
        over.set()
        killer.join()
    assert taken(store, file, 2).resumed
    assert rows(store) == expected


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_the_connection_is_cut(settings: Settings, store: Store, file: Path, expected: list[Any], workers: int) -> None:
    if store.database.dialect != "postgresql":
        pytest.skip("SQLite has no connection to cut")
    cut = []

    def terminate(done: int, total: int) -> None:
        if not cut:
            with psycopg.connect(settings.database_url, autocommit=True) as connection:
                mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                connection.execute(mine + " AND datname = current_database()")
            cut.append(done)

    with pytest.raises(StoreError) as failure:
        taken(store, file, workers, terminate)
    assert "try again" in str(failure.value)
    assert "SELECT" not in str(failure.value)
    with open_store(settings.database_url, settings) as again:
        assert taken(again, file, workers).resumed
        assert rows(again) == expected
