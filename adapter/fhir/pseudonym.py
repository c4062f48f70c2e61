"""What stands for a person outside the payload: keyed hashes, without which nobody gets back to the number."""

from __future__ import annotations

import hashlib
import hmac

from adapter.fhir import nhs_number


class Pseudonym:
    """HMAC-SHA-256 under one key. The same key must be kept for the life of a database, or patients fall apart."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = key

    def patient(self, number: str) -> str:
        """The patient hash of a valid NHS number (blanks in it do not matter): lower-case hex."""
        return self._digest("".join(number.split()))

    def mask(self, text: str) -> str:
        """`text` itself, or `sha256:` and its keyed digest where it holds a valid NHS number (see `occurs_in`)."""
        return "sha256:" + self._digest(text) if nhs_number.occurs_in(text) else text

    def _digest(self, text: str) -> str:
        return hmac.new(self._key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
