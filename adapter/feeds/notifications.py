"""Notifications of subscriptions: what they carry is taken, and what they do not carry is pulled.

The number of the newest event is kept for each subscription. Where numbers do not run on, or a notification carries
less than it tells of, a pull is asked for, which finds what is missing. It is asked for before the number moves and the
answer is sent, so a crash in between leaves nothing out: the server sends the notification again.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from adapter.digest import short_id
from adapter.feeds.body import Body
from adapter.feeds.push import Push, Pushed
from adapter.fhir.issue import Issue
from adapter.fhir.subscription_status import EVENTS, HANDSHAKE, SubscriptionStatus, read_status, target
from adapter.store.store import Store

NO_NOTIFICATION = Issue(
    "structure",
    "Bundle.entry[0].resource",
    "This is no notification: send a history Bundle that begins with a SubscriptionStatus, or with Parameters of R4.",
)
NOWHERE_TO_ASK = Issue(
    "not-supported",
    "Bundle.entry",
    "This feed cannot be asked for what the notification only names: send full-resource notifications, or have the "
    "feed pulled.",
)
GAP = Issue(
    "incomplete",
    "Bundle.entry[0].resource",
    "Events before this one did not come, and this feed cannot be asked for them: send them again.",
)
_LIVELY = frozenset({"requested", "active"})


class Notified(Struct, frozen=True):
    """`pushed` is None where nothing was carried; `wanted` tells that a pull was asked for."""

    pushed: Pushed | None
    issues: tuple[Issue, ...] = ()
    refused: bool = False
    wanted: bool = False


class Notifications:
    """Those to the feeds of one store. They must come one after the other for one feed."""

    def __init__(self, store: Store, push: Push) -> None:
        self._store, self._push = store, push

    def take(self, feed: str, body: Body, can_pull: bool) -> Notified:
        """`can_pull`: the feed has a source that can be asked for more."""
        entries = _entries(body.text) if body.fault is None else []
        status = read_status(entries[0].get("resource")) if entries else None
        if status is None:
            issue = body.fault or NO_NOTIFICATION
            return Notified(self._push.refuse(feed, body, (issue,)), (issue,), True)
        carried = {number: _carried(entry) for number, entry in enumerate(entries) if number and _carried(entry)}
        left_out = status.type == EVENTS and _left_out(status, set(carried.values()))
        if left_out and not can_pull:
            return Notified(self._push.refuse(feed, body, (NOWHERE_TO_ASK,)), (NOWHERE_TO_ASK,), True)
        pushed = None
        if carried and status.type == EVENTS:
            pushed = self._push.bundle(feed, body, without=frozenset(range(len(entries))) - set(carried))
        mark = short_id("subscription", feed, status.subscription)
        known = self._store.pulls.latest(feed, mark, "notified")
        last = int(known.cursor) if known else None
        gap = _gap(status, last) or (status.status not in _LIVELY and status.status != "")
        if gap or left_out:
            self._store.pulls.add(feed, mark, "wanted")
        newest = _newest(status, last)
        if newest != last and newest is not None:
            self._store.pulls.add(feed, mark, "notified", str(newest))
        issues = pushed.outcome.issues if pushed else ()
        return Notified(pushed, (*issues, GAP) if gap and not can_pull else issues, False, gap or left_out)


def _entries(content: bytes) -> list[dict[str, Any]]:
    """Those of a Bundle whose entries are objects; none for anything else."""
    try:
        bundle = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    entries = bundle.get("entry") if isinstance(bundle, dict) and bundle.get("resourceType") == "Bundle" else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return []
    return entries


def _carried(entry: dict[str, Any]) -> str:
    """`Type/id` of what an entry brings or deletes, "?" where it has no id; "" where it brings nothing."""
    resource, request = entry.get("resource"), entry.get("request")
    asked = request if isinstance(request, dict) else {}
    if isinstance(resource, dict):
        name = f"{resource.get('resourceType')}/{resource.get('id')}"
        return name if isinstance(resource.get("id"), str) else "?"
    if asked.get("method") == "DELETE":
        return target(str(asked.get("url", ""))) or "?"
    return ""


def _left_out(status: SubscriptionStatus, carried: set[str]) -> bool:
    """Whether an event is told of whose resource did not come."""
    if not carried or not status.events:
        return True
    return any(event.focus and event.focus not in carried for event in status.events)


def _gap(status: SubscriptionStatus, last: int | None) -> bool:
    """Whether events lie between those that are known and these."""
    since = status.since_start
    if status.type == EVENTS:
        numbers = sorted({event.number for event in status.events if event.number is not None})
        if not status.events or any(event.number is None for event in status.events):
            return True
        new = [number for number in numbers if number > (last or 0)]
        return bool(new) and (new[0] > (last or 0) + 1 or new[-1] - new[0] >= len(new))
    if status.type == HANDSHAKE:
        return (since or 0) != (last or 0)
    return since is None or since > (last or 0)


def _newest(status: SubscriptionStatus, last: int | None) -> int | None:
    if status.type == HANDSHAKE:  # a subscription that begins again counts again
        return status.since_start or 0
    numbers = [event.number for event in status.events if event.number is not None]
    heard = [*numbers, *([status.since_start] if status.type != EVENTS and status.since_start is not None else [])]
    return max([*heard, last or 0]) if heard else last
