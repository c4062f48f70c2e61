"""The indicators in words, made from the rows of `mappings/`, with their cases beside them."""

from __future__ import annotations

import calendar
from datetime import date
from itertools import groupby

import childhood_doses
import infant_doses
import influenza_doses
import later_doses
import maternal_doses
from adapter.normalise.indicator import AgePeriod, Indicator
from adapter.normalise.table import Row
from case import Case, Chapter, Rule
from small_england import catalogue
from wording import day as in_words

CASES: dict[str, tuple[Case, ...]] = (
    maternal_doses.CASES | childhood_doses.CASES | infant_doses.CASES | influenza_doses.CASES | later_doses.CASES
)


def evaluable() -> list[str]:
    """The ids of the indicators that a dose can count for, in the table's order."""
    return list(dict.fromkeys(row.id for row in catalogue().indicators if row.evaluable))


def rows_of(indicator: str) -> list[Indicator]:
    return [row for row in catalogue().indicators if row.id == indicator]


def services() -> Chapter:
    """One row for each key, as the services are listed."""
    held = {hold.programme: str(hold.threshold) for hold in catalogue().holds}
    rules = []
    for programme in catalogue().programmes.values():
        counts = [row for row in catalogue().indicators if programme.key in row.programmes]
        ids = ", ".join(dict.fromkeys(row.id for row in counts if row.evaluable)) or "none"
        named = ", ".join(dict.fromkeys(row.id for row in counts if not row.evaluable))
        entries = [row for row in counts if row.evaluable]
        rules.append(
            Rule(
                programme.key,
                (
                    f"`{programme.key}`" + (f" (shown as `{programme.public}`)" if _finer(programme.key) else ""),
                    programme.service or "none: known, never counted",
                    ids + (f"; known by name, never assigned: {named}" if named else ""),
                    "; ".join(dict.fromkeys(map(_entry, entries))) or "none",
                    f"at {held[programme.public]}" if programme.public in held else "no",
                    _sentence(programme.note, programme.open and f"open: {programme.open}"),
                ),
                (),
            )
        )
    return Chapter(
        "Services and indicators by programme key",
        "`LOCAL-` marks an id of our own, because no id is public.",
        ("key", "CQRS service", "indicators", "entry", "held", "note"),
        tuple(rules),
    )


def _finer(key: str) -> bool:
    return catalogue().programmes[key].public not in ("", key)


def _entry(row: Indicator) -> str:
    changed = len({one.entry for one in rows_of(row.id)}) > 1
    return (row.entry or "not public") + (_between(row.valid_from, row.valid_to) if changed else "")


def _between(first: date | None, last: date | None) -> str:
    told = f" from {in_words(first.isoformat())}" if first else ""
    return told + (f" to {in_words(last.isoformat())}" if last else "")


