"""What stands for a person outside the payload: keyed hashes, without which nobody gets back to the number."""

from __future__ import annotations

import hashlib

from adapter.fhir import nhs_number
from adapter.fhir.vocabulary import Vocabulary

_BLOCK = 64
"""Bytes that SHA-256 takes at a time."""
_CLEAN: Vocabulary[str] = Vocabulary()
"""Systems in which no NHS number occurs, each as itself."""


class Pseudonym:
    """HMAC-SHA-256 under one key. The same key must be kept for the life of a database, or patients fall apart."""

    __slots__ = ("_inner", "_key", "_outer")

    def __init__(self, key: bytes) -> None:
        self._key = key
        block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __reduce__(self) -> tuple[type[Pseudonym], tuple[bytes]]:
        return Pseudonym, (self._key,)  # hash states do not travel to another process

    def patient(self, number: str) -> str:
        """The patient hash of a valid NHS number (blanks in it do not matter): lower-case hex."""
        return self._digest("".join(number.split()))

    def mask(self, text: str) -> str:
        """`text` itself, or `sha256:` and its keyed digest where it holds a valid NHS number (see `occurs_in`)."""
        return "sha256:" + self._digest(text) if nhs_number.occurs_in(text) else text

    def mask_system(self, system: str) -> str:
        """The same of a system, which comes again with every record."""
        return _CLEAN.get((system,)) or _CLEAN.learn((system,), self.mask(system))

    def _digest(self, text: str) -> str:
        """HMAC (RFC 2104). The key is the same for every record, so both hashes start from where they have read it:
        that halves the cost of a person.
        """
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text.encode("utf-8", "surrogatepass"))
        outer.update(inner.digest())
        return outer.hexdigest()
