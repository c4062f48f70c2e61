"""Is it alive, and can it work? Open to everybody, so it says nothing else."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from adapter.api.refusal import PROBLEM, Refusal, json_response
from adapter.api.service import service_of
from adapter.errors import StoreError
from adapter.store.migrations import HEAD

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process answers")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="The database answers, is of this version, and its ledger ends soundly",
    responses={503: {"content": {PROBLEM: {}}}},
)
async def readyz(request: Request) -> Response:
    service = service_of(request)
    try:
        revision = await service.reading(service.store.database.revision)
        sound = revision == HEAD and await service.reading(service.store.ledger.end_is_sound)
    except StoreError:
        raise Refusal(503, "The database does not answer: check that it runs.", {"Retry-After": "10"}) from None
    if revision != HEAD:
        raise Refusal(503, "The database is of another version than this service: restart the service to migrate it.")
    if not sound:
        raise Refusal(503, "The ledger does not end as it was written: `adapter verify` names what differs.")
    return json_response({"status": "ready"})
