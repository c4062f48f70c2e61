"""Every indicator as data, and the ages that they are written in."""

from __future__ import annotations

from datetime import date

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.indicator import AgePeriod, Indicator


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("56d", AgePeriod(days=56)),
        ("8w", AgePeriod(days=56)),
        ("2y", AgePeriod(years=2)),
        ("3y4m", AgePeriod(years=3, months=4)),
        ("1w1d", AgePeriod(days=8)),
        ("0d", AgePeriod()),
    ],
)
def test_ages_as_the_rules_write_them(text: str, period: AgePeriod) -> None:
    assert AgePeriod.parse(text) == period
    assert AgePeriod.parse(str(period)) == period


@pytest.mark.parametrize("text", ["", "2", "y", "4m3y", "2y2y", "-1d", "2 y", "2Y", "٢y"])
def test_what_is_no_age(text: str) -> None:
    assert AgePeriod.parse(text) is None


@pytest.mark.parametrize(
    ("born", "age", "reached"),
    [
        (date(2022, 9, 10), "2y", date(2024, 9, 10)),
        (date(2020, 2, 29), "2y", date(2022, 3, 1)),
        (date(2020, 2, 29), "4y", date(2024, 2, 29)),
        (date(2023, 2, 28), "1y", date(2024, 2, 28)),
        (date(2024, 1, 31), "1m", date(2024, 3, 1)),
        (date(2024, 8, 31), "3y4m", date(2027, 12, 31)),
        (date(2024, 12, 15), "3m", date(2025, 3, 15)),
        (date(2024, 12, 31), "8w", date(2025, 2, 25)),
        (date(2024, 1, 1), "364d", date(2024, 12, 30)),
        (date(9999, 12, 1), "1y", date.max),
        (date(9999, 12, 1), "50d", date.max),
    ],
)
def test_the_day_on_which_an_age_is_reached(born: date, age: str, reached: date) -> None:
    period = AgePeriod.parse(age)
    assert period is not None
    assert period.reached(born) == reached


def test_the_ids_are_in_the_order_of_the_services(catalogue: Catalogue) -> None:
    assert list(dict.fromkeys(row.id for row in catalogue.indicators)) == [
        "PT001",
        "RSVP001",
        "RSV003",
        "LOCAL-6IN1",
        *(f"6IN100{number}" for number in range(1, 10)),
        "CFLU006",
        "CFLU007",
        "CFLU008",
        "CFLU009",
        "LOCAL-FLU",
        "LOCAL-HEPB-BIRTH",
        "LOCAL-HEPB-4W",
        "LOCAL-HEPB-12M",
        "LOCAL-MMR-1",
        "LOCAL-MMR-2",
        "MACWY04",
        "MENBI01",
        "MENBI03",
        "MENBI09",
        "MENBI10",
        "LOCAL-PCV",
        "LOCAL-HIBMENC",
        "LOCAL-PPV",
        "LOCAL-ROTA-1",
        "LOCAL-ROTA-2",
        "LOCAL-SHING-1",
        "LOCAL-SHING-2",
        "SHROU03",
        "HPV003",
        "HPV004",
        "HPV005",
        "COV001",
        "COV002",
        "COV003",
        "LOCAL-LDHC",
    ]


@pytest.mark.parametrize(
    ("public", "first"),
    [
        ("pertussis", "PT001"),
        ("six-in-one", "LOCAL-6IN1"),
        ("menb", "MENBI01"),
        ("shingles", "LOCAL-SHING-1"),
        ("mmr", "LOCAL-MMR-1"),
        ("hib", None),
        ("", None),
    ],
)
def test_the_first_indicator_of_a_programme(catalogue: Catalogue, public: str, first: str | None) -> None:
    assert catalogue.first_indicator(public) == first


def _row(catalogue: Catalogue, id_: str, programme: str) -> Indicator:
    return next(row for row in catalogue.indicators if row.id == id_ and programme in row.programmes)


