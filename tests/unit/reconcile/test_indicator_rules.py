"""One dose against indicator rows: which rule fails first, and which of several rows speaks."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from adapter.normalise.indicator import AgePeriod, Indicator
from adapter.reconcile.course import Dose
from adapter.reconcile.eligibility import eligibility
from adapter.reconcile.person import Person, span

HPV = frozenset({"hpv"})
ON = date(2024, 10, 10)


def row(id_: str = "A", **rule: Any) -> Indicator:
    return Indicator(id_, HPV, "a title", **rule)


def dose(on: date = ON, stated: int | None = None, booster: bool = False, programmes: frozenset[str] = HPV) -> Dose:
    return Dose(on, on.isoformat(), programmes, stated, booster)


def person(born: str = "2000-01-01", **more: bool) -> Person:
    known: dict[str, bool] = dict.fromkeys(("male", "pregnant", "at_risk", "nasal_contraindicated"), False)
    return Person(span(born), span("2024-10-10"), **(known | more))


def answer(
    *rows: Indicator,
    own: Dose | None = None,
    before: tuple[Dose, ...] = (),
    who: Person | None = None,
    form: str | None = None,
    order_only: bool = False,
) -> tuple[str, str]:
    found = eligibility(rows, own or dose(), before, who or person(), form, order_only)
    return found.indicator.id, found.reason.value if found.reason else ""


def early(*days: int, **more: Any) -> tuple[Dose, ...]:
    return tuple(dose(date(2024, 9, day), **more) for day in days)


Y4 = AgePeriod(years=4)


@pytest.mark.parametrize(
    ("rule", "given", "reason"),
    [
        ({}, {}, ""),
        # age
        ({"age_from": Y4}, {"who": person("2020-10-10")}, ""),
        ({"age_from": Y4}, {"who": person("2020-10-11")}, "age-outside-indicator"),
        ({"age_to": Y4}, {"who": person("2020-10-10")}, "age-outside-indicator"),
        ({"age_to": Y4}, {"who": person("2020-10-11")}, ""),
        ({"age_from": Y4}, {"who": person("")}, "age-unknown"),
        ({"age_to": Y4}, {"who": person("2020")}, "age-unknown"),
        ({"age_from": Y4, "age_on": "31-aug"}, {"who": person("2020-08-31")}, ""),
        ({"age_from": Y4, "age_on": "31-aug"}, {"who": person("2020-09-01")}, "age-outside-indicator"),
        ({"age_from": Y4, "age_on": "31-mar"}, {"who": person("2021-03-31")}, ""),
        ({"age_from": Y4, "age_on": "31-mar"}, {"who": person("2021-04-01")}, "age-outside-indicator"),
        # dose
        ({"dose": 1}, {}, ""),
        ({"dose": 2}, {}, "dose-beyond-course"),
        ({"dose": 2}, {"before": early(1)}, ""),
        ({"dose": 1}, {"own": dose(stated=2)}, "dose-beyond-course"),
        ({"dose": "booster"}, {"own": dose(booster=True)}, ""),
        ({"once_per_financial_year": True}, {}, ""),
        ({"once_per_financial_year": True}, {"before": (dose(date(2024, 4, 1)),)}, "already-this-year"),
        ({"once_per_financial_year": True}, {"before": (dose(date(2024, 3, 31)),)}, ""),
        (
            {"once_per_financial_year": True},
            {"own": dose(date(2024, 3, 31)), "before": (dose(date(2023, 4, 1)),)},
            "already-this-year",
        ),
        ({"once_per_financial_year": True}, {"own": dose(date(2024, 4, 1)), "before": (dose(date(2024, 3, 31)),)}, ""),
        (
            {"once_per_financial_year": True},
            {"own": dose(date(2024, 3, 31)), "before": (dose(date(2023, 3, 31)),)},
            "",
        ),
        # season of a course
        (
            {"seasonal_course": True, "dose": 1},
            {"own": dose(date(2024, 8, 31)), "before": (dose(date(2023, 8, 31)),)},
            "",
        ),
        ({"seasonal_course": True, "dose": 1}, {"before": (dose(date(2024, 8, 31)),)}, ""),
        ({"seasonal_course": True, "dose": 2}, {"before": (dose(date(2024, 9, 1)),)}, ""),
        (
            {"seasonal_course": True, "dose": 2},
            {"own": dose(date(2024, 8, 31)), "before": (dose(date(2023, 9, 1)),)},
            "",
        ),
        (
            {"seasonal_course": True, "dose": 1},
            {"own": dose(date(2024, 9, 1)), "before": (dose(date(2024, 8, 31)),)},
            "",
        ),
        # interval
        ({"min_interval_days": 28}, {}, ""),
        ({"min_interval_days": 28}, {"before": early(12)}, ""),
        ({"min_interval_days": 28}, {"before": early(13)}, "interval-too-short"),
        ({"min_interval_days": 28}, {"before": early(1, 13)}, "interval-too-short"),
        ({"first_dose_before": Y4}, {"who": person("2020-01-01")}, ""),
        ({"first_dose_before": Y4}, {"who": person("2020-09-02"), "before": early(1)}, ""),
        ({"first_dose_before": Y4}, {"who": person("2020-09-01"), "before": early(1)}, "first-dose-too-late"),
        ({"first_dose_before": Y4}, {"who": person("2020-09-02"), "before": early(1, 20)}, ""),
        ({"first_dose_before": Y4}, {"who": person("2020"), "before": early(1)}, ""),
        # history
        ({"incomplete_below": 2, "history_of": HPV}, {"before": early(1)}, ""),
        ({"incomplete_below": 2, "history_of": HPV}, {"before": early(1, 2)}, "history-complete"),
        ({"incomplete_below": 2, "history_of": frozenset({"mmr"})}, {"before": early(1, 2)}, ""),
        # season and service
        ({"months": frozenset({10})}, {}, ""),
        ({"months": frozenset({9, 11})}, {}, "out-of-season"),
        ({"valid_from": ON, "valid_to": ON}, {}, ""),
        ({"valid_from": date(2024, 10, 11)}, {}, "outside-service-dates"),
        ({"valid_to": date(2024, 10, 9)}, {}, "outside-service-dates"),
        ({}, {"order_only": True}, "outside-service-dates"),
        # evidence
        ({"sex": "female"}, {}, ""),
        ({"sex": "female"}, {"who": person(male=True)}, "not-in-pregnancy"),
        ({}, {"who": person(male=True)}, ""),
        ({"pregnancy": "needed"}, {}, "no-pregnancy-code"),
        ({"pregnancy": "code-or-evidence"}, {"who": person(pregnant=True)}, ""),
        ({"at_risk": True}, {}, "no-at-risk-code"),
        ({"at_risk": True}, {"who": person(at_risk=True)}, ""),
        ({"nasal_contraindicated": True}, {}, "nasal-not-contraindicated"),
        ({"nasal_contraindicated": True}, {"who": person(nasal_contraindicated=True)}, ""),
    ],
)
def test_the_rule_that_fails(rule: dict[str, Any], given: dict[str, Any], reason: str) -> None:
    assert answer(row(**rule), **given) == ("A", reason)


def test_of_several_rules_that_fail_the_first_is_told() -> None:
    rules: list[tuple[str, dict[str, Any]]] = [
        ("age-outside-indicator", {"age_from": AgePeriod(years=50)}),
        ("dose-beyond-course", {"dose": 1}),
        ("interval-too-short", {"min_interval_days": 60}),
        ("history-complete", {"incomplete_below": 1, "history_of": HPV}),
        ("out-of-season", {"months": frozenset({1})}),
        ("outside-service-dates", {"valid_to": date(2024, 1, 1)}),
        ("not-in-pregnancy", {"sex": "female"}),
        ("no-pregnancy-code", {"pregnancy": "needed"}),
        ("no-at-risk-code", {"at_risk": True}),
        ("nasal-not-contraindicated", {"nasal_contraindicated": True}),
    ]
    while rules:
        rule = {name: value for _, each in rules for name, value in each.items()}
        assert answer(row(**rule), before=early(1), who=person(male=True)) == ("A", rules[0][0])
        rules.pop(0)


@pytest.mark.parametrize(
    ("rows", "given", "indicator", "reason"),
    [
        # a row that fits goes before any that fails
        ([row("A", dose=2), row("B", dose=1)], {}, "B", ""),
        ([row("A", months=frozenset({1})), row("B")], {}, "B", ""),
        # two that fit: the first of the table
        ([row("A"), row("B")], {}, "A", ""),
        # the nearest by dose
        ([row("A", dose=1), row("B", dose=3)], {"before": early(1, 2, 3)}, "B", "dose-beyond-course"),
        ([row("A", dose=3), row("B", dose=1)], {"before": early(1)}, "A", "dose-beyond-course"),
        ([row("A", dose=5), row("B", at_risk=True)], {}, "B", "no-at-risk-code"),
        # then by age, season, dates
        ([row("A", age_from=AgePeriod(years=50)), row("B", at_risk=True)], {}, "B", "no-at-risk-code"),
        ([row("A", age_to=Y4), row("B", months=frozenset({1}))], {}, "B", "out-of-season"),
        ([row("A", months=frozenset({1})), row("B", at_risk=True)], {}, "B", "no-at-risk-code"),
        ([row("A", months=frozenset({1})), row("B", valid_to=date(2024, 1, 1))], {}, "B", "outside-service-dates"),
        ([row("A", valid_to=date(2024, 1, 1)), row("B", at_risk=True)], {}, "B", "no-at-risk-code"),
        ([row("A", at_risk=True), row("B", pregnancy="needed")], {}, "A", "no-at-risk-code"),
        # the form
        ([row("A", form="injected"), row("B", form="nasal")], {}, "B", ""),
        ([row("A", form="injected"), row("B", form="nasal")], {"form": "injected"}, "A", ""),
        ([row("A", form="injected"), row("B")], {"form": "nasal"}, "B", ""),
        ([row("A", form="injected")], {"form": "nasal"}, "A", ""),
        # boosters come after the last numbered dose
        ([row("A", dose="booster")], {}, "A", ""),
        ([row("A", dose="booster")], {"before": early(1)}, "A", "dose-beyond-course"),
        ([row("A", dose=1), row("B", dose="booster")], {"before": early(1)}, "B", ""),
        ([row("A", dose=1), row("B", dose="booster")], {}, "A", ""),
        ([row("A", dose=1), row("B", dose=2), row("C", dose="booster")], {"own": dose(booster=True)}, "C", ""),
        ([row("A", dose=1), row("B", dose=2)], {"own": dose(booster=True)}, "B", ""),
        (
            [row("A", dose=1), row("B", dose=2)],
            {"own": dose(booster=True), "before": early(1, 2)},
            "B",
            "dose-beyond-course",
        ),
        ([row("A", dose=1), row("B", dose="booster")], {"before": early(1, 2)}, "B", "dose-beyond-course"),
    ],
)
def test_which_row_speaks(rows: list[Indicator], given: dict[str, Any], indicator: str, reason: str) -> None:
    assert answer(*rows, **given) == (indicator, reason)


def test_the_place_in_the_course_is_told() -> None:
    found = eligibility([row(dose=2)], dose(), early(1), person(), None, False)
    assert (found.place.number, found.place.previous) == (2, date(2024, 9, 1))
    assert found.reason is None
