"""What earlier vaccinations, whoever gave them, make of a later dose."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from adapter.reconcile.course import Dose
from adapter.reconcile.decide import decide
from adapter.reconcile.reading import read
from adapter.reconcile.record import Feed, Record
from adapter.reconcile.table import dose
from two_practices import GP, OTHER_GP, POC, record, rules

MENB = "516301000000101"
FIRST, SECOND = "2024-07-10", "2024-09-10"


def menb(day: str, value: str, feed: Feed = GP, **more: Any) -> Record:
    """A dose of a child born on 1 May 2024; its code tells no number."""
    said: dict[str, Any] = {"code": MENB, "born": "2024-05-01", "occurred": day, "recorded": day}
    return record(feed, value, **(said | more))


def told(*records: Record) -> dict[str, tuple[str, str | None]]:
    """Outcome and indicator by the record's value, the same in any order."""
    found, turned = (
        {one.record.value: (one.outcome.value, one.indicator) for one in decide(order, rules())}
        for order in (records, records[::-1])
    )
    assert found == turned
    return found


def test_the_second_dose_and_its_twin_are_of_the_second_indicator() -> None:
    twin = menb(SECOND, "c", POC)
    assert told(menb(FIRST, "a"), menb(SECOND, "b"), twin) == {
        "a": ("counted", "MENBI01"),
        "b": ("counted", "MENBI03"),
        "c": ("merged", "MENBI03"),
    }


def test_a_dose_that_nobody_claims_orders_the_course() -> None:
    elsewhere = menb(FIRST, "a", POC, performer="RVV")
    assert told(elsewhere, menb(SECOND, "b"))["b"] == ("counted", "MENBI03")
    assert told(menb(FIRST, "a", POC, performer="RVV", status="not-done"), menb(SECOND, "b"))["b"][1] == "MENBI01"
    withdrawn = menb(FIRST, "a", POC, performer="RVV", withdrawn=True)
    assert told(withdrawn, menb(SECOND, "b"))["b"][1] == "MENBI01"


def test_the_record_that_decides_says_which_dose_it_was() -> None:
    """Not the one that was recorded first."""
    own = menb(FIRST, "a", dose=1, recorded="2024-07-20")
    twin = menb(FIRST, "b", POC, dose=2, recorded=FIRST)
    assert told(own, twin, menb(SECOND, "c"))["c"] == ("counted", "MENBI03")


def test_of_what_nobody_claims_the_first_recorded_says_which_dose_it_was() -> None:
    late = menb(FIRST, "a", POC, dose=2, performer="RVV", recorded="2024-07-20")
    early = menb(FIRST, "b", Feed("another", "poc"), dose=1, performer="RVV", recorded=FIRST)
    assert told(late, early, menb(SECOND, "c"))["c"] == ("counted", "MENBI03")


def test_a_dose_is_not_its_own_predecessor() -> None:
    """Two practices claim one dose, two days apart by their own words: it is the first dose of each."""
    one = menb(FIRST, "a", lot="AB123")
    other = menb("2024-07-12", "b", OTHER_GP, system="https://EMISWeb/G81086", performer="G81086", lot="AB123")
    assert told(one, other) == {"a": ("queried", "MENBI01"), "b": ("queried", "MENBI01")}


@pytest.mark.parametrize(
    ("code", "field", "stated", "booster"),
    [
        (MENB, None, None, False),
        (MENB, 2, 2, False),
        ("720540002", None, 2, False),
        ("720540002", 1, 2, False),
        ("720544006", None, None, True),
        ("720544006", 1, None, True),
    ],
)
def test_a_code_goes_before_the_dose_field(code: str, field: int | None, stated: int | None, booster: bool) -> None:
    keys = frozenset({"menb"})
    reading = read(menb(FIRST, "a", code=code, dose=field), rules())
    assert dose(reading, "v", keys) == Dose(date.fromisoformat(FIRST), "v", keys, stated, booster)
    assert dose(read(menb("2024-07", "a"), rules()), "v", keys) is None
