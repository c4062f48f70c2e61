"""A key that lies in a file of the data folder: found, or made once, for its owner's eyes only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from adapter.errors import KeyFault
from adapter.settings import KEY_BYTES, read_key


def kept_key(folder: Path, name: str) -> bytes | None:
    """The key in this file; None where there is none. Raises KeyFault for one that cannot be read."""
    try:
        return read_key((folder / name).read_text("ascii"), f"{name} in the data folder")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise KeyFault(f"{name} in the data folder cannot be read: check its permissions.") from None


def made_key(folder: Path, name: str, what: str) -> bytes:
    """A new key, written whole or not at all; if another process was quicker, its key. `what` says what it is for."""
    file, draft = folder / name, folder / f".{name}.{os.getpid()}"
    key = secrets.token_bytes(KEY_BYTES)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(key.hex() + "\n")
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            key = kept_key(folder, name) or key
        finally:
            draft.unlink()
    except OSError:
        raise KeyFault(f"No {what} key can be made in the data folder: set ADAPTER_DATA_DIR to one of yours.") from None
    return key
