"""Whether a dose fits an indicator of its programme, and which; if none, the rule that fails.

The rules themselves are rows of `mappings/indicators.csv`. Of an indicator that fails several rules the first of
this order is told: age, dose, interval, history, season and service dates, pregnancy or at-risk evidence. Of several
indicators that fail, the one nearest to the dose speaks; of those equally near, one that the age fits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import itemgetter

from msgspec import Struct

from adapter.normalise.indicator import Indicator
from adapter.reasons import Reason
from adapter.reconcile.course import Dose, Place, known_before, place
from adapter.reconcile.person import Person, Span, last_31_august, next_31_march, within


class Eligibility(Struct, frozen=True):
    """`indicator` is the one that the dose counts for, or would have; `reason` is None where it counts, and
    `age-unknown` where the indicator needs an age that is not known well enough to say.
    """

    indicator: Indicator
    reason: Reason | None
    place: Place


def eligibility(
    indicators: tuple[Indicator, ...],
    dose: Dose,
    doses: Sequence[Dose],
    person: Person,
    form: str | None,
    order_only: bool,
) -> Eligibility:
    """`indicators` are those of the programme that can be evaluated, in the table's order; at least one.

    An influenza vaccine of which no code tells the form is taken as the nasal one (inference: it is the one offered
    to children).
    """
    course = _course(indicators, form or "nasal")
    tried: list[tuple[bool, tuple[int, bool, bool, bool], int, Reason | None, Place]] = []
    places: dict[date | None, Place] = {}
    on = dose.on
    for order, row in enumerate(course.rows):
        start = _course_start(row, on)
        where = places.get(start) or places.setdefault(start, place(dose, doses, start))
        number = where.number
        if where.booster:
            number = course.last + 1 if course.has_booster else max(number, course.last)
        target = course.last + 1 if row.dose == "booster" else row.dose
        distance = 0 if target is None else abs(number - target)
        reason = (
            _age(row, on, person)
            or _dose(row, where, distance)
            or _interval(row, on, where, person)
            or _history(row, dose, doses)
            or _dates(row, on, order_only)
            or _evidence(row, person)
        )
        too_old_or_young = reason is Reason.AGE_OUTSIDE_INDICATOR
        apart = (distance, too_old_or_young, not _in_season(row, on), not row.in_force(on))
        tried.append((reason is not None, apart, order, reason, where))
    _, _, order, reason, where = min(tried, key=itemgetter(0, 1, 2))
    return Eligibility(course.rows[order], reason, where)


class _Course(Struct, frozen=True):
    """The rows that a vaccine of a form can count by, and the numbered doses that they tell of."""

    rows: tuple[Indicator, ...]
    last: int
    has_booster: bool


def _course(indicators: tuple[Indicator, ...], form: str) -> _Course:
    """Remembered by the rows themselves, which live as long as their catalogue."""
    key = (id(indicators), form)
    known = _COURSES.get(key)
    if known is None or known[0] is not indicators:
        rows = tuple(row for row in indicators if row.form is None or row.form == form) or indicators
        numbered = [row.dose for row in rows if isinstance(row.dose, int)]
        made = _Course(rows, max(numbered, default=0), any(row.dose == "booster" for row in rows))
        if len(_COURSES) >= _REMEMBERED:
            _COURSES.clear()
        known = _COURSES[key] = (indicators, made)
    return known[1]


_REMEMBERED = 10_000
_COURSES: dict[tuple[int, str], tuple[tuple[Indicator, ...], _Course]] = {}


def _age(row: Indicator, on: date, person: Person) -> Reason | None:
    if row.age_from is None and row.age_to is None:
        return None
    day = Span(on, on)
    measured = {"31-aug": last_31_august(day), "31-mar": next_31_march(day)}.get(row.age_on, day)
    match within(person.born, measured, row.age_from, row.age_to):
        case True:
            return None
        case False:
            return Reason.AGE_OUTSIDE_INDICATOR
    return Reason.AGE_UNKNOWN


def _dose(row: Indicator, where: Place, distance: int) -> Reason | None:
    if row.once_per_financial_year and where.previous is not None:
        return Reason.ALREADY_THIS_YEAR
    return Reason.DOSE_BEYOND_COURSE if distance else None


def _interval(row: Indicator, on: date, where: Place, person: Person) -> Reason | None:
    if row.min_interval_days and where.previous and (on - where.previous).days < row.min_interval_days:
        return Reason.INTERVAL_TOO_SHORT
    if row.first_dose_before and where.first:
        first = Span(where.first, where.first)
        if within(person.born, first, None, row.first_dose_before) is False:
            return Reason.FIRST_DOSE_TOO_LATE
    return None


def _history(row: Indicator, dose: Dose, doses: Sequence[Dose]) -> Reason | None:
    if row.incomplete_below is not None and known_before(dose, doses, row.history_of) >= row.incomplete_below:
        return Reason.HISTORY_COMPLETE
    return None


def _dates(row: Indicator, on: date, order_only: bool) -> Reason | None:
    if not _in_season(row, on):
        return Reason.OUT_OF_SEASON
    return Reason.OUTSIDE_SERVICE_DATES if order_only or not row.in_force(on) else None


def _evidence(row: Indicator, person: Person) -> Reason | None:
    if row.sex == "female" and person.male:
        return Reason.NOT_IN_PREGNANCY
    if row.pregnancy and not person.pregnant:
        return Reason.NO_PREGNANCY_CODE
    if row.at_risk and not person.at_risk:
        return Reason.NO_AT_RISK_CODE
    if row.nasal_contraindicated and not person.nasal_contraindicated:
        return Reason.NASAL_NOT_CONTRAINDICATED
    return None


def _in_season(row: Indicator, on: date) -> bool:
    return not row.months or on.month in row.months


def _course_start(row: Indicator, on: date) -> date | None:
    """Flu doses are ordered within a season, health checks within a financial year, all others within a life."""
    if row.once_per_financial_year:
        return date(on.year if on.month >= 4 else on.year - 1, 4, 1)
    if row.seasonal_course:
        return date(on.year if on.month >= 9 else on.year - 1, 9, 1)
    return None
