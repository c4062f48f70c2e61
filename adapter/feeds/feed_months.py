"""What feeds were to bring for a month, and whether it came: a feed-month is complete, awaited, late or missing.

A month is complete once there is word of it from after its end: of a source that is pulled, a pull that knows all
until then; of any other, a delivery that was taken whole. Where the feeds file says so, that many records must have
come since the month began. What is due and not complete is late, and missing when nobody waits for it any more.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from adapter.feeds.source_kinds import Expected, Folder, Pushed, Source, Structured
from adapter.feeds.sources import fingerprint
from adapter.store.feed_health import last_whole, records_since
from adapter.store.store import Store

_LONDON = ZoneInfo("Europe/London")


class FeedMonth(Struct, frozen=True):
    """`month` is `YYYY-MM`, `due` the moment at which it was to be complete."""

    feed: str
    month: str
    state: Literal["complete", "awaited", "late", "missing"]
    due: datetime


def months_of(store: Store, feed: str, source: Source, at: datetime) -> tuple[FeedMonth, ...]:
    """The months that began by a moment, by what had come by then, oldest first; none where nothing is expected."""
    if source.expected is None:
        return ()
    known = _known_until(store, feed, source, at)
    return tuple(_month(store, feed, month, source.expected, known, at) for month in _months(source.expected, at))


def lacking(store: Store, sources: Mapping[str, Source], at: datetime, first: str, last: str) -> tuple[FeedMonth, ...]:
    """The feed-months from one month to another that were late or missing at a moment, by feed."""
    found = (one for name in sorted(sources) for one in months_of(store, name, sources[name], at))
    return tuple(one for one in found if first <= one.month <= last and one.state in ("late", "missing"))


def _month(store: Store, feed: str, month: str, expected: Expected, known: datetime | None, at: datetime) -> FeedMonth:
    begins, ends = _begin(month), _begin(_after(month))
    due = ends + timedelta(days=expected.days)
    word = known is not None and known >= ends
    if word and (not expected.least or records_since(store.database, feed, begins, at) >= expected.least):
        return FeedMonth(feed, month, "complete", due)
    if at < due:
        return FeedMonth(feed, month, "awaited", due)
    return FeedMonth(feed, month, "late" if at < due + timedelta(days=expected.given_up) else "missing", due)


def _known_until(store: Store, feed: str, source: Source, at: datetime) -> datetime | None:
    """The moment until which a feed is known."""
    if isinstance(source, Pushed | Folder):  # a folder that is empty says nothing of who was to fill it
        return last_whole(store.database, feed, at)
    whole = store.pulls.newest(feed, 1, "finished", source=fingerprint(source), until=at)
    if not whole:
        return None
    return whole[0].recorded if isinstance(source, Structured) else datetime.fromisoformat(whole[0].cursor)


def _months(expected: Expected, at: datetime) -> list[str]:
    now = at.astimezone(_LONDON)
    last = min(expected.last or "9999-12", f"{now.year:04}-{now.month:02}")
    found, month = [], expected.first
    while month <= last:
        found.append(month)
        month = _after(month)
    return found


def _begin(month: str) -> datetime:
    return datetime.combine(date(int(month[:4]), int(month[5:]), 1), time(), _LONDON)


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"
