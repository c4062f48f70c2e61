"""Ages where a date may be a year or a month: what every day of it says, or that they disagree."""

from __future__ import annotations

from datetime import date

import pytest
from adapter.normalise.indicator import AgePeriod
from adapter.reconcile.person import Person, Span, at_least, last_31_august, next_31_march, span, within
from adapter.reconcile.programme import narrow


def days(first: str, last: str = "") -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last or first))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2024", days("2024-01-01", "2024-12-31")),
        ("2024-02", days("2024-02-01", "2024-02-29")),
        ("2023-02", days("2023-02-01", "2023-02-28")),
        ("2024-12", days("2024-12-01", "2024-12-31")),
        ("2024-02-29", days("2024-02-29")),
        ("2024-02-29T12:00:00Z", days("2024-02-29")),
        ("2024-02-29T12:00:00-01:00", days("2024-02-29")),
        ("1800", days("1800-01-01", "1800-12-31")),
        ("9000", days("9000-01-01", "9000-12-31")),
        ("1800-01", days("1800-01-01", "1800-01-31")),
        ("9000-12", days("9000-12-01", "9000-12-31")),
        ("1800-01-01", days("1800-01-01")),
        ("9000-12-31", days("9000-12-31")),
        ("1799", None),
        ("9001", None),
        ("1799-12", None),
        ("9001-01", None),
        ("1799-12-31", None),
        ("9001-01-01", None),
        ("2023-02-29", None),
        ("2023-13", None),
        ("2023-02-02-02", None),
        ("", None),
        ("soon", None),
    ],
)
def test_the_days_that_a_date_may_mean(text: str, found: Span | None) -> None:
    assert span(text) == found


TWO, FOUR = AgePeriod(years=2), AgePeriod(years=4)


@pytest.mark.parametrize(
    ("born", "on", "answer"),
    [
        (days("2020-05-10"), days("2022-05-09"), False),
        (days("2020-05-10"), days("2022-05-10"), True),
        (days("2020-05-01", "2020-05-31"), days("2022-05-31"), True),
        (days("2020-05-01", "2020-05-31"), days("2022-05-30"), None),
        (days("2020-05-01", "2020-05-31"), days("2022-05-01"), None),
        (days("2020-05-01", "2020-05-31"), days("2022-04-30"), False),
        (days("2020-05-10"), days("2022-05-01", "2022-05-31"), None),
        (days("2020-05-10"), days("2022-05-10", "2022-05-31"), True),
        (days("2020-05-10"), days("2022-05-01", "2022-05-09"), False),
        (None, days("2022-05-10"), None),
        (days("2020-05-10"), None, None),
    ],
)
def test_whether_an_age_is_reached(born: Span | None, on: Span | None, answer: bool | None) -> None:
    assert at_least(born, on, TWO) is answer
    assert within(born, on, TWO, None) is answer
    assert within(born, on, None, TWO) is (None if answer is None else not answer)


@pytest.mark.parametrize(
    ("on", "answer"),
    [
        (days("2022-05-09"), False),
        (days("2022-05-10"), True),
        (days("2024-05-09"), True),
        (days("2024-05-10"), False),
        (days("2022-05-01", "2022-05-31"), None),
        (days("2024-05-01", "2024-05-31"), None),
        (days("2022-01-01", "2024-12-31"), None),
        (days("2023-01-01", "2023-12-31"), True),
        (days("2021-01-01", "2021-12-31"), False),
        (days("2025-01-01", "2025-12-31"), False),
        (None, None),
    ],
)
def test_an_age_window_is_half_open(on: Span | None, answer: bool | None) -> None:
    assert within(days("2020-05-10"), on, TWO, FOUR) is answer


def test_without_bounds_every_age_fits() -> None:
    assert within(days("2020-05-10"), days("2022-05-09"), None, None) is True
    assert within(None, None, None, None) is True


