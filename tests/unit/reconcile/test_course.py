"""Where a dose stands among the doses of its patient."""

from __future__ import annotations

from datetime import date

import pytest
from adapter.reconcile.course import Dose, Place, known_before, place

HPV, MENB = frozenset({"hpv"}), frozenset({"menb"})


def dose(day: int, month: int = 9, programmes: frozenset[str] = HPV, stated: int | None = None, **more: bool) -> Dose:
    return Dose(date(2024, month, day), f"{month}-{day}", programmes, stated, **more)


OWN = dose(15)


@pytest.mark.parametrize(
    ("others", "number", "previous", "first"),
    [
        ([], 1, None, None),
        ([OWN], 1, None, None),
        ([dose(14)], 2, 14, 14),
        ([dose(16)], 1, None, None),
        ([Dose(OWN.on, "another", HPV)], 1, None, None),  # of two on one day neither comes before the other
        ([dose(10), dose(1), dose(5), OWN, dose(20)], 4, 10, 1),
        ([dose(1, programmes=MENB)], 1, None, None),
        ([dose(1, programmes=HPV | MENB)], 2, 1, 1),
        ([dose(1, stated=3)], 4, 1, 1),
        ([dose(1, stated=3), dose(2, stated=1), dose(3)], 4, 3, 1),
        ([dose(1, stated=1), dose(2), dose(3)], 4, 3, 1),
    ],
)
def test_doses_before_it_order_a_course(
    others: list[Dose], number: int, previous: int | None, first: int | None
) -> None:
    days = [day and date(2024, 9, day) for day in (previous, first)]
    assert place(OWN, others) == Place(number, False, *days)


def test_its_own_word_goes_before_the_count() -> None:
    said = dose(15, stated=5, booster=True)
    assert place(said, [dose(1)]) == Place(5, True, date(2024, 9, 1), date(2024, 9, 1))
    assert place(said, [], OWN.on) == Place(5, True, None, None)


@pytest.mark.parametrize(("start", "number"), [(1, 4), (2, 3), (3, 3), (4, 2), (15, 1)])
def test_a_season_has_a_course_of_its_own(start: int, number: int) -> None:
    others = [dose(1), dose(3), dose(5)]
    assert place(OWN, others, date(2024, 9, start)).number == number


def test_doses_of_a_family_that_are_known_before() -> None:
    others = [dose(1), dose(2, programmes=MENB), dose(3, programmes=HPV | MENB), dose(15, stated=1), dose(16)]
    assert known_before(OWN, others, HPV) == 2
    assert known_before(OWN, others, HPV | MENB) == 3
    assert known_before(OWN, others, frozenset({"mmr"})) == 0
    assert known_before(OWN, [], HPV) == 0
