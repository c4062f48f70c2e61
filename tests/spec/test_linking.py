"""The linking rules, each where it joins and where it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.statement import Identifier
from adapter.reconcile.linking import filler
from england import EMIS, GP, OTHER_GP, POC, RAVS, RSV, record, statement

Decided = Callable[..., list[Any]]
GUID = "C93659E1-1107-441C-BE25-C5EF4B7831D1"
KEY = GUID.replace("-", "")
FOUR_IN_ONE = "247821000000102"
FLU = "822851000000102"


def linked(decided: Decided, *records: Any) -> bool:
    return len({one.vaccination for one in decided(*records)}) == 1


def gp(value: str = "one", system: str = EMIS, **more: Any) -> Any:
    return record(GP, statement(identifiers=(Identifier(system, value),), **more))


def poc(value: str = "two", system: str = RAVS, **more: Any) -> Any:
    return record(POC, statement(identifiers=(Identifier(system, value),), **more))


def test_rule_2_the_identifier_by_another_feed(decided: Decided) -> None:
    assert linked(decided, gp("x", RAVS), poc("x", RAVS, occurred="2024-10-20", code=FOUR_IN_ONE))
    assert not linked(decided, gp("x", RAVS), poc("x", RAVS, occurred="2024-10-20", code=RSV))


def test_rule_2_a_guid_under_another_system(decided: Decided) -> None:
    here = gp(GUID, event_keys=(KEY,))
    there = record(
        OTHER_GP,
        statement(
            RSV,
            identifiers=(Identifier("https://PSSAdaptor/D83013", GUID.lower()),),
            event_keys=(KEY,),
            occurred="2023-01-01",
        ),
    )
    assert linked(decided, here, there)


def test_rule_2_a_plain_value_under_another_system_wants_overlapping_programmes(decided: Decided) -> None:
    assert linked(decided, gp("17", "a"), poc("17", "b", occurred="2024-10-20", code=FOUR_IN_ONE))
    assert not linked(decided, gp("17", "a"), poc("17", "b", occurred="2024-10-20", code=RSV))


def test_rule_3_overlapping_programmes_on_one_day(decided: Decided) -> None:
    assert linked(decided, gp(), poc(code=FOUR_IN_ONE))
    assert not linked(decided, gp(), poc(code=FLU))
    assert not linked(decided, gp(), poc(occurred="2024-09-13"))


def test_rule_3_the_day_is_londons(decided: Decided) -> None:
    assert linked(decided, gp(), poc(occurred="2024-09-11T23:30:00+00:00"))
    assert not linked(decided, gp(), poc(occurred="2024-09-11T22:30:00+00:00"))


def test_rule_3_two_event_keys_in_one_feed_are_one_dose_entered_twice(decided: Decided) -> None:
    assert linked(decided, gp("a" * 32, event_keys=("A" * 32,)), gp("b" * 32, event_keys=("B" * 32,)))


@pytest.mark.parametrize(("day", "joined"), [("2024-09-09", True), ("2024-09-15", True), ("2024-09-16", False)])
def test_rule_4_one_lot_within_three_days(decided: Decided, day: str, joined: bool) -> None:
    assert linked(decided, gp(lot="AB12"), poc(lot="AB12", occurred=day)) is joined


@pytest.mark.parametrize("lot", ["", "0", "A", "000", "NA", "UNKNOWN"])
def test_rule_4_a_filler_is_no_lot(decided: Decided, lot: str) -> None:
    assert filler(lot)
    assert not linked(decided, gp(lot=lot), poc(lot=lot, occurred="2024-09-13"))


def test_rule_4_another_lot_or_programme_is_another_dose(decided: Decided) -> None:
    assert not linked(decided, gp(lot="AB12"), poc(lot="AB13", occurred="2024-09-13"))
    assert not linked(decided, gp(lot="AB12"), poc(lot="AB12", occurred="2024-09-13", code=FLU))


def test_what_was_not_given_is_no_twin(decided: Decided) -> None:
    assert not linked(decided, gp(), poc(status="not-done"))
    assert not linked(decided, gp(), poc(code="866641000000105"))


def test_a_date_that_is_no_day_never_links_by_date(decided: Decided) -> None:
    for text in ("2024", "2024-09", ""):
        assert not linked(decided, gp(occurred=text), poc(occurred=text))


def test_without_a_patient_nothing_links(decided: Decided) -> None:
    first = decided(gp(patient="", patient_fault="absent"))
    assert (first[0].outcome, first[0].reason) == ("queried", "patient-unknown")
    assert not linked(decided, gp(patient=""), poc(patient=""))


def test_linking_is_transitive(decided: Decided) -> None:
    first = gp(lot="AB12")
    middle = poc(lot="AB12", occurred="2024-09-14")
    last = record(OTHER_GP, statement(identifiers=(Identifier("x", "three"),), occurred="2024-09-14"))
    assert linked(decided, first, middle, last)
    assert not linked(decided, first, last)


def test_records_with_and_without_an_identifier_system_stand_side_by_side(decided: Decided) -> None:
    assert linked(decided, gp("a", system=""), gp("b", system="https://EMISWeb/D83013"))
