"""SNOMED CT identifiers: what their digits alone can tell.

An identifier is 6 to 18 digits without a leading zero. Its last digit is a Verhoeff check digit; the two before it
say what it names (the partition). Rules: SNOMED CT Release File Specification, "SCTID representation".
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

CONCEPT_PARTITIONS = frozenset({"00", "10"})
DESCRIPTION_PARTITIONS = frozenset({"01", "11"})

_SHAPE = re.compile(r"[1-9][0-9]{5,17}", re.ASCII)
_LONGEST_CORE = 12
_EXACT_IN_A_DOUBLE = 2**53

_TIMES = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 2, 3, 4, 0, 6, 7, 8, 9, 5),
    (2, 3, 4, 0, 1, 7, 8, 9, 5, 6),
    (3, 4, 0, 1, 2, 8, 9, 5, 6, 7),
    (4, 0, 1, 2, 3, 9, 5, 6, 7, 8),
    (5, 9, 8, 7, 6, 0, 4, 3, 2, 1),
    (6, 5, 9, 8, 7, 1, 0, 4, 3, 2),
    (7, 6, 5, 9, 8, 2, 1, 0, 4, 3),
    (8, 7, 6, 5, 9, 3, 2, 1, 0, 4),
    (9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
)
_TURNED = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9),
    (1, 5, 7, 6, 2, 8, 3, 0, 9, 4),
    (5, 8, 0, 3, 7, 9, 6, 1, 4, 2),
    (8, 9, 1, 6, 0, 4, 3, 5, 2, 7),
    (9, 4, 5, 3, 1, 2, 6, 8, 7, 0),
    (4, 2, 8, 6, 5, 7, 3, 9, 0, 1),
    (2, 7, 9, 3, 8, 0, 6, 4, 1, 5),
    (7, 0, 4, 6, 9, 1, 3, 2, 5, 8),
)


class SnomedFault(StrEnum):
    """Why a text is no SNOMED CT identifier."""

    SHAPE = "shape"
    CHECK_DIGIT = "check-digit"


class SnomedCode(Struct, frozen=True, order=True):
    """An identifier whose shape and check digit are right; whether it exists is not known here."""

    text: str

    @classmethod
    def parse(cls, text: str) -> SnomedCode | SnomedFault:
        """The identifier in `text`, or why it is none. Nothing is stripped or repaired."""
        if not _SHAPE.fullmatch(text):
            return SnomedFault.SHAPE
        return cls(text) if verhoeff_holds(text) else SnomedFault.CHECK_DIGIT

    @property
    def partition(self) -> str:
        """Two digits: 00 and 10 are concepts, 01 and 11 descriptions, 02 and 12 relationships."""
        return self.text[-3:-1]

    @property
    def is_concept(self) -> bool:
        return self.partition in CONCEPT_PARTITIONS

    @property
    def is_description(self) -> bool:
        return self.partition in DESCRIPTION_PARTITIONS

    @property
    def is_impossible_core_concept(self) -> bool:
        """A core concept (partition 00) of 13 digits or more: none exists. Such an id has lost its last digits in a
        spreadsheet and passes the check digit by chance (inference; it catches every one of them seen)."""
        return self.partition == "00" and len(self.text) > _LONGEST_CORE


def verhoeff_holds(digits: str) -> bool:
    """Whether the last of these ASCII digits is the right check digit. Finds every single wrong digit and every
    swap of two neighbours."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = _TIMES[check][_TURNED[place % 8][ord(digit) - 48]]
    return check == 0


def check_digit(digits: str) -> str:
    """The digit to append so that `verhoeff_holds`."""
    return next(d for d in "0123456789" if verhoeff_holds(digits + d))


def may_be_rounded(digits: str) -> bool:
    """Whether digits that came as a JSON number may have lost some on the way.

    Beyond 2**53 a double holds only some integers, and a program that reads JSON numbers as doubles writes either
    the nearest of those or its 15 to 17 leading digits followed by zeros. Either looks like what it may be: rounded.
    An identifier that is in a table is believed all the same; one that is not has nothing else to speak for it.
    """
    number = int(digits)
    return number > _EXACT_IN_A_DOUBLE and (digits.endswith("0") or float(number) == number)
