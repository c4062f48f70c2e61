"""The indicators at their edges: ages to the day, doses, intervals, seasons and evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.statement import ContextCode, Identifier
from england import EMIS, GP, SNOMED, record, statement

Decided = Callable[..., list[Any]]
NASAL, INJECTED, FLU = "884861000000100", "985151000000100", "822851000000102"
CTV3 = "http://read.info/ctv3"


def dose(code: str, occurred: str, born: str, value: str = "one", **more: Any) -> Any:
    return record(
        GP,
        statement(
            code, identifiers=(Identifier(EMIS, value),), occurred=occurred, recorded=occurred, born=born, **more
        ),
    )


def shown(decided: Decided, *records: Any) -> tuple[str, str, str | None]:
    one = decided(*records)[0]
    return (one.outcome.value, one.reason.value, one.indicator)


def counted(indicator: str) -> tuple[str, str, str]:
    return ("counted", "performer-is-claimant", indicator)


def excluded(reason: str, indicator: str) -> tuple[str, str, str]:
    return ("excluded", reason, indicator)


@pytest.mark.parametrize(
    ("code", "occurred", "born", "expected"),
    [
        # MenB dose 1: 56 days to 2 years
        ("720539004", "2024-03-26", "2024-01-31", excluded("age-outside-indicator", "MENBI01")),
        ("720539004", "2024-03-27", "2024-01-31", counted("MENBI01")),
        ("720539004", "2026-01-30", "2024-01-31", counted("MENBI01")),
        ("720539004", "2026-01-31", "2024-01-31", excluded("age-outside-indicator", "MENBI01")),
        # a leap day's child turns two on 1 March of a common year
        ("720539004", "2026-02-28", "2024-02-29", counted("MENBI01")),
        ("720539004", "2026-03-01", "2024-02-29", excluded("age-outside-indicator", "MENBI01")),
        # MenACWY and HPV: 14 to 25
        ("871874000", "2024-09-11", "2010-09-12", excluded("age-outside-indicator", "MACWY04")),
        ("871874000", "2024-09-12", "2010-09-12", counted("MACWY04")),
        ("871874000", "2024-09-12", "1999-09-12", excluded("age-outside-indicator", "MACWY04")),
        ("428741008", "2024-09-12", "2010-09-12", counted("HPV003")),
        ("429396009", "2024-09-12", "2010-09-12", counted("HPV004")),
        ("428931000", "2024-09-12", "2010-09-12", excluded("age-outside-indicator", "HPV005")),
        ("428931000", "2025-09-12", "2010-09-12", counted("HPV005")),
        # 6-in-1 from 8 weeks to 10 years; 4-in-1 from 3 years 4 months
        ("1162640003", "2024-03-25", "2024-01-30", excluded("age-outside-indicator", "LOCAL-6IN1")),
        ("1162640003", "2024-03-26", "2024-01-30", counted("LOCAL-6IN1")),
        ("247821000000102", "2024-05-11", "2021-01-12", excluded("age-outside-indicator", "LOCAL-6IN1")),
        ("247821000000102", "2024-05-12", "2021-01-12", counted("LOCAL-6IN1")),
        # RSV: 56 and over; 55 fits neither
        ("1303503001", "2024-09-12", "1968-09-12", counted("RSV003")),
        ("1303503001", "2024-09-11", "1968-09-12", excluded("age-outside-indicator", "RSVP001")),
        ("1303503001", "2024-09-12", "1994-05-02", excluded("no-pregnancy-code", "RSVP001")),
        # child flu at 2 and 3 on 31 August; seasonal at any other age, in season
        (NASAL, "2024-10-01", "2022-08-31", counted("CFLU006")),
        (NASAL, "2024-10-01", "2022-09-01", counted("LOCAL-FLU")),
        (NASAL, "2024-10-01", "2020-09-01", counted("CFLU006")),
        (NASAL, "2024-10-01", "2020-08-31", counted("LOCAL-FLU")),
        (INJECTED, "2024-10-01", "2021-08-31", excluded("nasal-not-contraindicated", "CFLU008")),
        (FLU, "2025-03-31", "1950-01-01", counted("LOCAL-FLU")),
        (FLU, "2025-04-01", "1950-01-01", excluded("out-of-season", "LOCAL-FLU")),
        # shingles
        ("1326101000000105", "2024-09-12", "1944-09-13", counted("LOCAL-SHING-1")),
        ("1326101000000105", "2024-09-13", "1944-09-13", excluded("age-outside-indicator", "LOCAL-SHING-1")),
        ("1326111000000107", "2024-09-13", "1944-09-13", counted("LOCAL-SHING-2")),
        # pneumococcal by age
        ("170337005", "2024-09-12", "2022-09-13", counted("LOCAL-PCV")),
        ("170337005", "2024-09-12", "2022-09-12", counted("LOCAL-PPV")),
        # Td/IPV from 10 years
        ("414619005", "2024-09-11", "2014-09-12", excluded("age-outside-indicator", "LOCAL-6IN1")),
        ("414619005", "2024-09-12", "2014-09-12", counted("LOCAL-6IN1")),
        # COVID-19 by month
        ("1362591000000103", "2026-05-01", "1950-01-01", counted("COV001")),
        ("1362591000000103", "2026-10-01", "1950-01-01", counted("COV002")),
        ("1362591000000103", "2026-07-01", "1950-01-01", counted("COV003")),
        ("1362591000000103", "2026-05-01", "2025-11-02", excluded("age-outside-indicator", "COV001")),
        # health checks from 14
        ("199751000000100", "2024-09-12", "2010-09-13", excluded("age-outside-indicator", "LOCAL-LDHC")),
        ("199751000000100", "2024-09-12", "2010-09-12", counted("LOCAL-LDHC")),
    ],
)
def test_one_dose(decided: Decided, code: str, occurred: str, born: str, expected: tuple[str, str, str]) -> None:
    assert shown(decided, dose(code, occurred, born)) == expected


@pytest.mark.parametrize(
    ("born", "occurred", "pregnant", "expected"),
    [
        # a four-in-one dose given to a pregnant patient belongs to PT001, not to the 6-in-1 service
        ("1994-05-02", "2024-09-12", "2024-09-12", counted("PT001")),
        ("", "2024-09-12", "2024-09-12", counted("PT001")),
        ("1994-05-02", "2024-09-12", "2024-09-11", excluded("age-outside-indicator", "LOCAL-6IN1")),
        ("2014-09-13", "2024-09-12", "2024-09-12", counted("LOCAL-6IN1")),
    ],
)
def test_a_four_in_one_code_of_a_pregnant_patient(
    decided: Decided, born: str, occurred: str, pregnant: str, expected: tuple[str, str, str]
) -> None:
    assert shown(decided, dose("412762002", occurred, born, pregnant=pregnant)) == expected


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("2024-09-12", excluded("no-at-risk-code", "LOCAL-HEPB-BIRTH")),
        ("2024-08-15", excluded("no-at-risk-code", "LOCAL-HEPB-4W")),
        ("2023-09-12", excluded("no-at-risk-code", "LOCAL-HEPB-12M")),
        ("2022-09-12", excluded("age-outside-indicator", "LOCAL-HEPB-BIRTH")),
    ],
)
def test_of_indicators_equally_near_one_that_the_age_fits_speaks(
    decided: Decided, born: str, expected: tuple[str, str, str]
) -> None:
    assert shown(decided, dose("16584000", "2024-09-12", born)) == expected


@pytest.mark.parametrize(("day", "expected"), [("2024-07-01", "interval-too-short"), ("2024-07-02", "counted")])
def test_menb_27_days_are_not_28(decided: Decided, day: str, expected: str) -> None:
    born = "2024-02-01"
    second = dose("720540002", day, born)
    outcome, reason, indicator = shown(decided, second, dose("720539004", "2024-06-04", born, "before"))
    assert indicator == "MENBI03"
    assert expected in (outcome, reason)


def test_menb_booster_wants_a_first_dose_before_the_first_birthday(decided: Decided) -> None:
    born, booster = "2023-01-31", "720544006"
    early = dose("720539004", "2023-12-01", born, "first")
    late = dose("720539004", "2024-01-31", born, "first")
    assert shown(decided, dose(booster, "2024-06-01", born), early) == counted("MENBI09")
    assert shown(decided, dose(booster, "2024-06-01", born), late) == excluded("first-dose-too-late", "MENBI09")


def test_a_dose_given_elsewhere_orders_the_course_and_is_not_paid(decided: Decided) -> None:
    born = "2023-01-31"
    elsewhere = dose("1037251000000102", "2024-02-10", born, "elsewhere")
    second, first = decided(dose("38598009", "2024-06-01", born), elsewhere)
    assert (second.outcome, second.indicator) == ("counted", "LOCAL-MMR-2")
    assert (first.outcome, first.reason) == ("excluded", "coded-elsewhere")


def test_a_third_dose_is_beyond_a_course_of_two(decided: Decided) -> None:
    doses = [dose("415354003", f"2024-0{month}-01", "2024-01-01", f"dose {month}") for month in (5, 4, 3)]
    assert [(one.outcome.value, one.reason.value) for one in decided(*doses)] == [
        ("excluded", "dose-beyond-course"),
        ("counted", "performer-is-claimant"),
        ("counted", "performer-is-claimant"),
    ]


def test_td_ipv_counts_below_five_known_doses(decided: Decided) -> None:
    born = "2009-01-01"
    before = [dose("1162640003", f"20{year}-03-01", born, f"dose {year}") for year in (10, 11, 12, 13)]
    teenage = dose("414619005", "2024-09-12", born)
    assert shown(decided, teenage, *before) == counted("LOCAL-6IN1")
    fifth = dose("1162640003", "2014-03-01", born, "fifth")
    assert shown(decided, teenage, fifth, *before) == excluded("history-complete", "LOCAL-6IN1")


def test_hepatitis_b_wants_risk_on_the_date_or_before(decided: Decided) -> None:
    def at_risk(day: str) -> Any:
        return dose("170370000", "2024-09-12", "2024-09-12", context=(ContextCode(CTV3, "XaYVx", day),))

    assert shown(decided, at_risk("2024-09-12")) == counted("LOCAL-HEPB-BIRTH")
    assert shown(decided, at_risk("2024-09-01")) == counted("LOCAL-HEPB-BIRTH")
    assert shown(decided, at_risk("2024-09-13")) == excluded("no-at-risk-code", "LOCAL-HEPB-BIRTH")


def test_pregnancy_evidence_is_of_the_same_day(decided: Decided) -> None:
    def rsv(day: str, **more: Any) -> Any:
        return dose("1303503001", "2024-09-12", "1994-05-02", pregnant=day, **more)

    assert shown(decided, rsv("2024-09-12")) == counted("RSVP001")
    assert shown(decided, rsv("2024-09-11")) == excluded("no-pregnancy-code", "RSVP001")


def test_pertussis_is_for_pregnant_women(decided: Decided) -> None:
    plain = "39343008"
    assert shown(decided, dose(plain, "2024-09-12", "1994-05-02")) == excluded("no-pregnancy-code", "PT001")
    assert shown(decided, dose(plain, "2024-09-12", "1994-05-02", sex="male")) == excluded("not-in-pregnancy", "PT001")
    assert shown(decided, dose(plain, "2024-09-12", "1994-05-02", pregnant="2024-09-12")) == counted("PT001")
    four_in_one = dose("247821000000102", "2024-09-12", "1994-05-02", pregnant="2024-09-12")
    assert shown(decided, four_in_one) == counted("PT001")


def test_injected_child_flu_wants_a_contraindication_of_the_nasal_vaccine(decided: Decided) -> None:
    evidence = (ContextCode(SNOMED, "1239871000000107", "2024-09-01"),)
    assert shown(decided, dose(INJECTED, "2024-10-01", "2021-08-31", context=evidence)) == counted("CFLU008")


def test_a_second_health_check_of_a_financial_year(decided: Decided) -> None:
    code, born = "199751000000100", "1980-01-01"
    first = dose(code, "2024-04-02", born, "first")
    assert shown(decided, dose(code, "2025-03-31", born), first) == excluded("already-this-year", "LOCAL-LDHC")
    assert shown(decided, dose(code, "2025-04-01", born), first) == counted("LOCAL-LDHC")


def test_an_age_that_is_needed_and_not_known(decided: Decided) -> None:
    assert shown(decided, dose("720539004", "2024-09-12", "")) == ("queried", "age-unknown", "MENBI01")
    assert shown(decided, dose("720539004", "2024-09-12", "2022")) == ("queried", "age-unknown", "MENBI01")
    assert shown(decided, dose("720539004", "2024-09-12", "2023")) == counted("MENBI01")
