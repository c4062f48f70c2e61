from __future__ import annotations

from datetime import date

import pytest
from adapter.organisations.period import Period, Validity, read_date, read_period


def test_both_bounds_are_inside() -> None:
    period = Period(date(2004, 4, 1), date(2014, 6, 30))
    assert period.holds(date(2004, 4, 1))
    assert period.holds(date(2014, 6, 30))
    assert period.before(date(2004, 3, 31))
    assert period.after(date(2014, 7, 1))


def test_a_missing_bound_is_open() -> None:
    assert Period().holds(date(1, 1, 1))
    assert Period(end=date(2014, 6, 30)).holds(date.min)
    assert Period(start=date(2014, 6, 30)).holds(date.max)


def test_operational_dates_decide_where_there_are_any() -> None:
    legal = Period(end=date(2020, 3, 31))
    assert Validity(Period(end=date(2020, 9, 30)), legal).deciding.holds(date(2020, 5, 1))
    assert not Validity(None, legal).deciding.holds(date(2020, 5, 1))
    assert Validity().deciding == Period()


@pytest.mark.parametrize(
    "text", ["20040401", "2004-04-01", "2004-04-01T00:00:00Z", "01/04/2004", "1/4/2004", "01-Apr-2004", "2004/04/01"]
)
def test_reads_every_form_that_is_seen(text: str) -> None:
    assert read_date(text) == date(2004, 4, 1)


def test_a_year_or_month_is_its_first_or_last_day() -> None:
    assert read_period("2004", "2008-02") == Period(date(2004, 1, 1), date(2008, 2, 29))


def test_no_end_is_written_as_nothing_or_as_the_last_year() -> None:
    assert read_period("20040401", "99991231") == read_period("20040401", " ")


@pytest.mark.parametrize("text", ["soon", "20041301", "31/02/2004", "01-Foo-2004", "2004-13", "01041974"])
def test_anything_else_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_date(text)
