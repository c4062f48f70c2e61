"""Chunks of lines put together again are the content, wherever one begins."""

from __future__ import annotations

import pytest
from adapter.intake import lines
from adapter.intake.lines import chunks
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.lists(st.sampled_from([b"", b" ", b"{}", b'{"a": 1}', b"\r", b"x" * 30]), max_size=30)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 16)
    monkeypatch.setattr(lines, "LONGEST_LINE", 24)


def blocks(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


@given(TEXTS, st.booleans(), st.integers(1, 40))
def test_nothing_is_lost_and_lines_keep_their_numbers(texts: list[bytes], closed: bool, size: int) -> None:
    content = b"\n".join(texts) + (b"\n" if closed else b"")
    found = list(chunks(blocks(content, size)))
    assert b"".join(chunk.content for chunk in found) == content
    for chunk in found:
        assert content[chunk.start : chunk.start + len(chunk.content)] == chunk.content
    whole = {number: text for chunk in found if not chunk.fragment for number, _, text in chunk.lines()}
    for number, text in whole.items():
        assert content.split(b"\n")[number] == text
    short = {number for number, text in enumerate(content.split(b"\n")) if text.strip() and len(text) < 16}
    assert short <= set(whole)


@given(TEXTS, st.integers(1, 40))
def test_it_can_begin_after_any_chunk(texts: list[bytes], size: int) -> None:
    content = b"\n".join(texts)
    found = list(chunks(blocks(content, size)))
    for index, chunk in enumerate(found):
        if chunk.fragment and not chunk.closed:
            continue  # what follows is the rest of the same line
        end = chunk.start + len(chunk.content)
        again = list(chunks(blocks(content, size), end, chunk.after))
        assert [(each.first, each.content) for each in again if not each.fragment][:1] == [
            (each.first, each.content) for each in found[index + 1 :] if not each.fragment
        ][:1]


def test_places() -> None:
    found = list(chunks([b'{"a":1}\n\n {"b":', b"2}\r\n"]))
    assert [each for chunk in found for each in chunk.lines()] == [(0, 0, b'{"a":1}'), (2, 9, b' {"b":2}\r')]
    assert found[-1].after == 3


@given(TEXTS, st.booleans(), st.integers(1, 40))
def test_chunks_depend_on_the_content_alone(texts: list[bytes], closed: bool, size: int) -> None:
    content = b"\n".join(texts) + (b"\n" if closed else b"")
    assert list(chunks(blocks(content, size))) == list(chunks([content]))
