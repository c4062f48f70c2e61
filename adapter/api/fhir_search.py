"""Searching Immunizations, page by page. Every resource that a page shows is recorded before the page leaves."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from fastapi import APIRouter, Request, Response
from msgspec import Struct

from adapter.api.access import Auditor
from adapter.api.arrival import small
from adapter.api.media_type import Accepted, of_version
from adapter.api.refusal import FHIR, Refusal
from adapter.api.representation import shown
from adapter.api.search_query import MOST_SHOWN, Query, cursor, query_of
from adapter.api.service import Service, service_of
from adapter.fhir.issue import Issue
from adapter.fhir.model import Version
from adapter.fhir.operation_outcome import operation_outcome
from adapter.fhir.statement import Statement
from adapter.store.holder import Holder
from adapter.store.resource_search import Page

router = APIRouter(prefix="/fhir", tags=["fhir"])

FORM = "application/x-www-form-urlencoded"
_PATH = "/fhir/Immunization"
_ABOUT = (
    "In order of arrival, as the records were when the search began; `link[next]` leads on. A page may hold fewer than "
    "`_count`, or none, and still lead on. It wants audit:read, and is recorded."
)
_BUNDLE: dict[int | str, dict[str, Any]] = {200: {"description": "A Bundle (searchset)", "content": {FHIR: {}}}}
PARAMETERS = {
    "_id": "The id of this service, or of the source where the key is of one feed.",
    "identifier": "`{system}|{value}`. In a URL it can be seen on the way: POST to `_search` hides it.",
    "date": "When it was given, such as `ge2024-09-01`; prefixes eq, ne, gt, lt, ge, le, sa, eb.",
    "_lastUpdated": "When its version in force came, such as `gt2024-09-12T08:30:00Z`.",
    "_count": f"Up to so many on a page, and never more than {MOST_SHOWN}.",
    "_cursor": "Where a search goes on: only as `link[next]` gives it.",
}
_EXTRA: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "description": about, "schema": {"type": "string"}}
        for name, about in PARAMETERS.items()
    ]
}
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": False,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "properties": {
                        name: {"type": "string", "description": about} for name, about in PARAMETERS.items()
                    },
                    "additionalProperties": False,
                },
                "example": {"identifier": "https://supplier.example/ids|A1", "_count": "10"},
            }
        },
    }
}


class Shown(Struct, frozen=True):
    """A page, and how many were left out because they speak another FHIR version."""

    page: Page
    others: int


@router.get(
    "/Immunization",
    summary="Search Immunizations",
    description=_ABOUT,
    response_class=Response,
    responses=_BUNDLE,
    openapi_extra=_EXTRA,
)
async def search(request: Request, holder: Auditor, version: Accepted) -> Response:
    return await _answered(request, holder, version, request.query_params.multi_items(), str(request.url))


@router.post(
    "/Immunization/_search",
    summary="Search Immunizations, with nothing in the URL",
    description=_ABOUT,
    response_class=Response,
    responses=_BUNDLE,
    openapi_extra=_FORM,
)
async def search_by_form(request: Request, holder: Auditor, version: Accepted) -> Response:
    form = await small(request)
    if form and request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refusal(415, f"Send the parameters of a search as a form: `Content-Type: {FORM}`.")
    try:
        sent = parse_qsl(form.decode(), keep_blank_values=True, strict_parsing=bool(form), max_num_fields=100)
    except ValueError:
        raise Refusal(400, "The form cannot be read: send `name=value`, percent-encoded, joined by `&`.") from None
    parameters = [*request.query_params.multi_items(), *sent]
    return await _answered(request, holder, version, parameters, _base(request) + _PATH + "/_search")


async def _answered(
    request: Request, holder: Holder, version: Version | None, parameters: list[tuple[str, str]], own: str
) -> Response:
    service = service_of(request)
    query = query_of(parameters, service.store.pseudonym)
    spoken = version or "R4"
    found = await service.reading(_page, service, query, holder.feed, spoken)
    what = [
        (f"Immunization/{each.resource.id}/_history/{each.resource.in_force.number}", 1) for each in found.page.found
    ]
    if what:
        await service.writing(service.store.disclosures.add, holder, what)
    links = [{"relation": "self", "url": own}]
    if found.page.rest:
        rest = f"_cursor={cursor(query, found.page.rest)}&_count={query.count}"
        links.append({"relation": "next", "url": f"{_base(request)}{_PATH}?{rest}"})
    content = await service.reading(_bundle, service, found, links, _base(request) + _PATH)
    return Response(content, 200, media_type=of_version(spoken))


def _page(service: Service, query: Query, feed: str | None, version: Version) -> Shown:
    store, others = service.store, 0

    def wanted(said: Statement) -> bool:
        nonlocal others
        if said.resource != "Immunization" or not query.wants(said):
            return False
        others += said.fhir != version
        return said.fhir == version

    scan = query.rest
    if scan is None:
        cut = store.records.cut()
        scan = store.resource_search.begun(cut, query.since, query.until)
        named = [store.resource_search.identified(feed, each, cut) for each in query.identifiers]
        for ids in query.ids:
            known = [store.resources.read(each, feed) for each in ids]
            named.append({each.record for each in known if each})
        if named:
            scan = msgspec.structs.replace(scan, records=tuple(sorted(set.intersection(*named))))
    return Shown(store.resource_search.page(scan, feed, query.count, wanted), others)


def _bundle(service: Service, found: Shown, links: list[dict[str, str]], path: str) -> bytes:
    entries: list[dict[str, Any]] = []
    for each in found.page.found:
        resource = each.resource
        verbatim = service.store.records.bytes_of(resource.in_force.sequence)
        entries.append(
            {
                "fullUrl": f"{path}/{resource.id}",
                "resource": msgspec.Raw(shown(verbatim, resource.id, resource.in_force)),
                "search": {"mode": "match"},
            }
        )
    if found.others:
        told = f"{found.others} are left out here, of another FHIR version: accept fhirVersion=3.0, or 4.0, for them."
        outcome = operation_outcome([Issue("informational", "", told)], "information")
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
    return msgspec.json.encode(bundle | ({"entry": entries} if entries else {}))


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
