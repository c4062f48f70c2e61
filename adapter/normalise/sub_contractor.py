"""Who gives vaccines in a practice's name."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from adapter.normalise.code_entry import RowRef, row_ref
from adapter.normalise.table import Row


class SubContractor(Struct, frozen=True):
    """`provider` gives `programme` (public key) for `practice`. Both bounds are inclusive, an empty one is open."""

    practice: str
    provider: str
    programme: str
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    row: int = 0

    @property
    def ref(self) -> RowRef:
        return row_ref("sub_contractors.csv", self.row)

    def in_force(self, on: date) -> bool:
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)


def sub_contractor(row: Row) -> SubContractor:
    """From a row of `sub_contractors.csv` that passed its checks."""
    return SubContractor(
        practice=row["practice"],
        provider=row["provider"],
        programme=row["programme"],
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        row=row.number,
    )
