"""What a notification says of its subscription, in the R4 shape (Parameters) and in that of R4B and R5.

Sources: HL7 Subscriptions R5 Backport 1.1.0, "Notifications"; FHIR R4B SubscriptionStatus. Event numbers are texts in
both (64 bits do not fit into JSON's integers), and integers in the wild.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

HANDSHAKE, HEARTBEAT, EVENTS = "handshake", "heartbeat", "event-notification"
_TYPES = frozenset({HANDSHAKE, HEARTBEAT, EVENTS})
_MOST = 1 << 63


class Event(Struct, frozen=True):
    """`number` is None where it is not said or cannot be read; `focus` is `Type/id`, "" where it is not said."""

    number: int | None
    focus: str


class SubscriptionStatus(Struct, frozen=True):
    """`subscription` is the reference as sent; `since_start` how many events there have been."""

    subscription: str
    type: str
    status: str
    since_start: int | None
    events: tuple[Event, ...]


def read_status(resource: Any) -> SubscriptionStatus | None:
    """None for what is no such thing, or of a type that is no notification."""
    if not isinstance(resource, dict):
        return None
    said = _parameters(resource) if resource.get("resourceType") == "Parameters" else resource
    if resource.get("resourceType") not in ("Parameters", "SubscriptionStatus") or said.get("type") not in _TYPES:
        return None
    subscription = _reference(said.get("subscription"))
    if not subscription:
        return None
    events = said.get("notificationEvent")
    return SubscriptionStatus(
        subscription,
        str(said["type"]),
        str(said.get("status", "")),
        _number(said.get("eventsSinceSubscriptionStart")),
        tuple(
            Event(_number(one.get("eventNumber")), target(_reference(one.get("focus"))))
            for one in (events if isinstance(events, list) else [])
            if isinstance(one, dict)
        ),
    )


def target(reference: str) -> str:
    """`Type/id` of a reference or a URL, without a version; "" where there is none."""
    parts = reference.partition("?")[0].partition("/_history/")[0].rstrip("/").split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else ""


def _parameters(resource: dict[str, Any]) -> dict[str, Any]:
    """In the shape of a SubscriptionStatus."""
    found: dict[str, Any] = {}
    for name, value, parts in _named(resource.get("parameter")):
        if name == "notificationEvent":
            found.setdefault(name, []).append({each: said for each, said, _ in _named(parts)})
        else:
            found[name] = value
    return found


def _named(parameters: Any) -> Iterator[tuple[str, Any, Any]]:
    """Name, value and parts of each, with names as SubscriptionStatus has them."""
    for one in parameters if isinstance(parameters, list) else []:
        if isinstance(one, dict) and isinstance(one.get("name"), str):
            first, *words = one["name"].split("-")
            value = next((said for key, said in sorted(one.items()) if key.startswith("value")), None)
            yield first + "".join(word.capitalize() for word in words), value, one.get("part")


def _reference(said: Any) -> str:
    text = said.get("reference") if isinstance(said, dict) else None
    return text if isinstance(text, str) else ""


def _number(said: Any) -> int | None:
    if isinstance(said, str) and said.isascii() and said.isdecimal() and len(said) < 20:
        said = int(said)
    return said if isinstance(said, int) and not isinstance(said, bool) and 0 <= said < _MOST else None
