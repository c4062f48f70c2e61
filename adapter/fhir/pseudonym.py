"""What stands for a person outside the payload: keyed hashes, without which nobody gets back to the number."""

from __future__ import annotations

import hmac

from adapter.fhir import nhs_number
from adapter.fhir.vocabulary import Vocabulary

_CLEAN: Vocabulary[str] = Vocabulary()
"""Systems in which no NHS number occurs, each as itself."""


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

    def mask_system(self, system: str) -> str:
        """The same of a system, which comes again with every record."""
        return _CLEAN.get((system,)) or _CLEAN.learn((system,), self.mask(system))

    def _digest(self, text: str) -> str:
        return hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256").hex()
