"""Strict JSON: what is ambiguous, inexact or not storable is a fault with a place and without a value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from adapter.fhir import json_text
from adapter.fhir.issue import Issue
from adapter.fhir.json_text import Parsed, is_json, is_plain


def parse(content: bytes) -> Parsed | tuple[Issue, ...]:
    """Both ways of reading give the same."""
    outcome = json_text.parse(content, fast=False)
    quick = json_text.parse(content)
    assert repr(quick) == repr(outcome)
    return outcome


def faults(content: bytes) -> list[tuple[str, str]]:
    outcome = parse(content)
    assert isinstance(outcome, tuple)
    return [(issue.code, issue.expression) for issue in outcome]


def test_integers_and_decimals_stay_exact() -> None:
    assert parse(b'{"code":253790221000087106,"value":0.50}') == Parsed(
        {"code": 253790221000087106, "value": Decimal("0.50")}
    )
    outcome = parse(b"0.50")
    assert isinstance(outcome, Parsed)
    assert str(outcome.value) == "0.50"


def test_a_byte_order_mark_is_skipped() -> None:
    assert parse(b"\xef\xbb\xbf{}") == Parsed({})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" \n",
        b"{",
        b'{"a":1}}',
        b'{"a":01}',
        b'{"a":"\x01"}',
        b"{'a':1}",
        b'{"a":1,}',
        b"[1,2] x",
        b"\xff",
        b'"\xc3"',
    ],
)
def test_what_is_not_json_is_one_fault_of_the_whole(content: bytes) -> None:
    assert faults(content) == [("structure", "")]


def test_utf_16_is_not_guessed() -> None:
    assert faults('{"a":1}'.encode("utf-16")) == [("structure", "")]


def test_every_fault_is_found_with_its_place() -> None:
    content = (
        b'{"resourceType":"Immunization","status":"completed","status":"completed",'
        b'"performer":[{},{"actor":NaN}],"lotNumber":"a\\u0000","note":[{"text":"\\ud83d"}]}'
    )
    assert faults(content) == [
        ("structure", "Immunization.performer[1].actor"),
        ("structure", "Immunization.status"),
        ("value", "Immunization.lotNumber"),
        ("value", "Immunization.note[0].text"),
    ]


def test_a_whole_surrogate_pair_and_an_escaped_backslash_are_text() -> None:
    assert parse(b'"\\ud83d\\ude00"') == Parsed("\U0001f600")
    assert parse(b'"\\\\ud83d \\\\u0000"') == Parsed("\\ud83d \\u0000")


def test_a_name_that_could_be_a_persons_is_not_shown() -> None:
    outcome = parse(b'{"resourceType":"Patient","9990000018":NaN,"Jane Doe":{"x":NaN},"a999_000_0018":NaN}')
    assert isinstance(outcome, tuple)
    assert {issue.expression for issue in outcome} == {"Patient", "Patient.x"}
    assert not any("999" in issue.text or "Jane" in issue.text for issue in outcome)


@pytest.mark.parametrize("constant", [b"NaN", b"Infinity", b"-Infinity"])
def test_what_is_no_number_is_a_fault(constant: bytes) -> None:
    assert faults(b'{"value":' + constant + b"}") == [("structure", "value")]


@pytest.mark.parametrize("number", [b"1e999999", b"1e99999999999999999999999", b"9" * 5000, b"0." + b"1" * 5000])
def test_numbers_beyond_measure_are_a_fault(number: bytes) -> None:
    assert faults(b'{"value":' + number + b"}") == [("value", "value")]


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")])
@pytest.mark.parametrize("depth", [102, 5_000, 100_000])
def test_deep_nesting_is_a_fault_however_deep(opening: bytes, closing: bytes, depth: int) -> None:
    assert faults(opening * depth + b"1" + closing * depth) == [("too-long", "")]


def test_a_hundred_levels_are_read() -> None:
    assert isinstance(parse(b"[" * 100 + b"1" + b"]" * 100), Parsed)


def test_is_json_looks_at_the_syntax_alone() -> None:
    assert is_json(b'{"a":1,"a":"\xff"}')
    assert is_json(b"[" * 100_000 + b"]" * 100_000)
    assert not is_json(b"{")


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":"x","a":"x"}',
        b'{"a":[{"b":1}],"c":{"d":2,"d":{}}}',
        b'{"a":"\\"","a":"\\""}',
        b'{"a":"\\\\","b":"\\u0022","b":1}',
        b'{"a":1, "a":1}',
    ],
)
def test_a_name_given_twice_is_never_lost(content: bytes) -> None:
    assert {code for code, _ in faults(content)} == {"structure"}


def test_numbers_that_no_machine_word_holds_stay_exact() -> None:
    for number in (-0, 2**63, 2**64, -(2**63) - 1, 10**399):
        assert parse(f'{{"a":{number}}}'.encode()) == Parsed({"a": number})
    assert faults(b'{"a":1' + b"0" * 400 + b"}") == [("value", "a")]


@pytest.mark.parametrize(
    ("content", "plain"),
    [(b'{"a":"x y"}', True), (b'{"a":"\\n"}', False), (b'{"a":"\\u0020"}', False), ('{"a":"é"}'.encode(), False)],
)
def test_plain_texts_are_ascii_without_escapes(content: bytes, plain: bool) -> None:
    assert is_plain(content) is plain
