"""From where something came up to every count that it ever touched, over HTTP.

Identifiers can hold NHS numbers, so they come in a body, never in a URL, and want the scope of those who see records.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from adapter.api.access import Access, Reader
from adapter.api.asked import Asked, asked, body_of
from adapter.api.refusal import Refusal
from adapter.api.service import Service, service_of
from adapter.errors import UnknownName, UsageError
from adapter.provenance.touches import MOST, Ask, Touched, of_code, of_identifier, of_row, touched
from adapter.store.api_keys import AUDIT_READ, ApiKey
from adapter.store.version_search import START, Place

router = APIRouter(tags=["trace"])

_PLACE = re.compile(r"([0-9]{1,19})-([0-9]{1,19})", re.ASCII)
Auditor = Annotated[ApiKey, Depends(Access(AUDIT_READ))]


class IdentifierAsked(Asked):
    """A record's identifier, as sent or as decisions show it (`sha256:…`); `feed` to ask for one only."""

    system: str = Field(max_length=2000)
    value: str = Field(min_length=1, max_length=2000)
    feed: str | None = Field(default=None, max_length=200)


@router.get(
    "/touches",
    summary="Every count that a delivery, a feed, a code or a row of a code table ever touched",
    description=f"Ask for one of them. An answer is of {MOST} versions of records: `next` is where to go on (`after`), "
    "null where nothing is left. A count can come again with the next page, with further decisions.",
)
async def touches(
    request: Request,
    _: Reader,
    delivery: Annotated[str | None, Query(description="A delivery's id.", max_length=64)] = None,
    feed: Annotated[str | None, Query(description="A feed's name.", max_length=200)] = None,
    code: Annotated[str | None, Query(description="A code that records name.", max_length=20)] = None,
    row: Annotated[str | None, Query(description="A row, such as snomed.csv:10.", max_length=60)] = None,
    after: Annotated[str | None, Query(description="`next` of the page before.", max_length=40)] = None,
) -> dict[str, Any]:
    if len([each for each in (delivery, feed, code, row) if each]) != 1:
        raise Refusal(400, "Ask for one: `delivery`, `feed`, `code` or `row`; for an identifier POST it.")
    service = service_of(request)
    return _told(await service.reading(_page, service, delivery, feed, code, row, _place(after)))


@router.post(
    "/touches",
    summary="Every count that the record with an identifier ever touched",
    description="A POST, since an identifier can hold an NHS number: it is looked up by its keyed hash.",
    openapi_extra=body_of(IdentifierAsked),
)
async def touched_by_identifier(request: Request, _: Auditor) -> dict[str, Any]:
    service, said = service_of(request), await asked(request, IdentifierAsked)
    return _told(await service.reading(_of_identifier, service, said))


def _of_identifier(service: Service, said: IdentifierAsked) -> Touched:
    page = of_identifier(service.store, said.system, said.value, said.feed)
    return touched(service.store, lambda _, __: page)


def _page(
    service: Service, delivery: str | None, feed: str | None, code: str | None, row: str | None, after: Place
) -> Touched:
    search = service.store.version_search
    try:
        ask: Ask
        if delivery:
            ask = partial(search.of_delivery, delivery)
        elif feed:
            ask = partial(search.of_feed, feed)
        else:
            ask = of_code(service.store, code) if code else of_row(service.store, row or "")
        return touched(service.store, ask, after)
    except UnknownName:
        raise Refusal(404, "There is no such delivery or feed.") from None
    except UsageError as error:
        raise Refusal(400, str(error)) from None


def _place(text: str | None) -> Place:
    if text is None:
        return START
    found = _PLACE.fullmatch(text)
    if found is None:
        raise Refusal(400, "`after` is the `next` of the page before.")
    return int(found[1]), int(found[2])


def _told(found: Touched) -> dict[str, Any]:
    following = found.following
    return {
        "versions": found.versions,
        "counts": [msgspec.to_builtins(one) for one in found.touches],
        "next": f"{following[0]}-{following[1]}" if following else None,
    }
