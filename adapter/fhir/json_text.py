"""JSON as this product reads it: strict, exact, and with every fault in its place.

Integers stay exact (a SNOMED id rounded to a float is another id), decimals become `Decimal`. What is ambiguous or
cannot be kept is a fault: text that is not UTF-8, a name given twice in one object, NaN and Infinity, half of a
surrogate pair, the character U+0000 (PostgreSQL cannot store it), nesting deeper than `DEEPEST`, numbers beyond all
measure.

Source: RFC 8259 (UTF-8 in section 8.1, unique names in section 4), FHIR R4 json.html ("never empty, no duplicates").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import msgspec
from msgspec import Struct

from adapter.fhir.expression import child, resource_type
from adapter.fhir.issue import Issue

DEEPEST = 100
"""Levels of objects and arrays within one resource; FHIR's own elements need about twenty."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SUSPECT_ESCAPE = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_SUSPECT_BYTES = re.compile(_SUSPECT_ESCAPE.pattern.encode())
_SURROGATE = re.compile("[\ud800-\udfff]")
_LARGEST_EXPONENT = 400
_LONGEST_NUMBER = 400
_LONG_NUMBER = re.compile(rb"[0-9]{8}")
"""In every fiftieth byte of a text: there is no longer number where it is not found."""


class NumberText(str):
    """An id or code that came as a JSON integer: its exact digits. The sender may have rounded them before."""

    __slots__ = ()


class Parsed(Struct, frozen=True):
    """A JSON text that can be taken; `value` is what `json.loads` gives, with `Decimal` for decimals."""

    value: Any


class _Refused(Exception):
    """Found on the fast way through; the careful way then says where."""


class _Doubled(dict[str, Any]):
    """An object in which names were given twice."""

    names: tuple[str, ...] = ()


class _Unreadable(Struct, frozen=True):
    """Stands for a number that cannot be taken; `text` says why."""

    code: str
    text: str


def parse(content: bytes, fast: bool = True) -> Parsed | tuple[Issue, ...]:
    """One JSON text, or every reason why it cannot be taken, sorted. A byte order mark before it is skipped.

    `fast` lets a sound text be read by a compiled decoder; the result is the same.
    """
    return (compiled(content) if fast else None) or _parse(content)


def compiled(content: bytes) -> Parsed | None:
    """What `parse` gives of a sound text, as `msgspec` reads it; None where it may not be what we read.

    It keeps the last of two values of one name. So the value is written again: where a name fell out, the quotes that
    delimit texts are fewer than in what was sent.
    """
    if _LONG_NUMBER.search(content[::50]):
        return None
    try:
        value = _DECODER.decode(content)
        written = _ENCODER.encode(value)
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError, _Refused):
        return None
    marks = _marks(content)
    if written != content and _marks(written) != marks:
        return None
    if len(marks) - marks.count(b'"') > DEEPEST and _depth(value) > DEEPEST:
        return None
    if b"\\" in content and _SUSPECT_BYTES.search(content):
        return None
    return Parsed(value)


def _marks(text: bytes) -> bytes:
    """The quotes that delimit texts and the opening brackets of a sound JSON text (and brackets within texts)."""
    if b"\\" in text:
        text = text.replace(b"\\\\", b"").replace(b'\\"', b"")
    return text.translate(None, _NO_MARKS)


def _parse(content: bytes) -> Parsed | tuple[Issue, ...]:
    try:
        text = content.removeprefix(_BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        return (
            _issue("structure", "", f"The text is not UTF-8 (byte {error.start} of it): send it encoded as UTF-8."),
        )
    if not text.strip():
        return (_issue("structure", "", "The text is empty: send a FHIR resource as JSON."),)
    try:
        value = _FAST.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return (_issue("structure", "", f"The text is not JSON (it breaks at {where}): send valid JSON."),)
    except RecursionError:
        return (_too_deep(),)
    except _Refused:
        return _faults(text)
    if text.count("{") + text.count("[") > DEEPEST and _depth(value) > DEEPEST:
        return (_too_deep(),)
    if _SUSPECT_ESCAPE.search(text):
        return _sorted(_walk(value)) or Parsed(value)
    return Parsed(value)


def is_plain(content: bytes) -> bool:
    """Whether the texts in a JSON text are surely of printable ASCII alone."""
    return content.isascii() and b"\\" not in content


def is_json(content: bytes) -> bool:
    """Whether it is JSON at all, whatever else is wrong with it."""
    try:
        json.loads(content.decode("utf-8", "replace"), parse_int=str)
    except json.JSONDecodeError:
        return False
    except RecursionError:
        return True
    return True


def _faults(text: str) -> tuple[Issue, ...]:
    """The careful way: nothing stops it but broken syntax, and every fault is found with its place."""
    try:
        value = _CAREFUL.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return (_issue("structure", "", f"The text is not JSON (it breaks at {where}): send valid JSON."),)
    except RecursionError:
        return (_too_deep(),)
    return _sorted(_walk(value))


def _sorted(faults: Iterator[Issue]) -> tuple[Issue, ...]:
    return tuple(sorted(set(faults)))


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, dict | list)]:
        depth += 1
        level = [below for each in level for below in (each.values() if isinstance(each, dict) else each)]
    return depth


