"""Which two records speak of one dose, each rule by itself."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.fhir.statement import Identifier
from adapter.reconcile.linking import filler, link, same_vaccination, vaccination_id, vaccination_of
from adapter.reconcile.reading import Reading, read
from two_practices import EMIS, GP, POC, RSV, record, rules

KEY, ANOTHER = "A" * 32, "B" * 32


def seen(value: str, feed: Any = GP, **more: Any) -> Reading:
    return read(record(feed, value, **more), rules())


FAR = {"occurred": "2020-01-01"}
"""So far from the other that no day and no lot joins them."""


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        # rule 2: event keys, then identifier values
        ({"event_keys": (KEY,)}, {"event_keys": (ANOTHER, KEY), **FAR}, True),
        ({"event_keys": (KEY,)}, {"event_keys": (KEY,), "code": RSV, **FAR}, True),
        ({"event_keys": (KEY,)}, {"event_keys": (ANOTHER,), **FAR}, False),
        ({"event_keys": (KEY,)}, FAR, False),
        ({"value": "x"}, {"value": "x", "system": "https://else", **FAR}, True),
        ({"value": "x"}, {"value": "x", "system": "https://else", "code": RSV, **FAR}, False),
        ({"value": "x"}, {"value": "y", **FAR}, False),
        # rule 2 where nothing else is shared, not even an empty lot
        ({"value": "x", "lot": "A1"}, {"value": "x", "system": "https://else", "lot": "A2", **FAR}, True),
        ({"event_keys": (KEY,), "lot": "A1"}, {"event_keys": (KEY,), "lot": "A2", **FAR}, True),
        # rule 3: the day
        ({}, {}, True),
        ({}, {"occurred": "2024-11-13"}, False),
        ({}, {"code": RSV}, False),
        ({}, {"occurred": "2024-11"}, False),
        ({"occurred": "2024-11"}, {"occurred": "2024-11"}, False),
        # rule 4: the lot
        ({"lot": "A1"}, {"lot": "A2"}, True),
        ({"lot": "AB1"}, {"lot": "AB1", "occurred": "2024-11-15"}, True),
        ({"lot": "AB1"}, {"lot": "AB1", "occurred": "2024-11-09"}, True),
        ({"lot": "AB1"}, {"lot": "AB1", "occurred": "2024-11-16"}, False),
        ({"lot": "AB1"}, {"lot": "AB1", "occurred": "2024-11-08"}, False),
        ({"lot": "AB1"}, {"lot": "AB2", "occurred": "2024-11-13"}, False),
        ({"lot": "AB1"}, {"lot": "AB1", "occurred": "2024-11-13", "code": RSV}, False),
        ({"lot": "UNK"}, {"lot": "UNK", "occurred": "2024-11-13"}, False),
        ({"lot": "AB1"}, {"lot": "AB1", "occurred": "2024-11"}, False),
        ({"lot": "AB1", "occurred": ""}, {"lot": "AB1", "occurred": ""}, False),
        # what stands alone
        ({}, {"patient": "b" * 64}, False),
        ({"patient": ""}, {"patient": ""}, False),
        ({}, {"status": "not-done"}, False),
        ({"status": "not-done"}, {"status": "not-done"}, False),
        ({}, {"not_given": True}, False),
        ({"event_keys": (KEY,), "not_given": True}, {"event_keys": (KEY,)}, False),
        ({}, {"withdrawn": True}, True),
    ],
)
def test_whether_two_records_are_joined(one: dict[str, Any], other: dict[str, Any], joined: bool) -> None:
    a, b = (seen(said.pop("value", name), **said) for name, said in (("a", dict(one)), ("b", dict(other))))
    assert same_vaccination(a, b) is joined
    assert same_vaccination(b, a) is joined
    assert len(link([a, b])) == (1 if joined else 2)


@pytest.mark.parametrize(
    ("lot", "fills"),
    [("", True), ("0", True), ("XXXX", True), ("AB", False), ("NOTKNOWN", True), ("N/A", True), ("NA1", False)],
)
def test_a_lot_that_means_nothing(lot: str, fills: bool) -> None:
    assert filler(lot) is fills


def test_what_is_joined_through_a_third_is_joined_in_any_order() -> None:
    first = seen("a", lot="AB1", occurred="2024-11-10")
    second = seen("b", lot="AB1", occurred="2024-11-13")
    third = seen("c", lot="AB1", occurred="2024-11-16")
    alone = seen("d", occurred="2024-12-01")
    for order in ([first, second, third, alone], [alone, third, first, second], [third, alone, second, first]):
        assert link(order) == [[first, second, third], [alone]]


def test_a_record_that_stands_alone_hides_no_other() -> None:
    alone = seen("a", status="not-done")
    nobody = seen("b", patient="")
    first, second = seen("c"), seen("d")
    assert link([alone, nobody, first, second]) == [[alone], [nobody], [first, second]]


def test_many_records_of_one_dose_are_one_vaccination() -> None:
    readings = [seen(f"{number:02}", event_keys=(KEY,)) for number in range(12)]
    assert link(readings[::-1]) == [readings]


def test_a_vaccination_is_named_by_its_smallest_record() -> None:
    own, twin = seen("b"), seen("a", POC)
    assert own.record.key == ("gp", EMIS, "b")
    expected = vaccination_of(("gp", EMIS, "b"))
    assert vaccination_id([own, twin]) == vaccination_id([twin, own]) == expected
    assert expected == "09498a57626869324589258e3775c4ec"  # people have written it down: it never changes
    assert (
        len({vaccination_of(key) for key in (("a", "b", "c"), ("a", "b", "d"), ("a", "d", "c"), ("d", "b", "c"))}) == 4
    )


def test_a_record_is_known_by_its_first_identifier() -> None:
    several = seen("x", identifiers=(Identifier("s", "1"), Identifier("t", "2")))
    assert several.record.key == ("gp", "s", "1")
