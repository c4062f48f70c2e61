"""What comes again with every record: systems, codes, organisations, URLs of extensions.

What was once made of them is remembered, since making it again is most of what reading a record costs. A text in which
an NHS number occurs is never remembered, so no memory of the process holds one.
"""

from __future__ import annotations

from typing import Generic, TypeVar

from adapter.fhir import nhs_number

Made = TypeVar("Made")
Key = tuple[str, ...]

_MOST = 8_192
"""Entries. One that is full is emptied: feeds have far fewer distinct codes, systems and practices."""


class Vocabulary(dict[Key, Made], Generic[Made]):
    """Texts → what a pure function made of exactly these. Asked with `get`, so that a known one costs one look-up."""

    def learn(self, key: Key, made: Made) -> Made:
        """Remember it, unless an NHS number occurs in the key."""
        if not any(map(nhs_number.occurs_in, key)):
            if len(self) >= _MOST:
                self.clear()
            self[key] = made
        return made
