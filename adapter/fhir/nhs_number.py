"""NHS numbers: ten digits, the last of which checks the others (modulus 11; immunization-r4.md section 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass

SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"

_TEN_DIGITS = re.compile(r"[0-9]{10}")
_BLANKS = re.compile(r"\s+")
_WRITTEN_IN_TEXT = re.compile(r"(?<![0-9])([0-9]{3})([^\S\r\n]|[-\u2010-\u2015])?([0-9]{3})(?(2)\2)([0-9]{4})(?![0-9])")
_PLACEHOLDERS = frozenset({digit * 10 for digit in "0123456789"} | {"9876543210"})
"""They pass the check and stand for nobody: senders fill them in where the number is not known."""


@dataclass(frozen=True, order=True, slots=True, repr=False)
class NhsNumber:
    """A valid NHS number that is nobody's placeholder. It never shows itself: `repr` leaves the digits out."""

    digits: str

    def __post_init__(self) -> None:
        if not passes_check(self.digits) or self.digits in _PLACEHOLDERS:
            raise ValueError("not an NHS number")

    def __repr__(self) -> str:
        return "NhsNumber(…)"


def parse(text: str) -> NhsNumber | None:
    """The number in `text`, blanks stripped (`943 476 5919` occurs); None where there is no valid one."""
    digits = _BLANKS.sub("", text)
    return NhsNumber(digits) if passes_check(digits) and digits not in _PLACEHOLDERS else None


def passes_check(digits: str) -> bool:
    """Ten ASCII digits, and the modulus 11 check holds: 11 counts as 0, 10 is never issued."""
    if not _TEN_DIGITS.fullmatch(digits):
        return False
    check = 11 - sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == (0 if check == 11 else check)


def occurs_in(text: str) -> bool:
    """Whether `text` holds ten digits that pass the check, bounded by non-digits and written together or 3-3-4 with one
    repeated blank or dash between. Placeholders count: what looks like an NHS number is treated as one.
    """
    return any(passes_check(match[1] + match[3] + match[4]) for match in _WRITTEN_IN_TEXT.finditer(text))
