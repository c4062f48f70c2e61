"""What people say of counts and records: reviews, declarations, incidents."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import Field

from adapter.achievement.incident import Item, Scope, what_to_do
from adapter.api.access import Admin, Reader, Reviewer
from adapter.api.asked import Asked, asked, body_of
from adapter.api.counts import Practice, ods_code
from adapter.api.refusal import json_response
from adapter.api.service import Service, service_of
from adapter.reconcile.decision import decision_id
from adapter.reconcile.review import Verdict
from adapter.runs import faults
from adapter.runs.declaring import declarations as standing
from adapter.runs.declaring import declare
from adapter.runs.reviewing import review
from adapter.store.store import Store

router = APIRouter(tags=["what people say"])

Words = Annotated[str, Field(min_length=1, max_length=2000)]


class ReviewAsked(Asked):
    """A verdict on one decision. No patient data in the note."""

    decision: str = Field(max_length=64)
    verdict: Verdict
    by: Words
    note: Words


class DeclarationAsked(Asked):
    """A practice's word that a count is right."""

    count: str = Field(max_length=64)
    by: Words
    note: Words


class IncidentAsked(Asked):
    """A source-system fault. Days are `YYYY-MM-DD`, both included; without feeds and systems it is everything of the
    programmes and days.
    """

    incident: str = Field(max_length=60)
    programmes: list[str]
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    feeds: tuple[str, ...] = ()
    systems: tuple[str, ...] = ()
    by: Words
    reason: Words


class ClosingAsked(Asked):
    """The end of an incident. `leave_open` closes it though records are still to be checked."""

    by: Words
    note: Words
    leave_open: bool = False


@router.get("/reviews", summary="People's verdicts, oldest first")
async def reviews(request: Request, _: Reader) -> list[dict[str, Any]]:
    service = service_of(request)
    return [msgspec.to_builtins(one) for one in await service.reading(service.store.reviews.listed)]


@router.post("/reviews", status_code=201, summary="A verdict on a decision", openapi_extra=body_of(ReviewAsked))
async def add_review(request: Request, _: Reviewer) -> Response:
    service = service_of(request)
    said = await asked(request, ReviewAsked)
    made = await service.writing(review, service.store, said.decision, said.verdict, said.by, said.note)
    return json_response(msgspec.to_builtins(made), 201)


@router.get("/declarations", summary="The newest declaration of each count, and whether it stands")
async def declarations(request: Request, _: Reader, practice: Practice = None) -> list[dict[str, Any]]:
    service = service_of(request)
    found = await service.reading(standing, service.store, ods_code(practice))
    return [msgspec.to_builtins(one.declaration) | {"state": one.state} for one in found]


@router.post(
    "/declarations",
    status_code=201,
    summary="A practice declares a count",
    openapi_extra=body_of(DeclarationAsked),
)
async def add_declaration(request: Request, _: Reviewer) -> Response:
    service = service_of(request)
    said = await asked(request, DeclarationAsked)
    made, now = await service.writing(declare, service.store, said.count, said.by, said.note)
    return json_response(msgspec.to_builtins(made) | {"count": msgspec.to_builtins(now)}, 201)


@router.get("/incidents", summary="Source-system faults, and what each holds")
async def incidents(request: Request, _: Reader) -> list[dict[str, Any]]:
    service = service_of(request)
    return [msgspec.to_builtins(one) for one in await service.reading(faults.incidents, service.store)]


@router.post(
    "/incidents", status_code=201, summary="Declare a source-system fault", openapi_extra=body_of(IncidentAsked)
)
async def open_incident(request: Request, _: Admin) -> Response:
    service = service_of(request)
    said = await asked(request, IncidentAsked)
    scope = Scope(
        tuple(sorted(set(said.programmes))),
        said.first.isoformat(),
        said.last.isoformat(),
        tuple(sorted(set(said.feeds))),
        tuple(sorted(set(said.systems))),
    )
    made, held = await service.writing(faults.open_incident, service.store, said.incident, scope, said.reason, said.by)
    return json_response(msgspec.to_builtins(made) | {"held": len(held)}, 201)


@router.get("/incidents/{id}", summary="What each practice has to check")
async def to_check(request: Request, _: Reader, id: str, practice: Practice = None) -> list[dict[str, Any]]:
    service = service_of(request)
    items = await service.reading(faults.to_check, service.store, id, ods_code(practice))
    return [_item(one) for one in items]


@router.post(
    "/incidents/{id}/close", summary="Close an incident upon the latest run", openapi_extra=body_of(ClosingAsked)
)
async def close_incident(request: Request, _: Admin, id: str) -> dict[str, Any]:
    service = service_of(request)
    said = await asked(request, ClosingAsked)
    closed = await service.writing(_close, service, id, said)
    return {
        "ending": msgspec.to_builtins(closed.ending),
        "changed": [msgspec.to_builtins(one) for one in closed.changed],
        "runs": closed.runs,
        "held": closed.held,
        "publication": msgspec.to_builtins(closed.publication),
        "superseded": [msgspec.to_builtins(one) for one in closed.superseded],
    }


def _close(service: Service, id_: str, said: ClosingAsked) -> faults.Closed:
    store: Store = service.store
    return faults.close_incident(store, id_, said.by, said.note, leave_open=said.leave_open)


def _item(item: Item) -> dict[str, Any]:
    one = item.shown
    shown = {
        name: getattr(one, name, None) for name in ("programme", "indicator", "period", "occurred", "outcome", "reason")
    }
    record = one.record if one else None
    return (
        {"practice": item.practice}
        | shown
        | {
            "record": {name: getattr(record, name, None) for name in ("feed", "system", "value")},
            "decision": decision_id(one) if one else None,
            "progress": item.progress,
            "do": what_to_do(item),
        }
    )
