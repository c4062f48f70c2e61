"""Counts in CQRS's words, and publications of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from adapter.achievement.emission import Line, lines_csv, lines_json
from adapter.api import runs
from adapter.api.access import Admin, Reader
from adapter.api.asked import Asked, asked, body_of
from adapter.api.counts import Practice, ods_code
from adapter.api.refusal import Refusal, json_response
from adapter.api.runs import RunId
from adapter.api.said import Words
from adapter.api.service import Service, service_of
from adapter.errors import UnknownName
from adapter.provenance.emitting import emission, published
from adapter.provenance.signing import signing_key
from adapter.runs.faults import publish

router = APIRouter(tags=["publications"])

_LINES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/json": {}, "text/csv": {}}}}


class LineFormat(StrEnum):
    """Both have the same columns."""

    JSON = "json"
    CSV = "csv"


Format = Annotated[LineFormat, Query(alias="format")]


class PublicationAsked(Asked):
    """Freeze the ready counts of a run: of all practices, or of one. No patient data in the note."""

    by: Words
    note: Words = "monthly publication"
    run: str | None = Field(default=None, max_length=64)
    practice: str | None = Field(default=None, max_length=20)


@router.get(
    "/emission",
    summary="The counts that are ready, in CQRS's words",
    description="Each line with its run, root and a signed checkpoint. `held=true` gives the held counts, too.",
    response_class=Response,
    responses=_LINES,
)
async def emitted(
    request: Request,
    _: Reader,
    run: RunId = None,
    practice: Practice = None,
    held: Annotated[bool, Query(description="Also what must not be paid.")] = False,
    format_: Format = LineFormat.JSON,
) -> Response:
    service, code = service_of(request), ods_code(practice)
    return _written(await service.reading(_emission, service, run, code, held), format_)


@router.get("/publications", summary="What was published, oldest first")
async def publications(request: Request, _: Reader) -> list[dict[str, Any]]:
    service = service_of(request)
    return await service.reading(_listed, service)


@router.get(
    "/publications/{number}",
    summary="A publication, as it was given",
    description="The same bytes whenever it is asked for. `supersedes` names the publication whose count it replaces.",
    response_class=Response,
    responses=_LINES,
)
async def publication(
    request: Request, _: Reader, number: Annotated[int, Path(ge=1, le=2**31)], format_: Format = LineFormat.JSON
) -> Response:
    service = service_of(request)
    return _written(await service.reading(_published, service, number), format_)


@router.post(
    "/publications",
    status_code=201,
    summary="Freeze the counts of a run that are ready",
    openapi_extra=body_of(PublicationAsked),
)
async def add_publication(request: Request, _: Admin) -> Response:
    service, said = service_of(request), await asked(request, PublicationAsked)
    return json_response(await service.writing(_publish, service, said), 201)


def _emission(service: Service, run: str | None, practice: str | None, held: bool) -> list[Line]:
    found = runs.found(service, run)
    return emission(service.store, found, signing_key(service.settings), practice, held=held)


def _published(service: Service, number: int) -> list[Line]:
    try:
        return published(service.store, number, signing_key(service.settings))
    except UnknownName:
        raise Refusal(404, "There is no such publication: GET /publications lists them.") from None


def _publish(service: Service, said: PublicationAsked) -> dict[str, Any]:
    run = runs.found(service, said.run)
    made, superseded = publish(service.store, run, said.by, said.note, ods_code(said.practice))
    changed = [one for one in superseded if one.before is not None]
    told: dict[str, Any] = msgspec.to_builtins(made)
    return told | {"run": run.id, "superseded": [msgspec.to_builtins(one) for one in changed]}


def _listed(service: Service) -> list[dict[str, Any]]:
    ids = {run.number: run.id for run in service.store.runs.listed()}
    return [msgspec.to_builtins(one) | {"run": ids[one.run]} for one in service.store.publications.listed()]


def _written(lines: list[Line], format_: LineFormat) -> Response:
    if format_ is LineFormat.CSV:
        return Response(lines_csv(lines), media_type="text/csv")
    return Response(lines_json(lines), media_type="application/json")
