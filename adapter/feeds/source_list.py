"""The sources that are configured, beside how pulling from them goes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from adapter.feeds.sources import Export, Folder, Search, Source, fingerprint
from adapter.store.store import Store


class SourceState(Struct, frozen=True):
    """`success` is when all that there was had been taken; `lag` how old what is known may be, None where nothing is.
    `fault` is the sentence of the newest attempt, "" where that went well.
    """

    feed: str
    kind: str
    success: datetime | None
    lag: timedelta | None
    fault: str


def states(store: Store, sources: Mapping[str, Source], now: datetime) -> list[SourceState]:
    """By feed."""
    return [_state(store, name, sources[name], now) for name in sorted(sources)]


def _state(store: Store, name: str, source: Source, now: datetime) -> SourceState:
    mark = fingerprint(source)
    success = store.pulls.latest(name, mark, "finished")
    newest = store.pulls.latest(name, mark, "finished", "failed")
    fault = newest.note if newest and newest.what == "failed" else ""
    until = _moment(success.cursor) or success.recorded if success else None
    return SourceState(
        name,
        kind_of(source),
        success.recorded if success else None,
        max(now - until, timedelta()) if until else None,
        fault,
    )


def kind_of(source: Source) -> str:
    match source:
        case Search():
            return "search"
        case Export():
            return "export"
        case Folder():
            return "folder"


def _moment(cursor: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(cursor)
    except ValueError:
        return None
    return found if found.tzinfo else None
