"""Counts and decisions of a run, as the command line writes them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from adapter.achievement.emission import counts_csv, counts_json, decision_line
from adapter.api import runs
from adapter.api.access import Reader
from adapter.api.refusal import Refusal
from adapter.api.runs import RunId
from adapter.api.service import Service, service_of
from adapter.runs.counting import counts_in_force
from adapter.store.runs import Run

router = APIRouter(tags=["counts"])

NDJSON = "application/x-ndjson"
_CODE = re.compile(r"[A-Z0-9]{3,10}")
Practice = Annotated[str | None, Query(description="Only this practice, by its ODS code.", max_length=20)]


class CountFormat(StrEnum):
    """Both have the same columns."""

    JSON = "json"
    CSV = "csv"


class DecisionFormat(StrEnum):
    """One object a line, or all in one array."""

    NDJSON = "ndjson"
    JSON = "json"


@router.get(
    "/counts",
    summary="The achievement counts of a run",
    response_class=Response,
    responses={200: {"content": {"application/json": {}, "text/csv": {}}}},
)
async def counts(
    request: Request,
    _: Reader,
    run: RunId = None,
    practice: Practice = None,
    format_: Annotated[CountFormat, Query(alias="format")] = CountFormat.JSON,
) -> Response:
    service, code = service_of(request), ods_code(practice)
    found = await service.reading(runs.found, service, run)
    achievements = await service.reading(counts_in_force, service.store, found, code)
    if format_ is CountFormat.CSV:
        return Response(counts_csv(achievements), media_type="text/csv")
    return Response(counts_json(achievements), media_type="application/json")


@router.get(
    "/decisions",
    summary="Every record's outcome and reasons",
    description="Streamed as NDJSON, one record a line; as an array with `format=json`, or where JSON is accepted.",
    response_class=Response,
    responses={200: {"content": {NDJSON: {}, "application/json": {}}}},
)
async def decisions(
    request: Request,
    _: Reader,
    run: RunId = None,
    practice: Practice = None,
    programme: Annotated[str | None, Query(description="Only this programme, by its key.", max_length=40)] = None,
    format_: Annotated[DecisionFormat | None, Query(alias="format")] = None,
) -> StreamingResponse:
    service, code = service_of(request), ods_code(practice)
    found = await service.reading(runs.found, service, run)
    lines = _lines(service, found, code, programme)
    wants_json = "application/json" in request.headers.get("accept", "") and format_ is None
    if wants_json or format_ is DecisionFormat.JSON:
        return StreamingResponse(array(lines), media_type="application/json")
    return StreamingResponse((line + "\n" for line in lines), media_type=NDJSON)


def ods_code(text: str | None) -> str | None:
    """A code in its usual form. Raises Refusal for what cannot be one."""
    if text is None:
        return None
    code = "".join(text.split()).upper()
    if not _CODE.fullmatch(code):
        raise Refusal(400, "An ODS code is three to ten letters and digits, such as D83013.")
    return code


def array(items: Iterable[str]) -> Iterator[str]:
    """Items that are JSON as one JSON array, one a line."""
    opening = "["
    for item in items:
        yield opening + item
        opening = ",\n "
    yield "]\n" if opening != "[" else "[]\n"


def _lines(service: Service, run: Run, practice: str | None, programme: str | None) -> Iterator[str]:
    for one in service.store.runs.decisions(run, practice, programme):
        yield decision_line(run.id, one.id, one.decision)