@pytest.mark.parametrize(
    ("id_", "programme", "dose", "age_from", "age_to"),
    [
        ("RSVP001", "rsv-pregnant", None, "10y", "55y"),
        ("RSV003", "rsv-older", None, "56y", None),
        ("LOCAL-6IN1", "six-in-one", None, "56d", "10y"),
        ("LOCAL-6IN1", "four-in-one", None, "3y4m", "10y"),
        ("LOCAL-6IN1", "td-ipv", None, "10y", None),
        ("CFLU006", "child-flu", 1, "2y", "4y"),
        ("CFLU009", "child-flu", 2, "2y", "4y"),
        ("MENBI01", "menb", 1, "56d", "2y"),
        ("MENBI03", "menb", 2, "112d", "2y"),
        ("MENBI09", "menb", "booster", "364d", "2y"),
        ("HPV003", "hpv", 1, "14y", "25y"),
        ("HPV004", "hpv", 2, "14y", "25y"),
        ("HPV005", "hpv", 3, "15y", "25y"),
        ("MACWY04", "menacwy", None, "14y", "25y"),
        ("COV001", "covid", None, "6m", None),
        ("LOCAL-SHING-1", "shingles", 1, "65y", "80y"),
        ("LOCAL-SHING-2", "shingles", 2, "65y", "81y"),
        ("LOCAL-LDHC", "ld-health-check", None, "14y", None),
    ],
)
def test_doses_and_ages(
    catalogue: Catalogue, id_: str, programme: str, dose: int | str | None, age_from: str | None, age_to: str | None
) -> None:
    row = _row(catalogue, id_, programme)
    assert row.dose == dose
    assert (row.age_from and str(row.age_from)) == age_from
    assert (row.age_to and str(row.age_to)) == age_to


def test_the_rules_beside_age_and_dose(catalogue: Catalogue) -> None:
    pertussis = _row(catalogue, "PT001", "pertussis")
    assert (pertussis.sex, pertussis.pregnancy, pertussis.counts) == ("female", "code-or-evidence", "patients")
    assert _row(catalogue, "RSVP001", "rsv-pregnant").pregnancy == "needed"
    booster = _row(catalogue, "MENBI09", "menb")
    assert (booster.min_interval_days, booster.dose_before) == (28, 2)
    assert booster.first_dose_before == AgePeriod(months=12)
    td_ipv = _row(catalogue, "LOCAL-6IN1", "td-ipv")
    assert (td_ipv.incomplete_below, td_ipv.history_of) == (5, {"six-in-one", "four-in-one", "td-ipv"})
    nasal, injected = _row(catalogue, "CFLU006", "child-flu"), _row(catalogue, "CFLU008", "child-flu")
    assert (nasal.form, nasal.nasal_contraindicated, nasal.age_on) == ("nasal", False, "31-aug")
    assert (injected.form, injected.nasal_contraindicated, injected.seasonal_course) == ("injected", True, True)
    flu = _row(catalogue, "LOCAL-FLU", "seasonal-flu")
    assert (flu.months, flu.age_on) == ({9, 10, 11, 12, 1, 2, 3}, "31-mar")
    assert all(row.at_risk for row in catalogue.indicators_of("hepb-at-risk"))
    assert _row(catalogue, "LOCAL-LDHC", "ld-health-check").once_per_financial_year
    assert _row(catalogue, "HPV003", "hpv").entry == "manual"


def test_covid_is_told_by_the_month(catalogue: Catalogue) -> None:
    months = {row.id: sorted(row.months) for row in catalogue.indicators_of("covid")}
    assert months == {"COV001": [4, 5, 6], "COV002": [1, 9, 10, 11, 12], "COV003": [2, 3, 7, 8]}


def test_rsv_in_pregnancy_was_keyed_by_hand_at_first(catalogue: Catalogue) -> None:
    def entry(on: date) -> list[str | None]:
        return [row.entry for row in catalogue.indicators_of("rsv-pregnant") if row.in_force(on)]

    assert entry(date(2024, 8, 31)) == []
    assert entry(date(2024, 9, 1)) == ["manual"]
    assert entry(date(2025, 8, 31)) == ["manual"]
    assert entry(date(2025, 9, 1)) == ["automatic"]


def test_what_has_no_public_rule_is_never_assigned_and_says_so(catalogue: Catalogue) -> None:
    never = [row for row in catalogue.indicators if not row.evaluable]
    assert {row.id for row in never} == {*(f"6IN100{number}" for number in range(1, 10)), "MENBI10", "SHROU03"}
    assert all(row.open for row in never)
    assigned = {row.id for key in catalogue.programmes for row in catalogue.indicators_of(key)}
    assert assigned.isdisjoint(row.id for row in never)


def test_local_ids_are_marked(catalogue: Catalogue) -> None:
    assert all(row.local == row.id.startswith("LOCAL-") for row in catalogue.indicators)
    assert all(row.open for row in catalogue.indicators if row.local)
