"""From a count or a decision down to where its records came from; the bytes only for those who may see them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import StreamingResponse

from adapter.api.access import Reader
from adapter.api.counts import array
from adapter.api.refusal import Refusal
from adapter.api.runs import shown
from adapter.api.service import Service, service_of
from adapter.errors import UnknownName
from adapter.provenance.trace import Step, Trace, steps
from adapter.provenance.trace import trace as traced
from adapter.reasons import Reason
from adapter.store.api_keys import AUDIT_READ
from adapter.store.records import Origin

router = APIRouter(tags=["trace"])


@router.get(
    "/trace/{id}",
    summary="What a count or a decision rests on",
    description=f"With `bytes=true` each resource as it came, in base64. That wants {AUDIT_READ}, and is recorded.",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/json": {}}}},
)
async def trace(
    request: Request,
    key: Reader,
    id_: Annotated[str, Path(alias="id", description="A count's or a decision's id, or its beginning.", max_length=64)],
    with_bytes: Annotated[bool, Query(alias="bytes", description="Also the verbatim resources.")] = False,
) -> StreamingResponse:
    if with_bytes and (AUDIT_READ not in key.scopes or key.feed is not None):
        raise Refusal(
            403, f"The verbatim bytes are patients' records: they want a key with {AUDIT_READ} that writes to no feed."
        )
    service = service_of(request)
    found = await service.reading(_found, service, id_)
    if with_bytes:
        what = found.achievement.count if found.achievement else found.decided[0].id
        await service.writing(service.store.disclosures.add, key, [(what, len(found.decided))])
    return StreamingResponse(_told(service, found, with_bytes), media_type="application/json")


def _found(service: Service, id_: str) -> Trace:
    try:
        return traced(service.store, id_)
    except UnknownName:
        raise Refusal(
            404, "No count and no decision has this id, or several begin so: GET /counts and GET /decisions give ids."
        ) from None


def _told(service: Service, found: Trace, with_bytes: bool) -> Iterator[str]:
    """One object, its decisions one after the other: a count can have thousands."""
    count = msgspec.to_builtins(found.achievement) if found.achievement else None
    head = json.dumps({"run": shown(found.run), "count": count}, ensure_ascii=False)
    yield head[:-1] + ', "decisions": '
    yield from array(json.dumps(_step(one, with_bytes), ensure_ascii=False) for one in steps(service.store, found))
    yield "}\n"


def _step(step: Step, with_bytes: bool) -> dict[str, Any]:
    decision = step.decision
    record = {"feed": decision.record.feed, "system": decision.record.system, "value": decision.record.value}
    said: dict[str, Any] = {
        "decision": step.id,
        "outcome": decision.outcome.value,
        "reason": _reason(decision.reason),
        "supporting": [_reason(reason) for reason in decision.supporting],
        "grounds": [{"what": one.what, "says": one.says, "source": one.source} for one in decision.grounds],
        "record": record | {"version": decision.record.version},
        "versions": [_version(one, one.sequence == step.origin.sequence) for one in step.versions],
        "delivery": {
            "id": step.delivery.id,
            "feed": step.delivery.feed,
            "received": step.delivery.received.isoformat(),
            "sha256": step.delivery.sha256,
            "size": step.delivery.size,
            "encoding": step.delivery.encoding,
        },
        "places": [
            {"pointer": one.pointer, "fields": list(one.fields), "start": one.start, "end": one.end}
            for one in step.places
        ],
    }
    if with_bytes:
        said["resource"] = base64.b64encode(step.verbatim).decode()
    return said


def _reason(reason: Reason) -> dict[str, str]:
    return {"reason": reason.value, "says": reason.sentence}


def _version(origin: Origin, decided: bool) -> dict[str, Any]:
    return {
        "kind": origin.kind,
        "received": origin.received.isoformat(),
        "delivery": origin.delivery,
        "pointer": origin.pointer,
        "start": origin.start,
        "length": origin.length,
        "sha256": origin.sha256,
        "decided": decided,
    }
