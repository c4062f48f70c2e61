"""Which payment count a dose belongs to, or why to none. Part of the second opinion in `reference.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from reference_codes import Row, table
from reference_places import later

INDICATORS = [row for row in table("indicators") if row["evaluable"] == "yes"]
PROGRAMMES = {row["programme"]: row for row in table("programmes")}


def rows_of(programme: str) -> list[Row]:
    return [row for row in INDICATORS if programme in row["programmes"].split("|")]


def needs_age(programme: str) -> bool:
    return any(row["age_from"] or row["age_to"] or row["first_dose_before"] for row in rows_of(programme))


def counts_patients(indicator: str) -> bool:
    return any(row["indicator"] == indicator and row["counts"] == "patients" for row in INDICATORS)


def season(on: date) -> int:
    """Influenza runs from September to August; it is named for the year in which it starts."""
    return on.year if on.month >= 9 else on.year - 1


def financial_year(on: date) -> int:
    return on.year if on.month >= 4 else on.year - 1


def age_day(row: Row, on: date) -> date:
    if row["age_on"] == "31-aug":
        return date(season(on), 8, 31)
    if row["age_on"] == "31-mar":
        return date(season(on) + 1, 3, 31)
    return on


def age_fits(row: Row, on: date, born: date | None) -> bool:
    if not (row["age_from"] or row["age_to"]):
        return True
    if born is None:
        return False
    day = age_day(row, on)
    return (not row["age_from"] or day >= later(born, row["age_from"])) and (
        not row["age_to"] or day < later(born, row["age_to"])
    )


def earlier_doses(dose: dict[str, Any], history: list[dict[str, Any]], row: Row) -> list[dict[str, Any]]:
    """The doses of the same vaccine before this one, oldest first; of influenza those of its season, of health checks
    those of its financial year.
    """
    found = []
    for one in history:
        if one["vaccination"] == dose["vaccination"] or one["on"] >= dose["on"] or not one["allowed"] & dose["allowed"]:
            continue
        if row["seasonal_course"] == "yes" and season(one["on"]) != season(dose["on"]):
            continue
        if row["once_per_financial_year"] == "yes" and financial_year(one["on"]) != financial_year(dose["on"]):
            continue
        found.append(one)
    return sorted(found, key=lambda one: one["on"])


def distance(row: Row, dose: dict[str, Any], before: list[dict[str, Any]], rows: list[Row]) -> int:
    """How far a dose is from the one that an indicator pays: 0 is that dose. The code's number comes before the sent
    one, and both before the number of earlier doses; the booster of a course is the dose after its last number, and
    its last dose where the course has none.
    """
    if row["dose"] == "any":
        return 0
    last = max(int(one["dose"]) for one in rows if one["dose"].isdigit())
    known = [len(before), *(int(one["dose"]) for one in before if one["dose"].isdigit())]
    number = int(dose["dose"]) if dose["dose"].isdigit() else max(known) + 1
    if dose["dose"] == "booster":
        number = last + 1 if any(one["dose"] == "booster" for one in rows) else max(number, last)
    return abs(number - (last + 1 if row["dose"] == "booster" else int(row["dose"])))


def on_service(row: Row, on: date) -> bool:
    return (row["from"] or "0001") <= on.isoformat() <= (row["to"] or "9999")


def in_months(row: Row, on: date) -> bool:
    return not row["months"] or str(on.month) in row["months"].split("|")


def fault(row: Row, dose: dict[str, Any], history: list[dict[str, Any]], away: int) -> str:
    """The first rule of an indicator that a dose fails: age, dose, interval, history, dates, evidence."""
    before = earlier_doses(dose, history, row)
    since = PROGRAMMES[dose["programme"]]["from"] or "0001"
    kin = [one for one in history if one["on"] < dose["on"] and one["allowed"] & set(row["history_of"].split("|"))]
    first_by = later(dose["born"], row["first_dose_before"]) if row["first_dose_before"] and dose["born"] else None
    near = before and row["min_interval_days"] and (dose["on"] - before[-1]["on"]).days < int(row["min_interval_days"])
    rules = [
        ("age-outside-indicator", dose["born"] is not None and not age_fits(row, dose["on"], dose["born"])),
        ("already-this-year", row["once_per_financial_year"] == "yes" and before),
        ("dose-beyond-course", away),
        ("interval-too-short", near),
        ("first-dose-too-late", before and first_by and before[0]["on"] >= first_by),
        ("history-complete", row["incomplete_below"] and len(kin) >= int(row["incomplete_below"] or 0)),
        ("out-of-season", not in_months(row, dose["on"])),
        ("outside-service-dates", dose["order_only"] or not on_service(row, dose["on"])),
        ("outside-service-dates", dose["on"].isoformat() < since),
        ("not-in-pregnancy", row["sex"] == "female" and dose["sex"] == "male"),
        ("no-pregnancy-code", row["pregnancy"] != "no" and not dose["pregnant"]),
        ("no-at-risk-code", row["at_risk"] == "yes" and not dose["at_risk"]),
        ("nasal-not-contraindicated", row["nasal_contraindicated"] == "yes" and not dose["nasal_contraindicated"]),
    ]
    return next((reason for reason, fails in rules if fails), "")


def judge_indicator(dose: dict[str, Any], history: list[dict[str, Any]]) -> tuple[str, str]:
    """(indicator, reason): the reason is "" where the dose counts. Of several that fail, the nearest speaks: by the
    dose, then by the age on the day, the month and the service's dates.
    """
    rows = [row for row in rows_of(dose["programme"]) if row["form"] in ("", dose["form"] or "nasal")]
    tried = []
    for row in rows:
        away = distance(row, dose, earlier_doses(dose, history, row), rows)
        reason = fault(row, dose, history, away)
        off = [away, reason == "age-outside-indicator", not in_months(row, dose["on"]), not on_service(row, dose["on"])]
        tried.append((reason != "", off, len(tried), row["indicator"], reason))
    return min(tried)[3:]
