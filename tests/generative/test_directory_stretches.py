"""What the directory remembers of a day it answers for others: never otherwise than if they had been asked first."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
from adapter.fhir.statement import OrganisationRef
from adapter.organisations.directory import Directory
from adapter.organisations.release import Release
from hypothesis import given
from hypothesis import strategies as st
from test_directory_orders import CODES, ROLES, releases

_DAY = re.compile(rb'"(\d{4}-\d{2}-\d{2})"')


def turning_days(some: list[Release]) -> list[date]:
    """Every day that is written anywhere, the one before and the one after."""
    written = {date.fromisoformat(day.decode()) for one in some for day in _DAY.findall(msgspec.json.encode(one))}
    return sorted(day + timedelta(days=step) for day in written for step in (-1, 0, 1)) or [date(2020, 1, 1)]


@given(releases, st.data())
def test_any_day_after_any_other(some: list[Release], data: st.DataObject) -> None:
    warm, cold = Directory.build(some, ROLES), Directory.build(some, ROLES)
    days = data.draw(st.lists(st.sampled_from(turning_days(some)), min_size=1, max_size=12))
    for on in days:
        for code in CODES:
            cold._known.clear()
            cold._standings.clear()
            ref = OrganisationRef("", code)
            assert warm.resolve(ref, on) == cold.resolve(ref, on)
            assert warm._stood(code, on) == cold._stood(code, on)
