"""The compiled parser gives what the slow one gives, or leaves the text to it: whatever is done to the bytes."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from adapter.fhir import json_text
from adapter.fhir.context import Context
from adapter.fhir.document import read_document
from adapter.fhir.json_text import Parsed
from adapter.fhir.validate import validate
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

FIXTURES = Path(__file__).parents[2] / "fixtures" / "fhir"
EMPTY = Context()
TEXTS = (
    b'{"a":1,"b":[1.5,"x",null,true],"c":{"d":"\\u00e9\\n\\"\\\\"}}',
    b'{"a":"b","a":"b"}',
    '["é","\\ud83d\\ude00",-0,1e5,0.10]'.encode(),
    b'{"k":"{[","z":[[[]]],"n":12345678901234567890123}',
)
BITS = (
    b'"', b"\\", b"{", b"}", b"[", b"]", b":", b",", b" ", b"\n", b"\t", b"\r", b"\x0b", b"\x0c", b"\x00", b"\x1f",
    b"\x7f", b"\\u", b"\\u0000", b"\\u0022", b"\\ud800", b"\\udc00", b"\\/", b"\\b", b'\\\\"', b"\xff", b"\xc3\xa9",
    b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xc2\xa0", b"NaN", b"Infinity",
    b"null", b"true", b"-", b"0", b"1", b"-0", b"-0.0", b"1.0", b".5", b"1e5", b"1E400", b"1E401", b"1e-401", b"9" * 30,
    b"9" * 400, b"9" * 401, b"0." + b"1" * 400, b'"a":1,', b'"a":"a",', b"/*x*/", b"'", b"[" * 99,
    b"[" * 101 + b"]" * 101,
)  # fmt: skip


def mutant(text: bytes, chance: random.Random) -> bytes:
    changed = bytearray(text)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 3))):
        at, how = chance.randrange(len(changed) + 1), chance.random()
        if how < 0.5:
            changed[at:at] = chance.choice(BITS)
        elif how < 0.7:
            del changed[at : at + chance.choice((1, 1, 2, 5))]
        elif how < 0.85:
            changed[at : at + 1] = chance.choice(BITS)
        else:
            begin = chance.randrange(len(changed) + 1)
            changed[at:at] = changed[begin : begin + chance.randrange(40)]
    return bytes(changed)


def outcome(content: bytes, fast: bool) -> list[str]:
    """What becomes of a document: its pieces, what is made of each, and what stands beside them."""
    document = read_document(content, lambda _: True, "/0", fast)
    pieces = list(document)
    made = [validate(each.resource or {}, each.fhir_version, each.plain and fast, fast) for each in pieces]
    beside = [document.context.of_type(type_) for type_ in ("Patient", "Practitioner", "Organization")]
    told = [replace(each, bundle_context=EMPTY) for each in pieces]
    return [*map(repr, told), *map(repr, made), *(repr(each) for found in beside for each in found)]


def compare(text: bytes) -> bool:
    """Whether the text could be taken."""
    quick, slow = json_text.parse(text), json_text.parse(text, fast=False)
    assert repr(quick) == repr(slow), text
    return isinstance(slow, Parsed)


@given(st.randoms(use_true_random=False), st.sampled_from(TEXTS))
def test_both_parsers_agree(chance: random.Random, text: bytes) -> None:
    for _ in range(10):
        compare(mutant(text, chance))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3),
        max_leaves=15,
    ),
    st.booleans(),
)
def test_both_parsers_agree_on_any_json(value: Any, ascii_only: bool) -> None:
    compare(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("number", range(4))
def test_documents_come_out_the_same(number: int) -> None:
    chance = random.Random(number)  # noqa: S311 - examples, no secrets
    files = sorted(FIXTURES.rglob("*.json"))
    for path in chance.sample(files, 20):
        content = mutant(path.read_bytes(), chance)
        assert outcome(content, True) == outcome(content, False), path.name


@pytest.mark.deep
@pytest.mark.parametrize("number", range(4))
def test_both_parsers_agree_on_many_texts(number: int) -> None:
    chance = random.Random(number)  # noqa: S311 - examples, no secrets
    small = [path.read_bytes() for path in sorted(FIXTURES.rglob("*.json"))][number::40]
    taken = sum(compare(mutant(chance.choice(TEXTS), chance)) for _ in range(40_000))
    taken += sum(compare(mutant(chance.choice(small), chance)) for _ in range(10_000))
    assert 5_000 < taken < 45_000
