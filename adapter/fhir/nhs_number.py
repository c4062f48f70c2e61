"""NHS numbers: ten digits, the last of which checks the others (modulus 11; immunization-r4.md section 7)."""

from __future__ import annotations

import re
from operator import mul

from msgspec import Struct

SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"

_WRITTEN_IN_TEXT = re.compile(
    r"([0-9]{3})(?<![0-9]{4})([^\S\r\n]|[-\u2010-\u2015])?([0-9]{3})(?(2)\2)([0-9]{4})(?![0-9])"
)
"""It begins with the digits, not with what must not stand before them: so the search runs over other texts quickly."""
_LENGTH = 10
_PLACEHOLDERS = frozenset({digit * 10 for digit in "0123456789"} | {"9876543210"})
"""They pass the check and stand for nobody: senders fill them in where the number is not known."""
_WEIGHTS = (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
_OF_ZEROS = ord("0") * sum(_WEIGHTS) % 11
"""What the digits' places among the signs of ASCII add to the sum."""


class NhsNumber(Struct, frozen=True, order=True):
    """A valid NHS number that is nobody's placeholder. It never shows itself: `repr` leaves the digits out."""

    digits: str

    def __post_init__(self) -> None:
        if not passes_check(self.digits) or self.digits in _PLACEHOLDERS:
            raise ValueError("not an NHS number")

    def __repr__(self) -> str:
        return "NhsNumber(…)"


def parse(text: str) -> NhsNumber | None:
    """The number in `text`, blanks stripped (`943 476 5919` occurs); None where there is no valid one."""
    try:
        return NhsNumber("".join(text.split()))
    except ValueError:
        return None


def passes_check(digits: str) -> bool:
    """Ten ASCII digits, and the modulus 11 check holds: the check digit, weighted 1, makes the sum a multiple of 11. A
    check of 11 counts as 0, one of 10 is never issued.
    """
    if len(digits) != _LENGTH or not (digits.isascii() and digits.isdigit()):
        return False
    weighted: int = sum(map(mul, digits.encode(), _WEIGHTS))
    return weighted % 11 == _OF_ZEROS


def occurs_in(text: str) -> bool:
    """Whether `text` holds ten digits that pass the check, bounded by non-digits and written together or 3-3-4 with one
    repeated blank or dash between. Placeholders count: what looks like an NHS number is treated as one.
    """
    if len(text) < _LENGTH:
        return False
    match = _WRITTEN_IN_TEXT.search(text)
    while match:
        if passes_check(match[1] + match[3] + match[4]):
            return True
        match = _WRITTEN_IN_TEXT.search(text, match.end())
    return False
