"""The lot of a vaccine as it is compared."""

from __future__ import annotations

from adapter.fhir.pseudonym import Pseudonym


def lot_number(written: str, pseudonym: Pseudonym) -> str:
    """Upper case without blanks; masked, so that equal lots stay equal, should it hold an NHS number."""
    return pseudonym.mask("".join(written.upper().split()))
