"""Which version stands, where the source states its order for some of a record's versions and not for others."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from adapter.fhir.statement import SourceOrder
from adapter.reconcile.versions import Standing, Version, in_source_order, standing
from hypothesis import given
from hypothesis import strategies as st

Kind = Literal["statement", "delete"]


def said(sequence: int, number: int | None = None, time: str = "") -> Version:
    return Version(sequence, "statement", SourceOrder(number, time, None))


def deleted(sequence: int) -> Version:
    return Version(sequence, "delete", SourceOrder(None, "", None))


def test_an_older_number_that_comes_late_passes_no_version_without_a_number() -> None:
    newer, unnumbered, older = said(1, 2), said(2), said(3, 1)
    assert in_source_order([newer, unnumbered, older]) == [older, newer, unnumbered]


def test_an_older_number_that_comes_after_a_delete_does_not_bring_the_record_back() -> None:
    stood = standing([said(1, 2), deleted(2), said(3, 1)])
    assert stood is not None
    assert stood.withdrawn


def test_a_newer_number_that_comes_after_a_delete_does() -> None:
    stood = standing([said(1, 2), deleted(2), said(3, 3)])
    assert stood is not None
    assert not stood.withdrawn
    assert stood.newest.sequence == 3


@given(st.lists(st.none() | st.integers(1, 4), max_size=7))
def test_no_number_stands_after_a_higher_one_and_what_has_none_follows_what_came_before_it(
    numbers: list[int | None],
) -> None:
    ordered = in_source_order(said(at, number) for at, number in enumerate(numbers))
    assert sorted(each.sequence for each in ordered) == list(range(len(numbers)))
    stated = [each.order.version for each in ordered if each.order.version is not None]
    assert stated == sorted(stated)
    for place, each in enumerate(ordered):
        if each.order.version is None:
            assert {earlier.sequence for earlier in ordered[:place]} >= set(range(each.sequence))


def version(sequence: int, kind: Kind = "statement", **said_by_source: Any) -> Version:
    order = {name: said_by_source.pop(name) for name in ("version", "updated", "history") if name in said_by_source}
    return Version(sequence, kind, SourceOrder(**order), **said_by_source)


EARLY, LATE = "2024-09-01T10:00:00.000000Z", "2024-09-01T10:00:00.000001Z"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # by number, then time, then the place in a history Bundle, the newest of which comes first
        (version(2, version=1), version(1, version=2)),
        (version(2, version=9), version(1, version=10)),
        (version(2, version=1, updated=LATE), version(1, version=2, updated=EARLY)),
        (version(2, updated=EARLY), version(1, updated=LATE)),
        (version(2, version=1, updated=EARLY), version(1, version=1, updated=LATE)),
        (version(2, history=1, bundle="b"), version(1, history=0, bundle="b")),
        (version(2, version=1, history=0, bundle="b"), version(1, version=2, history=1, bundle="b")),
        (version(2, updated=EARLY, history=0, bundle="b"), version(1, updated=LATE, history=1, bundle="b")),
        # a delete goes by time first, and comes after a version of its own number
        (version(2, version=2, updated=EARLY), version(1, "delete", version=1, updated=LATE)),
        (version(2, "delete", version=2, updated=EARLY), version(1, version=1, updated=LATE)),
        (version(2, version=1), version(1, "delete", version=1)),
        (version(1, version=1), version(2, "delete", version=1)),
        (version(2, version=1), version(1, "delete", version=2)),
        (version(2, "delete", version=1, updated=EARLY), version(1, version=2, updated=EARLY)),
        (version(2, "delete", version=1), version(1, version=2)),
        (version(2, "delete", version=1, updated=LATE), version(1, "delete", version=2, updated=EARLY)),
        # by arrival where the source says nothing that can be compared
        (version(1), version(2)),
        (version(1, version=2), version(2)),
        (version(1, version=1), version(2, version=1)),
        (version(1, updated=LATE), version(2)),
        (version(1, updated=LATE), version(2, updated=LATE)),
        (version(1, history=0, bundle="a"), version(2, history=1, bundle="b")),
        (version(1, history=0), version(2, history=1)),
        (version(1, history=0, bundle="b"), version(2, bundle="b")),
        (version(1, "delete"), version(2)),
        (version(1, "delete", version=1), version(2, "delete", version=1)),
    ],
)
def test_which_of_two_versions_is_the_newer(first: Version, second: Version) -> None:
    assert in_source_order([first, second]) == [first, second]
    assert in_source_order([second, first]) == [first, second]


def test_what_stands_of_a_record() -> None:
    assert standing([]) is None
    assert standing([deleted(1)]) is None
    one, two = said(1), said(2)
    assert standing([one, two]) == Standing(two, 2, False)
    assert standing([one, two, deleted(3)]) == Standing(two, 2, True)
    assert standing([one, deleted(2), said(3)]) == Standing(said(3), 2, False)
    wrong = version(3, entered_in_error=True)
    assert standing([one, two, wrong]) == Standing(wrong, 3, True)
    assert standing([one, version(2, entered_in_error=True), wrong, said(4)]) == Standing(said(4), 4, False)
