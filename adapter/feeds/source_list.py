"""The sources that are configured, beside how pulling from them goes and what they were to bring and did not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from adapter.feeds.feed_months import FeedMonth, months_of
from adapter.feeds.schedule import Circuit, circuit, due, error_rate
from adapter.feeds.source_kinds import Pullable, Pushed, Schedule, Source
from adapter.feeds.sources import fingerprint
from adapter.store.store import Store

STEPS = 500


class SourceState(Struct, frozen=True):
    """`success` is when all that there was had been taken; `lag` how old what is known may be, None where nothing is.
    `fault` is the sentence of the newest attempt, "" where that went well; `errors` the share of the newest attempts
    that failed. `next` is when the service pulls it again, None where it does not. `months` are those expected so far.
    """

    feed: str
    kind: str
    success: datetime | None
    lag: timedelta | None
    fault: str
    note: str
    errors: float | None
    circuit: Circuit | None
    next: datetime | None
    months: tuple[FeedMonth, ...]


def states(store: Store, sources: Mapping[str, Source], now: datetime) -> list[SourceState]:
    """By feed."""
    return [_state(store, name, sources[name], now) for name in sorted(sources)]


def next_pull(store: Store, feed: str, source: Pullable, schedule: Schedule, now: datetime) -> datetime | None:
    """When the service is to pull a feed (see `schedule.due`)."""
    mark = fingerprint(source)
    steps = store.pulls.newest(feed, STEPS, "started", "finished", "reached", "failed", source=mark)
    wanted = store.pulls.newest(feed, 1, "wanted")
    return due(schedule, steps, wanted[0].recorded if wanted else None, now)


def _state(store: Store, name: str, source: Source, now: datetime) -> SourceState:
    months = months_of(store, name, source, now)
    kind = kind_of(source)
    if isinstance(source, Pushed):
        return SourceState(name, kind, None, None, "", "", None, None, None, months)
    mark = fingerprint(source)
    success = store.pulls.latest(name, mark, "finished")
    steps = store.pulls.newest(name, STEPS, "started", "finished", "reached", "failed", source=mark)
    newest = next((step for step in steps if step.what in ("finished", "failed")), None)
    fault = newest.note if newest and newest.what == "failed" else ""
    until = moment(success.cursor) or success.recorded if success else None
    return SourceState(
        name,
        kind,
        success.recorded if success else None,
        max(now - until, timedelta()) if until else None,
        fault,
        newest.note if newest and not fault else "",
        error_rate(steps),
        circuit(source.schedule, steps, now) if source.schedule else None,
        next_pull(store, name, source, source.schedule, now) if source.schedule else None,
        months,
    )


def kind_of(source: Source) -> str:
    """As the feeds file says it."""
    return str(type(source).__struct_config__.tag)


def moment(cursor: str) -> datetime | None:
    """Until when all is known, where a cursor says that."""
    try:
        found = datetime.fromisoformat(cursor)
    except ValueError:
        return None
    return found if found.tzinfo else None