def _sentence(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def definitions() -> Chapter:
    """One section for each indicator that a dose can count for, with its cases."""
    rules = tuple(
        Rule(
            f"{indicator}: {'; '.join(dict.fromkeys(row.title for row in rows_of(indicator)))}",
            (
                indicator,
                "; ".join(dict.fromkeys(row.title for row in rows_of(indicator))),
                " · ".join(dict.fromkeys(_age(row) for row in rows_of(indicator))),
                " · ".join(dict.fromkeys(_other(row) for row in rows_of(indicator))),
            ),
            CASES.get(indicator, ()),
        )
        for indicator in evaluable()
    )
    return Chapter(
        "Definitions and rules",
        "Ages are half-open: from the first age, up to but not on the day of the second. “By the practice” is part "
        "of every definition. A dose that fails several rules is told the first of this order: age, dose, interval, "
        "history, season and service dates, pregnancy or at-risk evidence.",
        ("indicator", "counts", "age", "other rule"),
        rules,
    )


def conditions(indicator: str) -> list[tuple[str, list[str]]]:
    """Every condition of an indicator, in words: one text for each of its rows."""
    rows = rows_of(indicator)
    return [
        ("programme", [" or ".join(f"`{key}`" for key in _ordered(row)) for row in rows]),
        ("in force", [_between(row.valid_from, row.valid_to).strip() or "no dates known" for row in rows]),
        ("entry in CQRS", [row.entry or "not public" for row in rows]),
        ("counts", [f"{row.counts}, once a month each" if row.counts == "patients" else row.counts for row in rows]),
        ("age", [_age(row) for row in rows]),
        ("dose", [_dose(row) for row in rows]),
        (
            "interval",
            [
                f"at least {row.min_interval_days} days after the dose before" if row.min_interval_days else "none"
                for row in rows
            ],
        ),
        ("course", [_course(row) for row in rows]),
        ("season", [_months(row) for row in rows]),
        ("person", [_person(row) for row in rows]),
        ("form", [_form(row) for row in rows]),
        ("not public", [row.open or "nothing" for row in rows]),
        ("note", [row.note or "none" for row in rows]),
        ("source", [f"{row.source}; {row.ref}" for row in rows]),
    ]


def _ordered(row: Indicator) -> list[str]:
    return [key for key in catalogue().programmes if key in row.programmes]


def _length(age: AgePeriod) -> str:
    parts = [(age.years, "year"), (age.months, "month"), (age.days, "day")]
    if age.days and not age.days % 7 and not (age.years or age.months) and age.days < 56:
        parts = [(age.days // 7, "week")]
    return " ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in parts if count)


def _age(row: Indicator) -> str:
    on = {"31-aug": " on the 31 August before", "31-mar": " on the 31 March after"}.get(row.age_on, "")
    if row.age_from and row.age_to:
        return f"{_length(row.age_from)} to {_length(row.age_to)}{on}"
    if row.age_from:
        return f"{_length(row.age_from)} and over{on}"
    return f"below {_length(row.age_to)}{on}" if row.age_to else "none"


def _dose(row: Indicator) -> str:
    if row.dose == "booster":
        return f"booster, after {row.dose_before} doses" if row.dose_before else "booster"
    return f"dose {row.dose}: by the code, else the dose field, else the doses before" if row.dose else "any"


def _course(row: Indicator) -> str:
    if row.once_per_financial_year:
        return "once in a financial year, 1 April to 31 March"
    told = []
    if row.seasonal_course:
        told.append("doses are ordered within a season, 1 September to 31 August")
    if row.first_dose_before:
        told.append(f"dose 1 before {_length(row.first_dose_before)}")
    if row.incomplete_below is not None:
        family = ", ".join(key for key in catalogue().programmes if key in row.history_of)
        told.append(f"below {row.incomplete_below} known doses of {family}")
    return "; ".join(told) or "none"


def _months(row: Indicator) -> str:
    if not row.months:
        return "none"
    runs: list[list[int]] = []
    for month in sorted(row.months, key=lambda month: (month < 9 and 9 in row.months, month)):
        if runs and month == runs[-1][-1] % 12 + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    names = [[calendar.month_name[run[0]], calendar.month_name[run[-1]]] for run in runs]
    return " and ".join(first if first == last else f"{first} to {last}" for first, last in names)


def _person(row: Indicator) -> str:
    told = []
    if row.sex:
        told.append("not a man")
    if row.pregnancy == "needed":
        told.append("pregnant: a pregnancy code on the day of the dose")
    if row.pregnancy == "code-or-evidence":
        told.append("pregnant: a procedure code that says so, or a pregnancy code on the day of the dose")
    if row.at_risk:
        told.append("at risk: a code of risk on the day of the dose or before")
    return "; ".join(told) or "none"


def _form(row: Indicator) -> str:
    if not row.form:
        return "none"
    return f"{row.form}, and the nasal vaccine is contraindicated" if row.nasal_contraindicated else row.form


def _other(row: Indicator) -> str:
    parts = (_dose(row).split(":")[0], _course(row), _months(row), _person(row), _form(row))
    told = [part for part in parts if part not in ("none", "any")]
    if row.min_interval_days:
        told.append(f"at least {row.min_interval_days} days after the dose before")
    return "; ".join(told) or "none"


def by_name_only() -> Chapter:
    """Those whose rule is not public: known, and never assigned."""
    rules = tuple(
        Rule(row.id, (row.id, ", ".join(_ordered(row)), row.title, row.open, row.note), ())
        for row in catalogue().indicators
        if not row.evaluable
    )
    return Chapter(
        "Known by name only",
        "Their rule is not public: nothing is counted for them.",
        ("indicator", "programmes", "title", "not public", "note"),
        rules,
    )


def evidence_codes() -> Chapter:
    """What is evidence of pregnancy, of risk, and of a contraindication."""
    rows: tuple[Row, ...] = tuple(catalogue().tables.rows("context_codes.csv"))
    return Chapter(
        "Codes of evidence",
        "Beside a vaccination: in the resource, in its Bundle as Condition, Observation or Procedure, or in a linked "
        "record. Besides these, a procedure code may say itself that the patient was pregnant (column `pregnancy` of "
        "the code tables).",
        ("code", "term", "evidence of", "for", "note", "not public"),
        tuple(
            Rule(
                row["code"],
                (
                    f"{row['code_system']} {row['code']}",
                    row["term"],
                    row["context"],
                    row["programmes"].replace("|", ", "),
                    row["note"],
                    row["open"],
                ),
                (),
            )
            for row in rows
        ),
    )


def fees() -> Chapter:
    """The fee of a dose by day; nothing is multiplied by it."""
    found = []
    rows = sorted(catalogue().tables.rows("fees.csv"), key=lambda row: (row["programme"], row["from"]))
    for programme, group in groupby(rows, key=lambda row: row["programme"]):
        parts = [f"£{row['pounds']}{_between(row.day('from'), row.day('to'))}" for row in group]
        found.append(Rule(programme, (f"`{programme}`", "; ".join(parts)), ()))
    return Chapter(
        "Fee of a dose", "Shown for reference: no count is multiplied by it.", ("programme", "fee"), tuple(found)
    )
