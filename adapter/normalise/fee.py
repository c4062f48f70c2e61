"""What one dose is paid, as far as it was announced."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import Struct

from adapter.normalise.code_entry import RowRef, row_ref
from adapter.normalise.table import Row


class Fee(Struct, frozen=True):
    """The fee for a dose of a (fine) programme, from a day to a day, both included. `open` says what is not public."""

    programme: str
    pounds: Decimal
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    open: str = ""
    row: int = 0

    @property
    def ref(self) -> RowRef:
        return row_ref("fees.csv", self.row)

    def within(self, first: date, last: date) -> bool:
        """Whether it is in force on any of these days."""
        return (self.valid_from is None or self.valid_from <= last) and (
            self.valid_to is None or first <= self.valid_to
        )


def fee(row: Row) -> Fee:
    """From a row of `fees.csv` that passed its checks."""
    return Fee(
        programme=row["programme"],
        pounds=Decimal(row["pounds"]),
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        row=row.number,
    )
