"""Where the parts of a JSON text begin and end, found without reading what is in them.

A Bundle is cut before it is parsed, so that one broken entry (bytes that are not UTF-8, a name given twice, NaN) costs
that entry alone, and so that each resource's verbatim bytes are known. Only brackets and strings are looked at.

`msgspec` skips over values far faster than we do and does not say where they end. What it found is taken as a guess of
the length: an object or array that begins with the same bytes ends where they end. Where it refuses the text, or gives
the last of two values of one name, we look ourselves.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple, TypeVar

import msgspec

T = TypeVar("T")

_BLANK = re.compile(rb"[ \t\r\n]*+")
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
_SCALAR = re.compile(rb'[^\s"\[\]{},:]++')
_PLAIN = rb'[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_TO_BRACKET = re.compile(rb"(?:" + _PLAIN + rb"|[\[{](?:" + _PLAIN + rb")*+[\]}])*+[\[\]{}]", re.DOTALL)
"""Up to the next bracket, past strings and past objects and arrays that hold no other."""
_DEEPEST = 1_000_000
"""Brackets without end must not keep us for hours; nobody nests a Bundle so."""

_NAMED = re.compile(rb'[ \t\r\n]*+"([^"\\]*+)"[ \t\r\n]*+:[ \t\r\n]*+')
_BEHIND = re.compile(rb"[ \t\r\n]*+(?:,[ \t\r\n]*+|([\]}]))")
"""What stands behind a value: a comma and the blanks before the next, or the closing bracket, which is the group."""

_COMPARED_AT_ONCE = 1 << 20

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
_OPEN = frozenset(b"[{")
_CLOSE = frozenset(b"]}")
_COMMA, _COLON, _QUOTE = b',:"'


class Span(NamedTuple):
    """Bytes `start` to `end` (exclusive) of the content."""

    start: int
    end: int


class Member(NamedTuple):
    """One member of an object: its name, and the bytes of its value."""

    name: str
    span: Span


class NotCut(Exception):
    """The text is not JSON where it must be for cutting it: `position` is the byte at which it breaks."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def trimmed(content: bytes, start: int, end: int) -> Span:
    """The span without blanks (and a byte order mark) around it."""
    if start < end and content[start] in _OPEN and content[end - 1] in _CLOSE:
        return Span(start, end)
    if start == 0 and content.startswith(b"\xef\xbb\xbf"):
        start = 3
    start = min(_skip(content, start), end)
    while end > start and content[end - 1] in b" \t\r\n":
        end -= 1
    return Span(start, end)


def members(content: bytes, span: Span) -> list[Member]:
    """The members of the object at `span`, in order, doubles too. Raises NotCut."""
    found: list[Member] = []
    position = _after_opening(content, span, ord("{"))
    guesses = _guesses(_MEMBERS, content, span) or {}
    guessed = _guessed_members(content, span, guesses)
    if guessed:
        return guessed
    while True:
        if not found and content[position : position + 1] == b"}":
            return _closed(found, position, span)
        key = _STRING.match(content, position, span.end)
        if key is None:
            raise NotCut(position)
        name = _name(key.group(), position)
        position = _skip(content, key.end())
        if position >= span.end or content[position] != _COLON:
            raise NotCut(position)
        start = _skip(content, position + 1)
        end = _value_end(content, start, span.end, guesses.get(name))
        found.append(Member(name, Span(start, end)))
        position = _skip(content, end)
        if content[position : position + 1] == b"}":
            return _closed(found, position, span)
        position = _after_comma(content, position, span)


def elements(content: bytes, span: Span) -> list[Span]:
    """The elements of the array at `span`, in order. Raises NotCut."""
    found: list[Span] = []
    position = _after_opening(content, span, ord("["))
    guesses = _guesses(_ELEMENTS, content, span) or []
    guessed = _guessed_elements(content, position, span, guesses)
    if guessed:
        return guessed
    while True:
        if not found and content[position : position + 1] == b"]":
            return _closed(found, position, span)
        guess = guesses[len(found)] if len(found) < len(guesses) else None
        end = _value_end(content, position, span.end, guess)
        found.append(Span(position, end))
        position = _skip(content, end)
        if content[position : position + 1] == b"]":
            return _closed(found, position, span)
        position = _after_comma(content, position, span)


