"""Which version stands, where the source states its order for some of a record's versions and not for others."""

from __future__ import annotations

from adapter.fhir.statement import SourceOrder
from adapter.reconcile.versions import Version, in_source_order, standing
from hypothesis import given
from hypothesis import strategies as st


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
