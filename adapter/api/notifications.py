"""Where servers send the notifications of subscriptions. A 2xx means that what came is stored."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from adapter.api.access import Writer
from adapter.api.arrival import arrived
from adapter.api.fhir_answer import status_of
from adapter.api.refusal import FHIR, json_response
from adapter.api.service import service_of
from adapter.feeds.notifications import Notified
from adapter.feeds.push import Outcome
from adapter.feeds.source_kinds import Pushed
from adapter.fhir.operation_outcome import informed, operation_outcome

router = APIRouter(prefix="/fhir", tags=["fhir"])

_OUTCOME: dict[str, Any] = {"description": "An OperationOutcome, one issue a fault", "content": {FHIR: {}}}
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {FHIR: {"schema": {"type": "object"}}, "application/json": {}}}
}


@router.post(
    "/notification",
    summary="Take the notification of a subscription",
    description="A history Bundle, its first entry a SubscriptionStatus (R4B) or Parameters (R4): handshake, "
    "heartbeat, or events with their resources, their ids, or nothing. What it does not carry, and what lies in a gap "
    "of event numbers, is pulled from the feed's source.",
    response_class=Response,
    responses=dict.fromkeys((200, 400, 413, 415, 422), _OUTCOME),
    openapi_extra=_BODY,
)
async def notification(request: Request, key: Writer) -> Response:
    service, feed = service_of(request), key.feed or ""
    body = await arrived(request)
    source = service.sources.get(feed)
    can_pull = source is not None and not isinstance(source, Pushed)
    work = partial(body.into, lambda sent: service.notifications.take(feed, sent, can_pull))
    notified = await service.pushing(feed, work)
    if notified.wanted:
        service.scheduler.wake(feed)
    request.state.delivery = notified.pushed.delivery if notified.pushed else None
    return _answer(notified)


def _answer(notified: Notified) -> Response:
    """200 where it is kept, faults in it too: the server would else end the subscription for one bad record."""
    if notified.refused:
        status = status_of(Outcome("refused", None, notified.issues))
        return json_response(operation_outcome(notified.issues), status, FHIR)
    taken = notified.pushed.taken if notified.pushed else 0
    told = informed(f"Taken, or known already: {taken}." + (" A pull is asked for." if notified.wanted else ""))
    told["issue"] += operation_outcome(notified.issues, "warning")["issue"]
    return json_response(told, 200, FHIR)
