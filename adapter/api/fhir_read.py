"""Reading Immunizations back: one, a version of one, and those that a search finds. Each is recorded, see `reading`."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response

from adapter.api.access import Auditor
from adapter.api.fhir import Id
from adapter.api.fhir_answer import etag
from adapter.api.http_date import http_date
from adapter.api.media_type import Accepted, of_version
from adapter.api.reading import resource_shown
from adapter.api.refusal import FHIR, Refusal
from adapter.api.service import Service, service_of
from adapter.fhir.model import Version
from adapter.fhir.statement import Statement
from adapter.store.holder import Holder
from adapter.store.resources import Edition, Resource

router = APIRouter(prefix="/fhir", tags=["fhir"])

_RESOURCE: dict[int | str, dict[str, Any]] = {200: {"description": "The resource", "content": {FHIR: {}}}}
_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')


@router.get(
    "/Immunization/{id}",
    summary="Read an Immunization",
    description="As its source sent it, under our id and version. It wants audit:read, and is recorded.",
    response_class=Response,
    responses=_RESOURCE | {304: {"description": "It is at the version that If-None-Match names"}},
)
async def read(
    request: Request,
    holder: Auditor,
    id_: Id,
    version: Accepted,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", description='As `W/"1"`.')] = None,
) -> Response:
    service = service_of(request)
    resource = await _found(service, holder, id_)
    if resource.deleted:
        raise Refusal(410, "The record was deleted: its versions can still be read, at `/_history/{vid}`.")
    return await _shown(service, holder, resource, resource.in_force, id_, version, if_none_match)


@router.get(
    "/Immunization/{id}/_history/{vid}",
    summary="Read a version of an Immunization",
    description="Versions are numbered from 1 in order of arrival. It wants audit:read, and is recorded.",
    response_class=Response,
    responses=_RESOURCE,
)
async def read_version(
    request: Request,
    holder: Auditor,
    id_: Id,
    vid: Annotated[str, Path(pattern=r"^[A-Za-z0-9\-.]{1,64}$", description="A number from 1.")],
    version: Accepted,
) -> Response:
    service = service_of(request)
    resource = await _found(service, holder, id_)
    edition = next((each for each in resource.editions if str(each.number) == vid), None)
    if edition is None:
        raise Refusal(404, "The record has no such version: read it without `_history`, its ETag is the newest.")
    if edition.kind == "delete":
        raise Refusal(410, "This version is the record's delete, which holds nothing: read the one before.")
    return await _shown(service, holder, resource, edition, id_, version)


async def _found(service: Service, holder: Holder, id_: str) -> Resource:
    hidden = service.store.pseudonym.mask(id_)
    resource = await service.reading(service.store.resources.read, hidden, holder.feed)
    if resource is None:
        raise Refusal(404, "There is no such Immunization: search by identifier, or take the id from a Location.")
    return resource


async def _shown(
    service: Service,
    holder: Holder,
    resource: Resource,
    edition: Edition,
    id_: str,
    version: Version | None,
    known: str | None = None,
) -> Response:
    said: Statement = await service.reading(service.store.records.statement, edition.sequence)
    if said.resource != "Immunization":
        raise Refusal(404, "This record is no Immunization: only these are read here.")
    if version and version != said.fhir:
        raise Refusal(406, f"The record is FHIR {said.fhir} and is not converted: accept that version, or any.")
    headers = {"ETag": etag(edition.number), "Last-Modified": http_date(edition.stored)}
    if known is not None and str(edition.number) in _TAG.findall(known):
        return Response(None, 304, headers)
    content = await resource_shown(service, holder, resource, edition, id_)
    return Response(content, 200, headers, of_version(said.fhir))
