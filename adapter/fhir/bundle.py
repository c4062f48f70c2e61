"""A Bundle of any type, cut into its entries without reading their resources.

What surrounds the resources is read leniently: a Bundle of the wrong type, or of none, gives its entries all the same.
What makes its entries ambiguous (two `entry` arrays) or is no JSON costs the Bundle; what is wrong in one entry costs
that entry.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from adapter.fhir import json_text, spans
from adapter.fhir.issue import Issue
from adapter.fhir.spans import Member, NotCut, Span

_MOST_NESTED = 10
_NOTIFIES = frozenset({"Parameters", "SubscriptionStatus"})


class Header(Struct, frozen=True):
    """The name of a resource, read past everything else in it."""

    resourceType: str = ""
    id: str | int = ""
    meta: dict[str, Any] | None = None


class BundleEntry(Struct, frozen=True):
    """One entry: where it and its resource are, and what surrounds the resource. `nested` is its resource cut again,
    where that is a Bundle. `issues` say why it cannot be taken.
    """

    span: Span
    resource: Span | None = None
    header: Header | None = None
    nested: Bundle | tuple[Issue, ...] | None = None
    full_url: str = ""
    method: str = ""
    url: str = ""
    etag: Any = None
    last_modified: Any = None
    issues: tuple[Issue, ...] = ()


class Bundle(Struct, frozen=True):
    """`type` is "" where none was sent that is a text."""

    type: str
    entries: tuple[BundleEntry, ...]

    @property
    def notifies(self) -> bool:
        """A notification of a subscription: the order of its entries is not that of a history."""
        first = self.entries[0].header if self.entries else None
        return self.type in ("history", "subscription-notification") and (
            first is not None and first.resourceType in _NOTIFIES
        )

    @property
    def answers(self) -> bool:
        """Its entries may be answers without a resource."""
        return self.type in ("batch-response", "transaction-response")


def is_bundle(content: bytes, span: Span) -> bool:
    """Whether the object at `span` says that it is a Bundle. Quick for what is none."""
    escaped = content.find(b"\\", *span) >= 0 and content.find(b"\\u", *span) >= 0
    if not escaped and content.find(b'"Bundle"', *span) < 0:
        return False
    try:
        members = spans.members(content, span)
    except NotCut:
        return False
    return any(_value(content, each) == "Bundle" for each in members if each.name == "resourceType")


def cut(content: bytes, span: Span, expression: str = "Bundle", depth: int = 0) -> Bundle | tuple[Issue, ...]:
    """The Bundle at `span`, or why it cannot be cut. `expression` is its own."""
    if depth >= _MOST_NESTED:
        text = f"Bundles are nested more than {_MOST_NESTED} deep: send the inner ones on their own."
        return (Issue("too-long", expression, text),)
    try:
        members = spans.members(content, span)
        parts = [spans.elements(content, each.span) for each in members if _is_entries(content, each)]
    except NotCut as broken:
        return (_not_json(expression, broken.position),)
    faults = tuple(sorted(set(_surroundings(content, members, expression))))
    if faults:
        return faults
    types = [_value(content, each) for each in members if each.name == "type"]
    return Bundle(
        types[0] if len(types) == 1 and isinstance(types[0], str) else "",
        tuple(
            _entry(content, part, f"{expression}.entry[{index}]", depth)
            for each in parts
            for index, part in enumerate(each)
        ),
    )


def header(content: bytes, span: Span) -> Header | None:
    """None for what is no resource, or broken in a way that the strict reading will name."""
    try:
        return msgspec.json.decode(memoryview(content)[span.start : span.end], type=Header)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _is_entries(content: bytes, member: Member) -> bool:
    return member.name == "entry" and spans.opens(content, member.span, b"[")


def _surroundings(content: bytes, members: list[Member], expression: str) -> list[Issue]:
    faults: list[Issue] = []
    names = [each.name for each in members]
    for name in ("entry", "resourceType"):
        if names.count(name) > 1:
            text = f"The Bundle holds `{name}` twice, so its meaning is open: send it once."
            faults.append(Issue("structure", f"{expression}.{name}", text))
    for member in members:
        start, end = member.span
        if _is_entries(content, member):
            continue
        if not json_text.is_json(content[start:end]):
            faults.append(_not_json(expression, start))
        elif member.name == "entry" and content[start:end] != b"null":
            faults.append(Issue("structure", f"{expression}.entry", "`entry` is no JSON array: send it as one."))
    return faults


def _not_json(expression: str, position: int) -> Issue:
    return Issue("structure", expression, f"The Bundle is not JSON (it breaks at byte {position}): send valid JSON.")


def _value(content: bytes, member: Member) -> Any:
    """A small value beside the resources; None for what cannot be taken."""
    parsed = json_text.parse(content[member.span.start : member.span.end])
    return parsed.value if isinstance(parsed, json_text.Parsed) else None


def _entry(content: bytes, span: Span, expression: str, depth: int) -> BundleEntry:
    if not spans.opens(content, span, b"{"):
        return BundleEntry(span, issues=(_fault(expression, "The entry is no JSON object: send one with a resource."),))
    try:
        members = spans.members(content, span)
    except NotCut as broken:
        text = f"The entry is not JSON (it breaks at byte {broken.position}): send valid JSON."
        return BundleEntry(span, issues=(_fault(expression, text),))
    named = {each.name: each for each in members}
    if len(named) != len(members):
        text = "The entry holds the same name twice, so its meaning is open: send it once."
        return BundleEntry(span, issues=(_fault(expression, text),))
    around: dict[str, Any] = {}
    for name in ("fullUrl", "request", "response"):
        if name in named:
            start, end = named[name].span
            parsed = json_text.parse(content[start:end])
            if not isinstance(parsed, json_text.Parsed):
                return BundleEntry(span, issues=tuple(_at(each, f"{expression}.{name}") for each in parsed))
            around[name] = parsed.value
    return _known_entry(content, span, _resource_span(content, named.get("resource")), around, expression, depth)


def _known_entry(
    content: bytes, span: Span, resource: Span | None, around: dict[str, Any], expression: str, depth: int
) -> BundleEntry:
    request, response = _object(around.get("request")), _object(around.get("response"))
    if "request" in around and not (isinstance(around["request"], dict) and isinstance(request.get("method", ""), str)):
        text = (
            "`request` does not say by a `method` what to do: send it as a JSON object with a method, or leave it out."
        )
        return BundleEntry(span, issues=(_fault(f"{expression}.request", text),))
    nested = None
    if resource is not None and is_bundle(content, resource):
        nested = cut(content, resource, f"{expression}.resource", depth + 1)
    return BundleEntry(
        span,
        resource,
        header(content, resource) if resource is not None and nested is None else None,
        nested,
        _text(around.get("fullUrl")),
        _text(request.get("method")).upper(),
        _text(request.get("url")),
        response.get("etag"),
        response.get("lastModified"),
    )


def _resource_span(content: bytes, member: Member | None) -> Span | None:
    if member is None or content[member.span.start : member.span.end] == b"null":
        return None
    return member.span


def _at(issue: Issue, expression: str) -> Issue:
    return Issue(issue.code, expression, issue.text)


def _fault(expression: str, text: str) -> Issue:
    return Issue("structure", expression, text)


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
