"""The key that signs checkpoints: of the settings, or `signing.key` in the data folder."""

from __future__ import annotations

from adapter.errors import KeyFault
from adapter.settings import KEY_BYTES, Settings
from adapter.store.key_file import kept_key, made_key

FILE_NAME = "signing.key"


def signing_key(settings: Settings) -> bytes:
    """The key; made where there is none yet."""
    return known_signing_key(settings) or made_key(settings.data_dir, FILE_NAME, "signing")


def known_signing_key(settings: Settings) -> bytes | None:
    """The key, if there is one. Raises KeyFault for one that is no Ed25519 key."""
    key = settings.signing_key or kept_key(settings.data_dir, FILE_NAME)
    if key is not None and len(key) != KEY_BYTES:
        raise KeyFault(f"{FILE_NAME} must hold exactly 32 bytes (Ed25519): `openssl rand -hex 32` makes one.")
    return key
