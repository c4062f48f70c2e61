"""Which system a record was born in, as far as its identifier's system says so."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from adapter.normalise.code_entry import RowRef

BirthKind = Literal["gp", "poc", "transferred", "other", "unknown"]


class Birth(Struct, frozen=True):
    """`gp`: a GP system. `poc`: a point-of-care system. `transferred`: came into a GP system from another practice.
    `other`: an example or test system. `unknown`: names nobody, or no table has it.

    `practice` is the practice code that the identifier's system carries, "" if none: for `gp` the birthplace, for
    `transferred` the last *sending* practice, which is not surely the birthplace.
    """

    kind: BirthKind
    practice: str = ""
    rows: tuple[RowRef, ...] = ()
