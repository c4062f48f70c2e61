"""Ages as they are written and reached, digits that were rounded, and systems however they are spelled."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from adapter.normalise.indicator import AgePeriod
from adapter.normalise.snomed import may_be_rounded
from adapter.normalise.system_patterns import SystemPatterns, fold
from adapter.normalise.table import Row


@pytest.mark.parametrize(
    ("text", "period", "written"),
    [
        ("56d", AgePeriod(days=56), "56d"),
        ("8w", AgePeriod(days=56), "56d"),
        ("2y", AgePeriod(years=2), "2y"),
        ("3y4m", AgePeriod(3, 4), "3y4m"),
        ("1y2m3w4d", AgePeriod(1, 2, 25), "1y2m25d"),
        ("0d", AgePeriod(), "0d"),
        ("4m3y", None, ""),
        ("2 y", None, ""),
        ("y", None, ""),
    ],
)
def test_ages_as_they_are_written(text: str, period: AgePeriod | None, written: str) -> None:
    assert AgePeriod.parse(text) == period
    assert period is None or str(period) == written


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2020, 2, 29), AgePeriod(years=1), date(2021, 3, 1)),
        (date(2020, 2, 29), AgePeriod(years=4), date(2024, 2, 29)),
        (date(2020, 1, 31), AgePeriod(months=1), date(2020, 3, 1)),
        (date(2020, 1, 31), AgePeriod(months=3), date(2020, 5, 1)),
        (date(2020, 12, 31), AgePeriod(months=1), date(2021, 1, 31)),
        (date(2020, 11, 15), AgePeriod(1, 2, 3), date(2022, 1, 18)),
        (date(2020, 12, 1), AgePeriod(), date(2020, 12, 1)),
        (date(9999, 1, 1), AgePeriod(years=1), date.max),
        (date(9999, 12, 31), AgePeriod(days=1), date.max),
        (date(9999, 12, 31), AgePeriod(), date.max),
    ],
)
def test_the_first_day_of_an_age(born: date, age: AgePeriod, day: date) -> None:
    assert age.reached(born) == day


@pytest.mark.parametrize(
    ("digits", "rounded"),
    [
        (str(2**53), False),
        (str(2**53 + 1), False),
        (str(2**53 + 2), True),
        (str(10**15), False),
        ("9007199254740993", False),
        ("90071992547409930", True),
        ("99999999999999997", False),
        ("10000000000000001", False),
    ],
)
def test_digits_that_a_program_may_have_rounded(digits: str, rounded: bool) -> None:
    assert may_be_rounded(digits) is rounded


@pytest.mark.parametrize(
    ("sent", "folded"),
    [
        ("HTTP: //A.uk/b/ ", "https://a.uk/b"),
        ("https://a.uk//", "https://a.uk"),
        ("ahttp://b", "ahttp://b"),
        ("urn:X", "urn:x"),
        ("/a/", "/a"),
        ("", ""),
    ],
)
def test_one_spelling_of_a_system(sent: str, folded: str) -> None:
    assert fold(sent) == folded


def pattern(number: int, system: str, match: str) -> Row:
    return Row("code_systems.csv", number, {"system": system, "match": match})


PATTERNS = [
    pattern(2, "http://a.uk", "prefix"),
    pattern(3, "http://a.uk/long", "prefix"),
    pattern(4, "http://a.uk/long/exact", "exact"),
    pattern(5, "http://b.uk/", "prefix"),
]


@pytest.mark.parametrize(
    ("system", "found"),
    [
        ("https://A.uk/", (2, "")),
        ("http://a.uk/x1", (2, "X1")),
        ("http://a.uk/x1/y", (2, "X1")),
        ("http://a.uk/longer", (2, "LONGER")),
        ("http://a.uk/long", (3, "")),
        ("http://a.uk/long/x", (3, "X")),
        ("http://a.uk/long/exact", (4, "")),
        ("http://a.uk/long/exact/x", (3, "EXACT")),
        ("http://b.uk/x", (5, "X")),
        ("http://a.ukx", None),
        ("", None),
    ],
)
def test_the_row_that_speaks_of_a_system(system: str, found: Any) -> None:
    answer = SystemPatterns(PATTERNS).find(system)
    assert (answer and (answer[0].number, answer[1])) == found
