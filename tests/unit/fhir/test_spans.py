"""Cutting without reading: the same spans whether msgspec's guess helps or not."""

from __future__ import annotations

import json

import pytest
from adapter.fhir import spans
from adapter.fhir.spans import Member, NotCut, Span, elements, members, trimmed

OBJECTS = [
    b"{}",
    b"{ }",
    b'{"a":1}',
    b' { "a" : [1, {"b": "]}"}] , "c":"\\"" , "d":null } ',
    b'{"a":1,"b":{},"a":12}',
    b'{"a":{"x":1},"b":2,"a":{"x":1}}',
    b'{"a":[1],"a":[1,2],"a":[1]}',
    b'{"a":"\xff","b":NaN,"c":{"d":"\xff"}}',
    b'{"\\u0061":{"a":{}}}',
]


@pytest.fixture(params=["guessing", "looking"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "looking":
        monkeypatch.setattr(spans, "_guesses", lambda *_: None)


def whole(content: bytes) -> Span:
    return trimmed(content, 0, len(content))


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("content", OBJECTS)
def test_members_doubles_too(content: bytes) -> None:
    expected = json.loads(content.decode("latin-1"), object_pairs_hook=list)
    found = members(content, whole(content))
    assert [name for name, _ in found] == [name for name, _ in expected]
    for (_, (start, end)), (_, value) in zip(found, expected, strict=True):
        again = json.loads(content[start:end].decode("latin-1"), object_pairs_hook=list)
        assert again == value or again != again  # NaN
        assert content[start:end].strip() == content[start:end]


@pytest.mark.usefixtures("way")
def test_elements() -> None:
    content = b' [ 1,12 , "a,]" , [[]] , {"a":[{"b":1},2]},{"a":[{"b":1},2]}, true ] '
    cut = [content[start:end] for start, end in elements(content, whole(content))]
    assert cut == [b"1", b"12", b'"a,]"', b"[[]]", b'{"a":[{"b":1},2]}', b'{"a":[{"b":1},2]}', b"true"]
    assert elements(b"[ ]", Span(0, 3)) == []


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"5", b'{"a"}', b'{"a":}', b'{"a":1', b'{"a":1,}', b'{"a":1 "b":2}'),
        *(b"{a:1}", b'{"a":1}}', b'{"a":[}', b'{"a":"}', b'{"\x01":1}'),
    ],
)
def test_what_cannot_be_cut(content: bytes) -> None:
    with pytest.raises(NotCut):
        members(content, Span(0, len(content)))


@pytest.mark.usefixtures("way")
def test_a_span_within_more() -> None:
    content = b'xx{"a":[1]}yy'
    assert members(content, Span(2, 11)) == [Member("a", Span(7, 10))]
    with pytest.raises(NotCut):
        members(content, Span(2, 10))


def test_large_values_are_compared_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "_COMPARED_AT_ONCE", 4)
    content = b'{"a":[1,2,3,4,5,6,7,8,9],"b":[[]],"a":[1,2,3,4,5,6,7,8,8]}'
    assert [content[start:end][-3:] for _, (start, end) in members(content, whole(content))] == [b",9]", b"[]]", b",8]"]
