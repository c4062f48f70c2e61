import pytest
from adapter.fhir.dates import as_sent, birth_date, in_utc, london_date, months


@pytest.mark.parametrize(
    ("sent", "london"),
    [
        ("2024-09-12", "2024-09-12"),
        ("2024-09-30T23:30:00Z", "2024-10-01"),
        ("2024-09-30T23:30:00+00:00", "2024-10-01"),
        ("2024-12-31T23:30:00Z", "2024-12-31"),
        ("2024-10-01T00:30:00+01:00", "2024-10-01"),
        ("2024-10-01T00:30:00.123456789+02:00", "2024-09-30"),
        ("2024-09-30T23:30:00", "2024-09-30"),
        ("2024-09-30T23:30", "2024-09-30"),
        ("2016-12-31T23:59:60Z", "2016-12-31"),
        ("2024-10-27T00:59:59Z", "2024-10-27"),
        (" 2024-09-12 ", "2024-09-12"),
        ("2024-09", ""),
        ("2024", ""),
        ("", ""),
        ("2024-02-30", ""),
        ("2024-02-30T10:00:00Z", ""),
        ("2025/01/31", ""),
        ("2024-09-30T25:00:00Z", ""),
        ("2024-09-30T10:00:00+24:00", ""),
        ("0001-01-01T00:00:00+14:00", ""),
        ("9999-12-31T23:59:59-10:00", ""),
        ("２０２４-09-12", ""),
    ],
)
def test_a_date_is_the_day_in_london(sent: str, london: str) -> None:
    assert london_date(sent) == london


@pytest.mark.parametrize(
    ("sent", "london", "utc", "written"),
    [
        ("2024-09-30T23:30:00Z", "2024-10", "2024-09", "2024-09"),
        ("2024-10-01T00:30:00+01:00", "2024-10", "2024-09", "2024-10"),
        ("2024-10-01T01:30:00+05:00", "2024-09", "2024-09", "2024-10"),
        ("2024-10-01T00:30:00", "2024-10", "2024-09", "2024-10"),
        ("2024-09-30", "2024-09", "2024-09", "2024-09"),
        ("2024-09", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_the_month_in_london_in_utc_and_as_written(sent: str, london: str, utc: str, written: str) -> None:
    assert months(sent) == (london, utc, written)


def test_only_dates_are_taken_from_an_element_and_none_is_changed() -> None:
    assert as_sent(" 2024-09-12T10:00:00.5+01:00 ") == "2024-09-12T10:00:00.5+01:00"
    assert as_sent("2024-09") == "2024-09"
    assert as_sent("in the autumn") == as_sent(2024) == as_sent(None) == ""


def test_a_birth_has_a_day_and_no_hour() -> None:
    assert birth_date("1991") == "1991"
    assert birth_date("1991-04-01T05:00:00Z") == "1991-04-01"
    assert birth_date({"value": "1991"}) == ""


def test_moments_sort_as_time_however_their_offset_is_written() -> None:
    assert in_utc("2024-06-01T05:59:00+01:00") == in_utc("2024-06-01T04:59:00Z") == "2024-06-01T04:59:00"
    assert in_utc("2024-06-01T05:59:00") == "2024-06-01T04:59:00", "without an offset it is London's own"
    assert in_utc("2024-12-01T05:59:00.500+00:00") == "2024-12-01T05:59:00.5"
    assert in_utc("2024-12-01T05:59:00.000Z") == in_utc("2024-12-01T05:59Z")
    assert in_utc("0001-01-02T00:00:00Z") == "0001-01-02T00:00:00"
    assert in_utc("2024-06-01") == in_utc("2024-06") == in_utc("") == ""
