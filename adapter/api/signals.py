"""Fault signals: what is off in the feeds, and the records behind it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request

from adapter.api.access import Reader
from adapter.api.counts import Practice, ods_code
from adapter.api.refusal import Refusal
from adapter.api.runs import moment_of
from adapter.api.service import service_of
from adapter.runs.weeks_asked import Asked
from adapter.signals import week as weeks

router = APIRouter(tags=["feeds"])

_WEEK = r"^[0-9]{4}-(W[0-9]{2}|[0-9]{2}-[0-9]{2})$"
AsOf = Annotated[str | None, Query(description="By what had arrived by then: a day, or a time of ISO 8601.")]
Since = Annotated[str | None, Query(description="The first week judged, 2024-W36; else the last 12.", pattern=_WEEK)]
Until = Annotated[str | None, Query(description="As if records made later were not there.", pattern=_WEEK)]
Feed = Annotated[str | None, Query(description="Only this feed.", max_length=100)]


@router.get(
    "/signals",
    summary="What is off in the feeds, by week, against their own past",
    description="The surest alarm first, each with its evidence and what to do. Every record is read: with millions of "
    "them it takes minutes, so ask once a day. What was found last without parameters is in /metrics.",
)
async def signals(
    request: Request,
    _: Reader,
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    feed: Feed = None,
    practice: Practice = None,
) -> dict[str, Any]:
    from adapter.runs import signals as watching  # numpy and scipy take a while to load: not when the service starts
    from adapter.signals.report import alarm_line

    service, code = service_of(request), ods_code(practice)
    asked = _asked(as_of, since, until, service.settings.gms_extension)
    if feed is not None:
        await service.reading(service.store.feeds.found, feed)
    async with service.watching:
        watched = await service.reading(watching.watch, service.store, asked)
    if as_of is since is until is None:
        now = service.store.database.clock().timestamp()
        request.app.state.alarms.found(((one.signal.value, one.feed) for one in watched.alarms), now)
    return {
        "since": weeks.name(watched.since),
        "until": weeks.name(watched.until),
        "records": watched.records,
        "young": list(watched.young),
        "alarms": [msgspec.json.decode(alarm_line(one)) for one in watched.alarms if one.concerns(feed, code)],
    }


@router.get(
    "/signals/weeks",
    summary="The figures of each week that is judged",
    description="By feed, practice, programme and week. They are read as for `/signals`.",
)
async def weekly_figures(
    request: Request,
    _: Reader,
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
    feed: Feed = None,
    practice: Practice = None,
) -> list[dict[str, Any]]:
    from adapter.runs import signals as watching  # as above
    from adapter.signals.report import weekly

    service, code = service_of(request), ods_code(practice)
    asked = _asked(as_of, since, until, service.settings.gms_extension)
    async with service.watching:
        watched = await service.reading(watching.watch, service.store, asked)
    rows = weekly(watched.tally, watched.since, watched.until)
    return [row for row in rows if feed in (None, row["feed"]) and code in (None, row["practice"])]


@router.get(
    "/signals/{id}/records",
    summary="The records behind an alarm",
    description="By its id, with the same `as_of`, `since` and `until` as the alarm was found with.",
)
async def records(
    request: Request,
    _: Reader,
    id_: Annotated[str, Path(alias="id", description="An alarm's id, or its beginning.", max_length=64)],
    as_of: AsOf = None,
    since: Since = None,
    until: Until = None,
) -> list[dict[str, Any]]:
    from adapter.runs import signals as watching  # as above

    service = service_of(request)
    asked = _asked(as_of, since, until, service.settings.gms_extension)
    async with service.watching:
        _alarm, found = await service.reading(watching.records_behind, service.store, asked, id_)
    return [msgspec.to_builtins(one) for one in found]


def _asked(as_of: str | None, since: str | None, until: str | None, gms_extension: str) -> Asked:
    try:
        moment = moment_of(as_of) if as_of else None
    except ValueError:
        raise Refusal(400, "`as_of` is a day, such as 2024-11-30, or a time of ISO 8601.") from None
    first, last = (weeks.parse(text) if text else None for text in (since, until))
    if (since and first is None) or (until and last is None):
        raise Refusal(400, "A week is written 2024-W36, or as any day of it, such as 2024-09-02.")
    return Asked(moment, first, last, gms_extension)
