"""Who may work under a name, where the database itself has no such lock: a byte of a file that one at a time holds.

The system lets go of it when a process ends, however it ends. On systems without such locks nobody waits; then two
processes may take one delivery together, each batch of it written by the one that comes first.
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapter.errors import StoreError

_PLACES = 1 << 62
_FLOCK = "hhqqi"  # struct flock of Linux on 64 bits: type, whence, start, length, process


@contextmanager
def alone_at(file: Path, name: str) -> Iterator[None]:
    """Others that ask for the same name at the same file wait until the block ends, be they threads or processes."""
    if sys.platform != "linux" or sys.maxsize < _PLACES:
        yield
        return
    import fcntl

    place = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % _PLACES
    try:
        held = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError:
        raise StoreError("No file can be made beside the SQLite file: check that its folder is yours.") from None
    try:
        fcntl.fcntl(held, fcntl.F_OFD_SETLKW, struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, place, 1, 0))
        yield
    finally:
        os.close(held)
