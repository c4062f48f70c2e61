"""The key under which patients are hashed: found, or made once, and held to the database it was used with.

Under another key the same patient would be another one: links between records would silently fall apart.
"""

from __future__ import annotations

import hashlib
import hmac

from adapter.errors import KeyFault
from adapter.settings import Settings
from adapter.store.key_file import kept_key, made_key

FILE_NAME = "patient.key"


def fingerprint(key: bytes) -> str:
    """Tells keys apart and gives nothing of them away."""
    return hmac.new(key, b"fingerprint of the patient key", hashlib.sha256).hexdigest()[:16]


def patient_key(settings: Settings, known: str | None) -> bytes:
    """The key of these settings. `known` is the fingerprint that the database has, None for a new one, for which
    a key is made if there is none. Raises KeyFault where it is another or missing.
    """
    key = settings.patient_key or kept_key(settings.data_dir, FILE_NAME)
    if key is None:
        if known is not None:
            raise KeyFault(
                f"The key that patients were hashed with (fingerprint {known}) is not in the data folder: "
                "put its patient.key there, or set ADAPTER_PATIENT_KEY_FILE."
            )
        key = made_key(settings.data_dir, FILE_NAME, "patient")
    if known is not None and fingerprint(key) != known:
        raise KeyFault(
            f"The database was made with another patient key (fingerprint {known}, this one is {fingerprint(key)}): "
            "set ADAPTER_PATIENT_KEY_FILE to that key, or use another database."
        )
    return key