def _walk(value: Any) -> Iterator[Issue]:
    root = resource_type(value.get("resourceType")) if isinstance(value, dict) else ""
    level: list[tuple[str, Any]] = [(root, value)]
    for _ in range(DEEPEST + 1):
        below: list[tuple[str, Any]] = []
        for path, each in level:
            if isinstance(each, dict):
                yield from _object_faults(path, each)
                for name, member in each.items():
                    if isinstance(member, list):
                        below.append((path, (name, member)))
                    else:
                        below.append((child(path, name), member))
            elif isinstance(each, tuple):
                name, items = each
                below.extend((child(path, name, index), item) for index, item in enumerate(items))
            elif isinstance(each, list):
                below.extend((path, item) for item in each)
            elif isinstance(each, str):
                yield from _text_faults(path, each)
            elif isinstance(each, _Unreadable):
                yield _issue(each.code, path, each.text)
        level = below
        if not level:
            return
    yield _too_deep()


def _object_faults(path: str, each: dict[str, Any]) -> Iterator[Issue]:
    if isinstance(each, _Doubled):
        for name in each.names:
            yield _issue(
                "structure",
                child(path, name),
                "An object holds the same name twice, so its meaning is open: send it once.",
            )
    for name in each:
        yield from _text_faults(path, name)


def _text_faults(path: str, text: str) -> Iterator[Issue]:
    if "\0" in text:
        yield _issue("value", path, "A text holds the character U+0000, which cannot be stored: leave it out.")
    if _SURROGATE.search(text):
        yield _issue("value", path, "A text holds half of a surrogate pair, which is no character: send valid Unicode.")


def _too_deep() -> Issue:
    return _issue("too-long", "", f"Objects and arrays are nested more than {DEEPEST} deep: send a flatter resource.")


def _issue(code: str, expression: str, text: str) -> Issue:
    return Issue(code, expression, text)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused
    return members


def _doubled(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    names = [name for name, _ in pairs]
    doubled = _Doubled(members)
    doubled.names = tuple(sorted({name for name in members if names.count(name) > 1}))
    return doubled


def _refuse(_: str) -> NoReturn:
    raise _Refused


def _integer(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise _Refused
    return int(text)


def _decimal(text: str) -> Decimal:
    number = _readable_decimal(text)
    if number is None:
        raise _Refused
    return number


def _readable_decimal(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMBER:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if abs(number.adjusted()) <= _LARGEST_EXPONENT else None


def _any_decimal(text: str) -> Decimal | _Unreadable:
    number = _readable_decimal(text)
    return _BEYOND_MEASURE if number is None else number


def _any_integer(text: str) -> int | _Unreadable:
    return _BEYOND_MEASURE if len(text) > _LONGEST_NUMBER else int(text)


_BEYOND_MEASURE = _Unreadable("value", "A number is too large or too long to be read exactly: send a smaller one.")
_NOT_A_NUMBER = _Unreadable("structure", "NaN and Infinity are no JSON numbers: leave the element out.")


_FAST = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_decimal, parse_int=_integer, parse_constant=_refuse)
_CAREFUL = json.JSONDecoder(
    object_pairs_hook=_doubled, parse_float=_any_decimal, parse_int=_any_integer, parse_constant=lambda _: _NOT_A_NUMBER
)
_DECODER = msgspec.json.Decoder(float_hook=_decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_NO_MARKS = bytes(set(range(256)) - set(b'"[{'))
