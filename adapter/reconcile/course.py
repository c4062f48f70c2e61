"""The order of a patient's doses: all given doses with a full date, whoever gave them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct


class Dose(Struct, frozen=True, order=True):
    """One given dose of a patient. `programmes` are the fine keys it may belong to; `stated` is the number that its
    code or its dose field states, `booster` that its code calls it one.
    """

    on: date
    vaccination: str
    programmes: frozenset[str]
    stated: int | None = None
    booster: bool = False


class Place(Struct, frozen=True):
    """Where a dose stands in its course. `number` is from the code or dose field, else counted from the doses before.
    `previous` and `first` are the dates of the dose before and of the first dose, None where none is known.
    """

    number: int
    booster: bool
    previous: date | None
    first: date | None


def place(dose: Dose, doses: Sequence[Dose], season_start: date | None = None) -> Place:
    """`dose` among all doses of the patient; with `season_start` only doses since then order the course."""
    before = sorted(
        other
        for other in doses
        if other.vaccination != dose.vaccination
        and other.on < dose.on
        and other.programmes & dose.programmes
        and (season_start is None or other.on >= season_start)
    )
    position = max([len(before), *(other.stated for other in before if other.stated is not None)]) + 1
    return Place(
        number=dose.stated if dose.stated is not None else position,
        booster=dose.booster,
        previous=before[-1].on if before else None,
        first=before[0].on if before else None,
    )


def known_before(dose: Dose, doses: Sequence[Dose], family: frozenset[str]) -> int:
    """How many doses of a family of vaccines are known before this one."""
    return sum(1 for other in doses if other.on < dose.on and other.programmes & family)
