"""Read v2 and CTV3 codes in both their lengths."""

from __future__ import annotations

import pytest
from adapter.normalise.read_code import ReadCode


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("65M1.", "65M1."),
        ("65M1.00", "65M1."),
        ("65b..00", "65b.."),
        ("65F0100", "65F01"),
        ("XaZ0d", "XaZ0d"),
        ("XaZ0d11", "XaZ0d"),
        ("9OX4.", "9OX4."),
        ("6....", "6...."),
    ],
)
def test_five_bytes_and_a_term_code(text: str, code: str) -> None:
    assert ReadCode.parse(text) == ReadCode(code)


@pytest.mark.parametrize(
    "text",
    ["", "65M1", "65M1.0", "65M1.000", ".....", "65.1.", "65M1 ", "65M1.--", "77386006", "65é1.", "6 ...", "^ESCT"],
)
def test_what_is_no_read_code(text: str) -> None:
    assert ReadCode.parse(text) is None


def test_the_case_counts() -> None:
    assert ReadCode.parse("65a0.") != ReadCode.parse("65A0.")
