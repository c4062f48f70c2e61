"""How bytes are kept: compressed with zstd and, where there is a data key, encrypted with AES-256-GCM."""

from __future__ import annotations

import hashlib
import os

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from adapter.errors import KeyFault, StoreError

NONCE_BYTES = 12
PART = 1 << 20
"""Bytes that are compressed together: more would hardly be smaller, and who asks for one record opens one part."""
_LEVEL = 3


class Sealed(Struct, frozen=True):
    """Bytes as they lie in the database. `key_id` is "" for those that are not encrypted."""

    key_id: str
    nonce: bytes
    body: bytes


class SealedPart(Struct, frozen=True, array_like=True, gc=False):
    """A chunk of a stream as it lies in the database: `length` and `sha256` are of its plain bytes."""

    start: int
    length: int
    sha256: bytes
    key_id: str
    nonce: bytes
    body: bytes


class Seal:
    """Seals and opens chunks under one data key, or under none."""

    def __init__(self, key: bytes | None) -> None:
        self._key = key
        self._cipher = AESGCM(key) if key else None
        self.key_id = hashlib.sha256(key).hexdigest()[:8] if key else ""

    def __reduce__(self) -> tuple[type[Seal], tuple[bytes | None]]:
        """The cipher itself cannot go to another process."""
        return Seal, (self._key,)

    def close(self, plain: bytes | memoryview, place: str) -> Sealed:
        """`place` names where the chunk belongs. It is authenticated: moved elsewhere, the chunk cannot be opened."""
        body = compress(plain)
        if self._cipher is None:
            return Sealed("", b"", body)
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(self.key_id, nonce, self._cipher.encrypt(nonce, body, place.encode()))

    def open(self, sealed: Sealed, place: str, length: int) -> bytes:
        """The plain bytes. Raises KeyFault without the right key, StoreError for bytes that were altered."""
        body = sealed.body
        if sealed.key_id:
            if self._cipher is None or sealed.key_id != self.key_id:
                raise KeyFault(
                    f"These bytes are encrypted under data key {sealed.key_id}: "
                    "set ADAPTER_DATA_KEY or ADAPTER_DATA_KEY_FILE to it."
                )
            try:
                body = self._cipher.decrypt(sealed.nonce, body, place.encode())
            except InvalidTag:
                raise StoreError(_ALTERED) from None
        try:
            return decompress(body, length)
        except zstandard.ZstdError:
            raise StoreError(_ALTERED) from None


def place_of(delivery: str, stream: str, start: int) -> str:
    """What a sealed chunk is bound to."""
    return f"{delivery}/{stream}/{start}"


def sealed_parts(seal: Seal, delivery: str, stream: str, start: int, content: bytes) -> list[SealedPart]:
    """Bytes of a delivery from `start` on, ready to be kept, in parts of about `PART` bytes."""
    cuts = range(0, len(content), PART) if len(content) > PART else (0,)
    view, parts = memoryview(content), list[SealedPart]()
    for at in cuts:
        plain = view[at : at + PART] if len(cuts) > 1 else view
        sealed = seal.close(plain, place_of(delivery, stream, start + at))
        digest = hashlib.sha256(plain).digest()
        parts.append(SealedPart(start + at, len(plain), digest, sealed.key_id, sealed.nonce, sealed.body))
    return parts


_ALTERED = "Stored bytes were altered since they were kept: restore the database from a copy that verifies."


def compress(plain: bytes | memoryview) -> bytes:
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(plain)


def decompress(body: bytes, length: int = 0) -> bytes:
    """`length` is the size that is expected; a frame that claims another one is not opened."""
    if length and zstandard.frame_content_size(body) != length:
        raise zstandard.ZstdError("unexpected size")
    return zstandard.ZstdDecompressor().decompress(body)
