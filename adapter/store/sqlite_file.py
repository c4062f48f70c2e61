"""The file of an SQLite database: made for its owner's eyes only, or opened as it is where it can only be read.

An auditor's copy may lie in a folder, or have permissions, that nobody can write to. SQLite wants to make files
beside a database that has a write-ahead log (`-wal`, `-shm`); where none of them is there and none can be made, the
file is whole, and opened as one that nobody changes.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import URL

from adapter.errors import StoreError

BUSY_SECONDS = 60
"""How long a writer waits for another one."""


def opened(url: URL) -> tuple[URL, bool]:
    """The URL to open a file with, and whether it can only be read. A file that is not there is made.

    Raises StoreError where that cannot be, and for a file that can only be read, and whose last writes cannot.
    """
    file = Path(url.database or "")
    if not _only_readable(file):
        _make_private(file)
        return url, False
    query = {"uri": "true", "mode": "ro"}
    log, index = Path(f"{file}-wal"), Path(f"{file}-shm")
    if not index.exists():
        if log.exists() and log.stat().st_size:
            raise StoreError(
                "The file can only be read, and its last writes lie beside it, unfinished (-wal): open it once where "
                "it may be written to, then copy it."
            )
        query["immutable"] = "1"
    return url.set(database="file:" + quote(str(file.absolute())), query=query), True


def prepare(connection: Any, _record: object) -> None:
    """What each connection is told."""
    _told(
        connection,
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",  # REPLACE must not slip past the append-only triggers
    )


def prepare_to_read(connection: Any, _record: object) -> None:
    """The same where nothing can be written: the journal stays what it is."""
    _told(connection, "query_only = ON")


def _told(connection: Any, *pragmas: str) -> None:
    connection.isolation_level = None  # transactions are begun by `Database`, not by the driver
    for pragma in (f"busy_timeout = {BUSY_SECONDS * 1000}", *pragmas):
        connection.execute(f"PRAGMA {pragma}").close()


def _only_readable(file: Path) -> bool:
    return (
        file.is_file()
        and os.access(file, os.R_OK)
        and not (os.access(file, os.W_OK) and os.access(file.absolute().parent, os.W_OK | os.X_OK))
    )


def _make_private(file: Path) -> None:
    """A new file is for its owner only: it holds patients' records."""
    try:
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError:
        raise StoreError(
            "The SQLite file cannot be opened for writing: check that its folder exists and is yours."
        ) from None
