"""Checks of the indicator table: no dose may count twice, none may fall between, and nothing is invented silently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from adapter.normalise.indicator import AgePeriod, Indicator
from adapter.normalise.indicator_table import indicator
from adapter.normalise.period_checks import gaps
from adapter.normalise.table import Problem, Row
from adapter.normalise.tables import Tables

_A_BIRTH = date(2001, 1, 1)
_ALL_MONTHS = frozenset(range(1, 13))


def indicator_problems(tables: Tables) -> Iterator[Problem]:
    rows = [(row, indicator(row)) for row in tables.rows("indicators.csv")]
    for row, found in rows:
        yield from _by_itself(row, found)
    for (_, one), (row, other) in combinations(rows, 2):
        if _overlap(one, other):
            yield row.problem("indicator", f"A dose can count here and by line {one.row}: {one.id} and {other.id}.")
    yield from _gaps(rows)
    counted = {found for _, entry in rows if entry.evaluable for found in entry.programmes}
    for programme in tables.rows("programmes.csv"):
        if programme.yes("counted") and programme["programme"] not in counted:
            yield programme.problem("counted", "Counted, and no indicator counts it.")


def _by_itself(row: Row, found: Indicator) -> Iterator[Problem]:
    if found.local != found.id.startswith("LOCAL-"):
        yield row.problem("local", "An id of our own begins with LOCAL-, and no other does.")
    if (found.local or not found.evaluable) and not found.open:
        yield row.problem("open", "Say which public fact is missing.")
    if found.age_from and found.age_to and _day(found.age_from) >= _day(found.age_to):
        yield row.problem("age_to", "The age window is empty.")
    if (found.incomplete_below is None) != (not found.history_of):
        yield row.problem("history_of", "A history needs both: how many doses, and of which programmes.")
    if found.dose_before is not None and found.dose != "booster":
        yield row.problem("dose_before", "Belongs to a booster only.")
    if found.nasal_contraindicated and found.form != "injected":
        yield row.problem("nasal_contraindicated", "Belongs to an injected vaccine only.")


def _day(age: AgePeriod) -> date:
    return age.reached(_A_BIRTH)


def _overlap(one: Indicator, other: Indicator) -> bool:
    """Whether some dose fits both rows."""
    return (
        one.evaluable
        and other.evaluable
        and bool(one.programmes & other.programmes)
        and (one.dose is None or other.dose is None or one.dose == other.dose)
        and (one.form is None or other.form is None or one.form == other.form)
        and bool((one.months or _ALL_MONTHS) & (other.months or _ALL_MONTHS))
        and (one.age_on != other.age_on or _ages_overlap(one, other))
        and (one.valid_from or date.min) <= (other.valid_to or date.max)
        and (other.valid_from or date.min) <= (one.valid_to or date.max)
    )


def _ages_overlap(one: Indicator, other: Indicator) -> bool:
    return _from(one) < _to(other) and _from(other) < _to(one)


def _from(found: Indicator) -> date:
    return _day(found.age_from) if found.age_from else date.min


def _to(found: Indicator) -> date:
    return _day(found.age_to) if found.age_to else date.max


def _gaps(rows: list[tuple[Row, Indicator]]) -> Iterator[Problem]:
    parts: dict[tuple[str, ...], list[Row]] = {}
    for row, _ in rows:
        part = tuple(row[column] for column in ("indicator", "programmes", "dose", "form", "months"))
        parts.setdefault(part, []).append(row)
    for same in parts.values():
        yield from gaps(same)
