"""Where in a resource's verbatim bytes a piece of evidence stands."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from adapter.fhir.spans import NotCut, Span, elements, members, opens, trimmed


class Place(Struct, frozen=True, order=True):
    """Bytes `start` to `end` (exclusive) of the resource hold what `fields` were read from, at `pointer`."""

    start: int
    end: int
    pointer: str
    fields: tuple[str, ...]


def places(content: bytes, evidence: Mapping[str, str]) -> list[Place]:
    """The places within the resource in order of appearance; evidence from beside it (`bundle#…`) is left out."""
    fields: dict[str, list[str]] = {}
    for field, pointer in sorted(evidence.items()):
        if not pointer.startswith("bundle#"):
            fields.setdefault(pointer, []).append(field)
    found = []
    for pointer, names in fields.items():
        span = locate(content, pointer)
        if span is not None:
            found.append(Place(span.start, span.end, pointer, tuple(names)))
    return sorted(found)


def locate(content: bytes, pointer: str) -> Span | None:
    """The value at an RFC 6901 pointer; None where it leads nowhere."""
    span = trimmed(content, 0, len(content))
    try:
        for token in pointer.split("/")[1:]:
            name = token.replace("~1", "/").replace("~0", "~")
            if opens(content, span, b"["):
                span = elements(content, span)[int(name)]
            else:
                span = next(member.span for member in members(content, span) if member.name == name)
    except (NotCut, StopIteration, IndexError, ValueError):
        return None
    return span
