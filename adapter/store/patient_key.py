"""The key under which patients are hashed: found, or made once, and held to the database it was used with.

Under another key the same patient would be another one: links between records would silently fall apart.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from adapter.errors import KeyFault
from adapter.settings import KEY_BYTES, Settings, read_key

FILE_NAME = "patient.key"


def fingerprint(key: bytes) -> str:
    """Tells keys apart and gives nothing of them away."""
    return hmac.new(key, b"fingerprint of the patient key", hashlib.sha256).hexdigest()[:16]


def patient_key(settings: Settings, known: str | None) -> bytes:
    """The key of these settings. `known` is the fingerprint that the database has, None for a new one, for which
    a key is made if there is none. Raises KeyFault where it is another or missing.
    """
    key = settings.patient_key or _kept(settings.data_dir / FILE_NAME)
    if key is None:
        if known is not None:
            raise KeyFault(
                f"The key that patients were hashed with (fingerprint {known}) is not in the data folder: "
                "put its patient.key there, or set ADAPTER_PATIENT_KEY_FILE."
            )
        key = _made(settings.data_dir)
    if known is not None and fingerprint(key) != known:
        raise KeyFault(
            f"The database was made with another patient key (fingerprint {known}, this one is {fingerprint(key)}): "
            "set ADAPTER_PATIENT_KEY_FILE to that key, or use another database."
        )
    return key


def _kept(file: Path) -> bytes | None:
    try:
        return read_key(file.read_text("ascii"), "patient.key in the data folder")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise KeyFault("patient.key in the data folder cannot be read: check its permissions.") from None


def _made(folder: Path) -> bytes:
    """A new key, written whole or not at all; if another process was quicker, its key."""
    file, draft = folder / FILE_NAME, folder / f".{FILE_NAME}.{os.getpid()}"
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
            key = _kept(file) or key
        finally:
            draft.unlink()
    except OSError:
        raise KeyFault("No patient key can be made in the data folder: set ADAPTER_DATA_DIR to one of yours.") from None
    return key
