"""What a check of the evidence found: the place that is not as it must be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from adapter.fhir import nhs_number

_PLAIN = re.compile(r"[\w .-]{1,100}", re.ASCII)


class Finding(Struct, frozen=True):
    """`table` and `row` (its key; "" for the whole table) name the place, `what` says in a sentence what is wrong."""

    table: str
    row: str
    what: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.what}" if self.row else f"{self.table}: {self.what}"


class Differs(Exception):
    """Ends a check at the first thing that does not hold."""

    def __init__(self, table: str, row: str, what: str) -> None:
        super().__init__()
        self.finding = Finding(table, row, what)


def row_name(key: Iterable[Any]) -> str:
    """A key as people read it. One that was altered may hold anything, so only numbers, digests and plain words are
    repeated, and no NHS number.
    """
    return "/".join(_part(part) for part in key)


def _part(part: Any) -> str:
    if isinstance(part, bytes):
        return part.hex()
    text = str(part)
    return text if _PLAIN.fullmatch(text) and not nhs_number.occurs_in(text) else "?"
