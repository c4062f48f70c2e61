"""The code of one organisation in the Organisation Data Service."""

from __future__ import annotations

import re
from typing import Self

_PATTERN = re.compile(r"[A-Z0-9]{1,9}", re.ASCII)
_DOCTOR = re.compile(r"G[0-9]{7}", re.ASCII)
_SCHOOL = re.compile(r"[0-9]{6}", re.ASCII)
_PRACTICE = re.compile(r"[A-Z][0-9]{5}", re.ASCII)
_CARE = re.compile(r"V[A-Z0-9]{4,5}", re.ASCII)


class OdsCode(str):
    """One to nine capital letters and digits. Constructing it from anything else is a ValueError.

    The form alone never decides what an organisation is: the `looks_like_` answers are hints for places where the
    directory is silent. O and 0, I and 1 are never swapped: a mistyped code is an unknown code.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        if _PATTERN.fullmatch(text) is None:
            raise ValueError("an ODS code is one to nine capital letters and digits")
        return super().__new__(cls, text)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """The code in `text` as people and systems write it: blanks around it, small letters. None if there is none."""
        tidy = text.strip().upper()
        return cls(tidy) if _PATTERN.fullmatch(tidy) else None

    @property
    def may_be_words(self) -> bool:
        """Whether it could as well be a name that somebody typed: six letters or more and no digit. Not one to show."""
        return len(self) > 5 and self.isalpha()

    @property
    def looks_like_doctor(self) -> bool:
        """`G` and seven digits is a general practitioner's own code: a person, never an organisation."""
        return _DOCTOR.fullmatch(self) is not None

    @property
    def looks_like_school(self) -> bool:
        """Six digits: a school's unique reference number, if no organisation has them as its code."""
        return _SCHOOL.fullmatch(self) is not None

    @property
    def looks_like_practice(self) -> bool:
        """A letter and five digits."""
        return _PRACTICE.fullmatch(self) is not None

    @property
    def looks_like_care_home(self) -> bool:
        """`V` and four or five more: dental or social care."""
        return _CARE.fullmatch(self) is not None
