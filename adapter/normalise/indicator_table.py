"""From a row of `indicators.csv` to an `Indicator`."""

from __future__ import annotations

from typing import Literal, cast

from adapter.normalise.code_entry import Form
from adapter.normalise.indicator import AgeOn, AgePeriod, Indicator, Pregnancy
from adapter.normalise.table import Row


def indicator(row: Row) -> Indicator:
    """The row must have passed the table's checks."""
    return Indicator(
        id=row["indicator"],
        programmes=row.words("programmes"),
        title=row["title"],
        dose={"any": None, "booster": "booster"}.get(row["dose"]) if not row["dose"].isdigit() else int(row["dose"]),
        dose_before=row.number_in("dose_before"),
        age_from=AgePeriod.parse(row["age_from"]),
        age_to=AgePeriod.parse(row["age_to"]),
        age_on=cast(AgeOn, row["age_on"]),
        min_interval_days=row.number_in("min_interval_days"),
        first_dose_before=AgePeriod.parse(row["first_dose_before"]),
        months=frozenset(int(month) for month in row.words("months")),
        seasonal_course=row.yes("seasonal_course"),
        once_per_financial_year=row.yes("once_per_financial_year"),
        incomplete_below=row.number_in("incomplete_below"),
        history_of=row.words("history_of"),
        sex="female" if row["sex"] else None,
        pregnancy=cast(Pregnancy, row["pregnancy"]) if row["pregnancy"] != "no" else None,
        at_risk=row.yes("at_risk"),
        form=cast(Form, row["form"]) if row["form"] else None,
        nasal_contraindicated=row.yes("nasal_contraindicated"),
        counts=cast(Literal["doses", "patients"], row["counts"]),
        evaluable=row.yes("evaluable"),
        entry=cast(Literal["automatic", "manual"], row["entry"]) if row["entry"] else None,
        local=row.yes("local"),
        valid_from=row.day("from"),
        valid_to=row.day("to"),
        source=row["source"],
        open=row["open"],
        note=row["note"],
        row=row.number,
    )
