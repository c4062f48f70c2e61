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
import sqlalchemy as sa
from adapter.errors import AdapterError, StoreError
from adapter.intake import crew as crews
from adapter.intake import lines
from adapter.intake.crew import Crew
from adapter.intake.delivery import Taken, take
from adapter.intake.source import Source
from adapter.settings import Settings
from adapter.store.arrival_tables import (
    BATCH,
    DELIVERY,
    DELIVERY_END,
    PAYLOAD,
    QUARANTINE,
    RECEIPT,
    RECORD_IDENTIFIER,
    RECORD_UNION,
    RECORD_VERSION,
    STATEMENT_FORM,
)
from adapter.store.store import Store, open_store

from sending import (
    NHS_NUMBER,
    SYSTEM,
    bundle,
    by_identifier,
    database_settings,
    deletion,
    encoded,
    immunization,
    ndjson,
    nhs_number,
    shared_reader,
)

KEPT = (
    DELIVERY,
    BATCH,
    DELIVERY_END,
    PAYLOAD,
    STATEMENT_FORM,
    RECORD_VERSION,
    RECORD_IDENTIFIER,
    RECORD_UNION,
    RECEIPT,
    QUARANTINE,
)
TIMES = {"received", "stored", "finished"}

Progress = Callable[[int, int], None]


def load() -> bytes:
    """Every kind of line, for several chunks: versions, twins, deletes, names that meet, faults of each sort."""
    parts = []
    for number in range(400):
        one = immunization(f"v{number}", patient=number % 50, id=f"id-{number}", lotNumber=f"L{number % 9}")
        parts.append(ndjson(one))
        if number % 7 == 0:
            parts.append(ndjson(one, immunization(f"v{number // 2}", status="entered-in-error")))
        if number % 31 == 0:
            both = [{"system": SYSTEM, "value": f"v{each}"} for each in (number, number // 3)]
            third = {"system": "urn:third", "value": f"{number}"}
            parts.append(ndjson(immunization(identifier=[*both, third]), deletion(by_identifier(f"v{number // 5}"))))
            many = [{"system": f"urn:{each}", "value": f"of {number}"} for each in range(4)]
            parts.append(ndjson(immunization(identifier=many)))
        if number % 41 == 0:
            parts += [b"\n", b'{"resourceType": "Immuni\n', b"\xff\xfe\n", ndjson(immunization("bad", status=1))]
    return b"".join([*parts, encoded(bundle(immunization("last"), immunization("last", patient=3)))])


def with_context() -> bytes:
    patients = [
        {"resourceType": "Patient", "id": f"p{at}", "identifier": [{"system": NHS_NUMBER, "value": nhs_number(at)}]}
        for at in range(30)
    ]
    records = [
        immunization(f"v{at}", patient=None) | {"patient": {"reference": f"Patient/p{at % 30}"}} for at in range(300)
    ]
    return ndjson(*records[:200], *patients, *records[200:])


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


def rows(store: Store) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """All that an ingest keeps, but the times."""
    found = []
    with store.database.read() as connection:
        for table in KEPT:
            columns = [column for column in table.c if column.name not in TIMES]
            query = sa.select(*columns).order_by(*table.primary_key)
            found.append((table.name, [tuple(map(_plain, row)) for row in connection.execute(query)]))
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


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