@pytest.mark.parametrize(
    ("on", "before"),
    [
        ("2024-08-31", "2023-08-31"),
        ("2024-09-01", "2024-08-31"),
        ("2024-12-31", "2024-08-31"),
        ("2025-01-01", "2024-08-31"),
    ],
)
def test_the_31_august_before_a_season(on: str, before: str) -> None:
    assert last_31_august(days(on)) == days(before)


@pytest.mark.parametrize(
    ("on", "after"),
    [
        ("2024-03-31", "2024-03-31"),
        ("2024-04-01", "2025-03-31"),
        ("2024-12-31", "2025-03-31"),
        ("2025-01-01", "2025-03-31"),
    ],
)
def test_the_31_march_after_a_day(on: str, after: str) -> None:
    assert next_31_march(days(on)) == days(after)


def test_both_ends_of_a_span_are_measured() -> None:
    assert last_31_august(days("2024-08-01", "2024-09-30")) == days("2023-08-31", "2024-08-31")
    assert next_31_march(days("2024-03-01", "2024-04-30")) == days("2024-03-31", "2025-03-31")
    assert last_31_august(None) is None
    assert next_31_march(None) is None


def person(born: str, on: str = "2024-10-10", pregnant: bool = False) -> Person:
    return Person(span(born), span(on), False, pregnant, False, False)


@pytest.mark.parametrize(
    ("keys", "who", "left"),
    [
        ("child-flu seasonal-flu", person("2022-09-01"), "seasonal-flu"),
        ("child-flu seasonal-flu", person("2022-08-31"), "child-flu"),
        ("child-flu seasonal-flu", person("2020-09-01"), "child-flu"),
        ("child-flu seasonal-flu", person("2020-08-31"), "seasonal-flu"),
        ("child-flu seasonal-flu", person("2022"), "child-flu seasonal-flu"),
        ("child-flu seasonal-flu", person(""), "child-flu seasonal-flu"),
        ("child-flu", person("1950-01-01"), "child-flu"),
        ("seasonal-flu", person("2021-01-01"), "seasonal-flu"),
        ("rsv-older rsv-pregnant", person("1968-10-10"), "rsv-older"),
        ("rsv-older rsv-pregnant", person("1968-10-11"), "rsv-pregnant"),
        ("rsv-older rsv-pregnant", person(""), "rsv-older rsv-pregnant"),
        ("rsv-older rsv-pregnant", person("", pregnant=True), "rsv-pregnant"),
        ("four-in-one pertussis", person("2014-10-10"), "pertussis"),
        ("four-in-one pertussis", person("2014-10-11"), "four-in-one"),
        ("four-in-one pertussis", person("", pregnant=True), "pertussis"),
        ("four-in-one pertussis", person(""), "four-in-one pertussis"),
        ("pcv pneumococcal", person("2022-10-10"), "pneumococcal"),
        ("pcv pneumococcal", person("2022-10-11"), "pcv"),
        ("pcv pneumococcal", person("2022-10-11", pregnant=True), "pcv"),
        ("hpv pertussis", person("1994-01-01", pregnant=True), "pertussis"),
        ("hpv pertussis", person("1994-01-01"), "hpv pertussis"),
        ("pertussis rsv-pregnant", person("1994-01-01", pregnant=True), "pertussis rsv-pregnant"),
        ("four-in-one", person("1994-01-01", pregnant=True), "pertussis"),
        ("four-in-one", person("2014-10-10", pregnant=True), "pertussis"),
        ("four-in-one", person("2014-10-11", pregnant=True), "four-in-one"),
        ("four-in-one", person("", pregnant=True), "pertussis"),
        ("four-in-one", person("1994-01-01"), "four-in-one"),
        ("four-in-one hpv", person("1994-01-01", pregnant=True), "four-in-one hpv"),
        ("hpv", person("1994-01-01", pregnant=True), "hpv"),
        ("", person("1994-01-01", pregnant=True), ""),
    ],
)
def test_which_programmes_age_and_pregnancy_leave(keys: str, who: Person, left: str) -> None:
    assert narrow(frozenset(keys.split()), who) == frozenset(left.split())
