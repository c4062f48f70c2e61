"""What a difference of counts is worth: the fee of the month times the difference. An estimate, never an amount due.

Fees are rows of `fees.csv`, by fine programme. Where the vaccines of a programme are paid differently, or a fee changes
within the month, the estimate is a range. Where no row states a fee there is none, and the money is not known.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Literal

from msgspec import Struct

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.fee import Fee

Amount = tuple[str, str, str, int]
"""Practice, (public) programme, month `YYYY-MM`, and by how much its count differs."""


class Estimate(Struct, frozen=True):
    """Of a practice and programme. `doses` is the difference of its counts; `least` and `most` are pounds with two
    decimals, None where a fee is not stated: `unpriced` are the doses, more or fewer, without one. `fees` are the rows
    that state them, `open` what is not certain of them.
    """

    practice: str
    programme: str
    doses: int
    least: str | None
    most: str | None
    unpriced: int
    fees: tuple[str, ...]
    open: tuple[str, ...]
    kind: Literal["estimate"] = "estimate"


def fees_of(catalogue: Catalogue, programme: str, month: str) -> list[Fee]:
    """The rows that state a fee for a dose of a (public) programme in a month."""
    year, number = int(month[:4]), int(month[5:7])
    first, last = date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])
    return [
        one for one in catalogue.fees if catalogue.public_key(one.programme) == programme and one.within(first, last)
    ]


def estimates(amounts: Iterable[Amount], catalogue: Catalogue) -> list[Estimate]:
    """By practice and programme."""
    ordered = sorted(one for one in amounts if one[3])
    return [
        _estimate(practice, programme, [(month, doses) for _, _, month, doses in group], catalogue)
        for (practice, programme), group in groupby(ordered, key=lambda one: one[:2])
    ]


def total(found: Sequence[Estimate]) -> tuple[str, str] | None:
    """Least and most pounds of all together; None where one is not known."""
    least = [Decimal(one.least) for one in found if one.least is not None]
    most = [Decimal(one.most) for one in found if one.most is not None]
    if len(least) < len(found):
        return None
    return _pounds(sum(least, Decimal())), _pounds(sum(most, Decimal()))


def _estimate(practice: str, programme: str, months: list[tuple[str, int]], catalogue: Catalogue) -> Estimate:
    least = most = Decimal()
    unpriced = 0
    rows: dict[str, Fee] = {}
    for month, doses in months:
        stated = fees_of(catalogue, programme, month)
        if not stated:
            unpriced += abs(doses)
            continue
        rows |= {one.ref: one for one in stated}
        low, high = min(one.pounds for one in stated), max(one.pounds for one in stated)
        least += doses * (low if doses > 0 else high)
        most += doses * (high if doses > 0 else low)
    return Estimate(
        practice,
        programme,
        sum(doses for _, doses in months),
        None if unpriced else _pounds(least),
        None if unpriced else _pounds(most),
        unpriced,
        tuple(_stated(rows[ref]) for ref in sorted(rows, key=lambda ref: rows[ref].row)),
        tuple(sorted({one.open for one in rows.values() if one.open})),
    )


def _stated(fee: Fee) -> str:
    since, until = (day.isoformat() if day else "" for day in (fee.valid_from, fee.valid_to))
    return f"{_pounds(fee.pounds)} for {fee.programme}, {since}..{until}, {fee.source}, {fee.ref}"


def _pounds(amount: Decimal) -> str:
    return f"{amount:.2f}"
