"""A set of target diseases, which as a whole names the vaccine."""

from __future__ import annotations

from msgspec import Struct

from adapter.normalise.code_entry import RowRef, row_ref


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
