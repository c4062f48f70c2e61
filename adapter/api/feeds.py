"""The feeds: what each brought, how pulling it goes, and what was expected and did not come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request

from adapter.api.access import Reader
from adapter.api.service import Service, service_of
from adapter.feeds.feed_months import FeedMonth
from adapter.feeds.source_list import SourceState, states
from adapter.store.feed_health import heard

router = APIRouter(tags=["feeds"])


@router.get(
    "/feeds",
    summary="The feeds, and how each is",
    description="By name. `source` is how it is pulled, null where it is not; `months` what was expected of it so far: "
    "complete, awaited, late or missing.",
)
async def feeds(request: Request, _: Reader) -> list[dict[str, Any]]:
    service = service_of(request)
    return await service.reading(_shown, service)


def month_shown(month: FeedMonth) -> dict[str, str]:
    return {"feed": month.feed, "month": month.month, "state": month.state, "due": month.due.isoformat()}


def _shown(service: Service) -> list[dict[str, Any]]:
    store = service.store
    known = {feed.name: feed for feed in store.feeds.listed()}
    came = {one.feed: one for one in heard(store.database)}
    pulled = {one.feed: one for one in states(store, service.sources, store.database.clock())}
    found = []
    for name in sorted({*known, *pulled}):
        feed, deliveries, source = known.get(name), came.get(name), pulled.get(name)
        found.append(
            {
                "feed": name,
                "kind": feed.kind if feed else None,
                "practice": feed.practice or None if feed else None,
                "gms_markers": feed.gms_markers if feed else None,
                "deliveries": deliveries.deliveries if deliveries else 0,
                "cut_off": deliveries.cut_off if deliveries else 0,
                "last": _time(deliveries.last) if deliveries else None,
                "source": _source(source) if source else None,
                "months": [month_shown(month) for month in source.months] if source else [],
            }
        )
    return found


def _source(state: SourceState) -> dict[str, Any]:
    circuit = state.circuit
    return {
        "kind": state.kind,
        "success": _time(state.success),
        "lag_seconds": None if state.lag is None else int(state.lag.total_seconds()),
        "error_rate": state.errors,
        "fault": state.fault or None,
        "note": state.note or None,
        "circuit": circuit.state if circuit else None,
        "failures": circuit.failures if circuit else None,
        "open_until": _time(circuit.until) if circuit else None,
        "next": _time(state.next),
    }


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
