"""A set of target diseases, which as a whole names the vaccine."""

from __future__ import annotations

from msgspec import Struct

from adapter.normalise.code_entry import RowRef, row_ref
from adapter.normalise.table import Row


class DiseaseSet(Struct, frozen=True):
    """One row of `target_diseases.csv`. The match is exact: a subset is another vaccine."""

    codes: frozenset[str]
    vaccine_type: str
    programmes: frozenset[str]
    order_only: bool = False
    """Its doses order a course and are no dose of the vaccine that is paid (5-in-1)."""
    source: str = ""
    note: str = ""
    row: int = 0

    @property
    def ref(self) -> RowRef:
        return row_ref("target_diseases.csv", self.row)


def disease_set(row: Row) -> DiseaseSet:
    """From a row of `target_diseases.csv` that passed its checks."""
    return DiseaseSet(
        codes=frozenset(row["diseases"].split("+")),
        vaccine_type=row["vaccine_type"],
        programmes=row.words("programmes"),
        order_only=row.yes("order_only"),
        source=row["source"],
        note=row["note"],
        row=row.number,
    )
