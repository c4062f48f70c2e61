"""What differs between two runs, over HTTP."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from adapter.api import runs
from adapter.api.access import Reader
from adapter.api.counts import NDJSON, Practice, ods_code
from adapter.api.runs import MONTH
from adapter.api.service import Service, service_of
from adapter.provenance.difference import Wanted
from adapter.provenance.difference_text import difference_csv, difference_json, difference_ndjson
from adapter.provenance.effects import Difference, difference
from adapter.runs.ruleset import catalogue_in_force

router = APIRouter(tags=["runs"])


class DifferenceFormat(StrEnum):
    """One object; an object a line; or the records alone, a row each."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


@router.get(
    "/diff",
    summary="What differs between two runs, why, and what it is worth",
    description="`counts`, `money` (an estimate by the fees of the tables) and `records`, each with its effects: what "
    "one kind of input, changed alone, did to it, and by what. `apart` is false where data and rules cannot be told "
    "apart, because the rules of then are no longer kept.",
    response_class=Response,
    responses={200: {"content": {"application/json": {}, NDJSON: {}, "text/csv": {}}}},
)
async def diff(
    request: Request,
    _: Reader,
    a: Annotated[str, Query(description="The earlier run", max_length=64)],
    b: Annotated[str, Query(description="The later run", max_length=64)],
    practice: Practice = None,
    programme: Annotated[str | None, Query(description="Only this programme, by its key.", max_length=40)] = None,
    period: Annotated[str | None, Query(description="Only this month, YYYY-MM.", pattern=MONTH)] = None,
    format_: Annotated[DifferenceFormat, Query(alias="format")] = DifferenceFormat.JSON,
) -> Response:
    service, wanted = service_of(request), Wanted(ods_code(practice), programme, period)
    found = await service.reading(_difference, service, a, b, wanted)
    if format_ is DifferenceFormat.CSV:
        return StreamingResponse(difference_csv(found), media_type="text/csv")
    catalogue = await service.reading(catalogue_in_force, service.store.mapping_releases.in_force())
    if format_ is DifferenceFormat.NDJSON:
        return StreamingResponse(difference_ndjson(found, catalogue), media_type=NDJSON)
    return Response(difference_json(found, catalogue), media_type="application/json")


def _difference(service: Service, a: str, b: str, wanted: Wanted) -> Difference:
    return difference(service.store, runs.found(service, a), runs.found(service, b), wanted)
