"""A source's own order: numbers as numbers, instants as UTC text that sorts."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.fhir.order import instant, source_order
from adapter.fhir.statement import SourceOrder


@pytest.mark.parametrize(
    ("sent", "utc"),
    [
        ("2024-09-12T10:00:00Z", "2024-09-12T10:00:00.000000Z"),
        ("2024-09-12T10:00:00+01:00", "2024-09-12T09:00:00.000000Z"),
        ("2024-09-12T10:00:00.5-05:00", "2024-09-12T15:00:00.500000Z"),
        ("2024-09-12T10:00:00.123456789Z", "2024-09-12T10:00:00.123456Z"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59.000000Z"),
        ("0001-01-01T00:00:00+14:00", ""),
        ("2024-09-12T10:00:00", ""),
        ("2024-09-12", ""),
        ("2024-02-30T10:00:00Z", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_instants(sent: Any, utc: str) -> None:
    assert instant(sent) == utc


@pytest.mark.parametrize(
    ("version", "number"),
    [
        ("3", 3),
        (3, 3),
        ("03", 3),
        (" 3 ", 3),
        ("a", None),
        ("3a", None),
        (True, None),
        (-1, None),
        ("٣", None),
        ("9" * 40, None),
    ],
)
def test_versions(version: Any, number: int | None) -> None:
    assert source_order({"versionId": version}).version == number


@pytest.mark.parametrize(("etag", "number"), [('W/"3"', 3), ('"3"', 3), ("3", 3), ("W/x", None), ([3], None)])
def test_an_entity_tag_stands_in_for_a_version(etag: Any, number: int | None) -> None:
    assert source_order(None, etag).version == number
    assert source_order({"versionId": "7"}, etag).version == 7


def test_what_says_nothing_is_empty() -> None:
    assert source_order(["x"], None, None) == SourceOrder()
    assert source_order({}, None, "2024-09-12T10:00:00Z", 4) == SourceOrder(None, "2024-09-12T10:00:00.000000Z", 4)
