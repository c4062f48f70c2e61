"""A vaccination programme as the tables name it."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from adapter.normalise.code_entry import RowRef, row_ref
from adapter.normalise.table import Row


class Programme(Struct, frozen=True):
    """One fine programme key. Several fine keys may be paid in one service: four-in-one and Td/IPV show as
    `six-in-one`, MMRV as `mmr`. Dose order runs within a fine key, the service only adds up.
    """

    key: str
    public: str
    """The key of INTERFACE and of every output; "" for a vaccine that is known and never counted."""
    service: str
    """The name of the CQRS quality service; "" where there is none."""
    counted: bool
    priority: int
    """1, 2, …: the order in which programmes are listed."""
    valid_from: date | None = None
    valid_to: date | None = None
    source: str = ""
    open: str = ""
    note: str = ""
    row: int = 0

    @property
    def ref(self) -> RowRef:
        return row_ref("programmes.csv", self.row)


def programme(row: Row) -> Programme:
    """From a row of `programmes.csv` that passed its checks."""
    return Programme(
        key=row["programme"],
        public=row["public"],
        service=row["service"],
        counted=row.yes("counted"),
        priority=row.number_in("priority") or 0,
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        note=row["note"],
        row=row.number,
    )