def _guessed_members(content: bytes, span: Span, guesses: dict[str, msgspec.Raw]) -> list[Member]:
    """The members where every guess holds and nothing is left over; else none, and we look ourselves."""
    found: list[Member] = []
    position, closing = span.start + 1, None
    for name, guess in guesses.items():
        named = _NAMED.match(content, position, span.end)
        if closing or named is None or named[1] != name.encode():
            return []
        start = named.end()
        end = start + len(guess)
        behind = _BEHIND.match(content, end, span.end)
        if behind is None or not _begins(content, start, memoryview(guess)):
            return []
        found.append(Member(name, Span(start, end)))
        position, closing = behind.end(), behind[1]
    return found if closing == b"}" and position == span.end else []


def _guessed_elements(content: bytes, position: int, span: Span, guesses: list[msgspec.Raw]) -> list[Span]:
    """The same for the elements of an array that begin at `position`."""
    found: list[Span] = []
    closing = None
    for guess in guesses:
        end = position + len(guess)
        behind = _BEHIND.match(content, end, span.end)
        if closing or behind is None or not _begins(content, position, memoryview(guess)):
            return []
        found.append(Span(position, end))
        position, closing = behind.end(), behind[1]
    return found if closing == b"]" and position == span.end else []


def opens(content: bytes, span: Span, bracket: bytes) -> bool:
    return content[span.start : span.start + 1] == bracket


def _after_opening(content: bytes, span: Span, bracket: int) -> int:
    if span.start >= span.end or content[span.start] != bracket:
        raise NotCut(span.start)
    return _skip(content, span.start + 1)


def _after_comma(content: bytes, position: int, span: Span) -> int:
    if position >= span.end or content[position] != _COMMA:
        raise NotCut(position)
    return _skip(content, position + 1)


def _closed(found: list[T], position: int, span: Span) -> list[T]:
    if position != span.end - 1:
        raise NotCut(position)
    return found


def _skip(content: bytes, position: int) -> int:
    blank = _BLANK.match(content, position)
    return blank.end() if blank else position


def _name(quoted: bytes, position: int) -> str:
    try:
        name = json.loads(quoted.decode("utf-8", "replace"))
    except json.JSONDecodeError:
        raise NotCut(position) from None
    return str(name)


def _guesses(decoder: msgspec.json.Decoder[T], content: bytes, span: Span) -> T | None:
    try:
        return decoder.decode(memoryview(content)[span.start : span.end])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _value_end(content: bytes, start: int, limit: int, guess: msgspec.Raw | None) -> int:
    if start >= limit:
        raise NotCut(start)
    first = content[start]
    if first not in _OPEN:
        whole = (_STRING if first == _QUOTE else _SCALAR).match(content, start, limit)
        if whole is None:
            raise NotCut(start)
        return whole.end()
    if guess is not None:
        value = memoryview(guess)
        if start + len(value) <= limit and _begins(content, start, value):
            return start + len(value)
    depth, position, to_bracket = 1, start + 1, _TO_BRACKET.match
    while depth:
        found = to_bracket(content, position, limit)
        if found is None or depth > _DEEPEST:
            raise NotCut(position)
        position = found.end()
        depth += 1 if content[position - 1] in _OPEN else -1
    return position


def _begins(content: bytes, start: int, value: memoryview) -> bool:
    """Piece by piece, so that a large value is not copied whole; comparing memoryviews is 25 times slower."""
    if len(value) <= _COMPARED_AT_ONCE:
        return content.startswith(bytes(value), start)
    return all(
        content.startswith(bytes(value[at : at + _COMPARED_AT_ONCE]), start + at)
        for at in range(0, len(value), _COMPARED_AT_ONCE)
    )
