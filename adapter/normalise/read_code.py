"""Read v2 and CTV3 codes.

A code is five bytes, filled up with dots; GP systems append a two-character term code (`65M1.00`). The case counts:
`65a0.` and `65A0.` are different codes.
"""

from __future__ import annotations

import re

from msgspec import Struct

_SHAPE = re.compile(r"(?=.{5}$)[0-9A-Za-z]{1,5}\.{0,4}", re.ASCII)
_TERM_CODE = re.compile(r"[0-9A-Za-z]{2}", re.ASCII)


class ReadCode(Struct, frozen=True, order=True):
    """A five-byte code of Read v2 or CTV3. Whether it exists is not known here."""

    text: str

    @classmethod
    def parse(cls, text: str) -> ReadCode | None:
        """The code in its five-byte or seven-character form; None if it is neither. Dots are never guessed."""
        code, term_code = text[:5], text[5:]
        if not _SHAPE.fullmatch(code) or (term_code and not _TERM_CODE.fullmatch(term_code)):
            return None
        return cls(code)
