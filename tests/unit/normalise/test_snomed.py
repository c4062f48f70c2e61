"""Identifiers by their digits alone."""

from __future__ import annotations

import pytest
from adapter.normalise.snomed import SnomedCode, SnomedFault, check_digit, may_be_rounded


@pytest.mark.parametrize("text", ["77386006", "956951000000104", "1303503001", "39114911000001105", "723620004"])
def test_concepts(text: str) -> None:
    code = SnomedCode.parse(text)
    assert isinstance(code, SnomedCode)
    assert code.is_concept
    assert not code.is_description
    assert not code.is_impossible_core_concept


@pytest.mark.parametrize("text", ["65004017", "754011000000118", "1986701000006115"])
def test_descriptions(text: str) -> None:
    code = SnomedCode.parse(text)
    assert isinstance(code, SnomedCode)
    assert code.is_description
    assert not code.is_concept


@pytest.mark.parametrize(
    "text",
    ["", "snomed", "12345", "012345678", "1234567890123456789", "77386006 ", "-7386006", "7738600６", "77386006.0"],
)
def test_what_is_no_identifier(text: str) -> None:
    assert SnomedCode.parse(text) is SnomedFault.SHAPE


@pytest.mark.parametrize("text", ["956951000000105", "123456", "123456789", "571511000000000"])
def test_wrong_check_digits(text: str) -> None:
    assert SnomedCode.parse(text) is SnomedFault.CHECK_DIGIT


def test_shortest_and_longest_identifiers() -> None:
    for body in ("10000", "99999999999999910"):
        text = body + check_digit(body)
        code = SnomedCode.parse(text)
        assert code == SnomedCode(text)


@pytest.mark.parametrize(
    ("text", "impossible"),
    [
        ("632481000000000", True),
        ("6021000000000", None),
        ("61811000000000", True),
        ("956951000000104", False),
        ("1303503001", False),
    ],
)
def test_no_core_concept_has_thirteen_digits(text: str, impossible: bool | None) -> None:
    code = SnomedCode.parse(text)
    if impossible is None:
        assert code is SnomedFault.CHECK_DIGIT
    else:
        assert isinstance(code, SnomedCode)
        assert code.is_impossible_core_concept is impossible


def test_the_thirteenth_digit_is_one_too_many() -> None:
    for digits, impossible in ((12, False), (13, True)):
        body = "1" * (digits - 3) + "00"
        code = SnomedCode.parse(body + check_digit(body))
        assert isinstance(code, SnomedCode)
        assert code.is_impossible_core_concept is impossible


@pytest.mark.parametrize(
    ("digits", "rounded"),
    [
        ("253790221000087110", True),  # seventeen digits and a zero
        ("253790221000087104", True),  # exactly what a double holds
        ("253790221000087106", False),  # no double holds it and no zero ends it
        ("9007199254740990", False),  # within 2**53 every integer is exact
        ("9007199254740992", False),
        ("9007199254740994", True),
        ("9007199254740993", False),
        ("77386006", False),
    ],
)
def test_numbers_that_a_double_may_have_rounded(digits: str, rounded: bool) -> None:
    assert may_be_rounded(digits) is rounded
