"""The FHIR endpoint: what source systems push to. A 2xx is sent after the commit, and for nothing less."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from adapter.api.access import Writer
from adapter.api.arrival import arrived
from adapter.api.capability import capability_statement
from adapter.api.fhir_answer import answer, bundle_answer
from adapter.api.media_type import Accepted
from adapter.api.preference import Preferred
from adapter.api.refusal import FHIR, Refusal, json_response
from adapter.api.service import service_of

router = APIRouter(prefix="/fhir", tags=["fhir"])

Id = Annotated[
    str, Path(alias="id", pattern=r"^[A-Za-z0-9\-.]{1,64}$", description="Of this service, or of the source.")
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description='The version that is meant, as `W/"1"`.')]
_IMMUNIZATION: dict[str, Any] = {
    "resourceType": "Immunization",
    "contained": [
        {
            "resourceType": "Patient",
            "id": "patient",
            "identifier": [{"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000115"}],
        }
    ],
    "identifier": [{"system": "https://supplier.example/identifiers/vacc", "value": "A1"}],
    "status": "completed",
    "vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "39115011000001105"}]},
    "patient": {"reference": "#patient"},
    "occurrenceDateTime": "2024-09-12",
    "primarySource": True,
    "performer": [
        {"actor": {"identifier": {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "D83013"}}}
    ],
}
_ENTRY = {"resource": _IMMUNIZATION, "request": {"method": "POST", "url": "Immunization"}}
_BUNDLE: dict[str, Any] = {"resourceType": "Bundle", "type": "transaction", "entry": [_ENTRY]}


def _body(example: dict[str, Any]) -> dict[str, Any]:
    read = {"schema": {"type": "object"}, "example": example}
    return {"requestBody": {"required": True, "content": {FHIR: read, "application/json": read}}}


_OUTCOME: dict[str, Any] = {"description": "An OperationOutcome, one issue a fault", "content": {FHIR: {}}}
_ANSWERS: dict[int | str, dict[str, Any]] = dict.fromkeys((200, 400, 412, 413, 415, 422), _OUTCOME)


@router.get(
    "/metadata", summary="What this endpoint can do", response_class=Response, responses={200: {"content": {FHIR: {}}}}
)
async def metadata(_: Accepted) -> Response:
    return json_response(capability_statement(), 200, FHIR)


@router.post("", summary="Take a Bundle", response_class=Response, responses=_ANSWERS, openapi_extra=_body(_BUNDLE))
@router.post("/", include_in_schema=False)
async def post_bundle(request: Request, key: Writer, _: Accepted, wish: Preferred) -> Response:
    service, feed = service_of(request), key.feed or ""
    body = await arrived(request)
    work = partial(body.into, lambda sent: service.push.bundle(feed, sent, body.version))
    return bundle_answer(request, await service.pushing(feed, work), wish)


@router.post(
    "/Immunization",
    summary="Take one Immunization",
    status_code=201,
    response_class=Response,
    responses=_ANSWERS,
    openapi_extra=_body(_IMMUNIZATION),
)
async def create(
    request: Request,
    key: Writer,
    _: Accepted,
    wish: Preferred,
    if_none_exist: Annotated[
        str | None, Header(alias="If-None-Exist", description="`identifier={system}|{value}`, percent-encoded.")
    ] = None,
) -> Response:
    service, feed = service_of(request), key.feed or ""
    body = await arrived(request)
    work = partial(body.into, lambda sent: service.push.create(feed, sent, if_none_exist, body.version))
    return await answer(request, key, await service.pushing(feed, work), wish)


@router.put(
    "/Immunization/{id}",
    summary="Take the next version of an Immunization",
    response_class=Response,
    responses=_ANSWERS | {201: _OUTCOME},
    openapi_extra=_body(_IMMUNIZATION),
)
async def update(
    request: Request, key: Writer, id_: Id, _: Accepted, wish: Preferred, if_match: IfMatch = None
) -> Response:
    service, feed = service_of(request), key.feed or ""
    body = await arrived(request)
    work = partial(body.into, lambda sent: service.push.update(feed, id_, sent, if_match, body.version))
    return await answer(request, key, await service.pushing(feed, work), wish, id_)


@router.delete("/Immunization/{id}", summary="Delete an Immunization", response_class=Response, responses=_ANSWERS)
async def delete(
    request: Request, key: Writer, id_: Id, _: Accepted, wish: Preferred, if_match: IfMatch = None
) -> Response:
    service, feed = service_of(request), key.feed or ""
    pushed = await service.pushing(feed, lambda: service.push.delete(feed, id_, if_match))
    return await answer(request, key, pushed, wish)


@router.delete(
    "/Immunization",
    summary="Delete the Immunization of an identifier",
    description="`?identifier={system}|{value}`, percent-encoded.",
    response_class=Response,
    responses=_ANSWERS,
)
async def delete_where(request: Request, key: Writer, _: Accepted, wish: Preferred) -> Response:
    service, feed = service_of(request), key.feed or ""
    condition = request.url.query
    if not condition:
        raise Refusal(400, "Say which: `?identifier={system}|{value}`, percent-encoded.")
    pushed = await service.pushing(feed, lambda: service.push.delete_where(feed, condition))
    return await answer(request, key, pushed, wish)
