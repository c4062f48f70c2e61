"""A practice's return, as the command line writes it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from adapter.achievement import return_page
from adapter.achievement.practice_return import PracticeReturn
from adapter.api import runs
from adapter.api.access import Reader
from adapter.api.counts import ods_code
from adapter.api.runs import MONTH, RunId
from adapter.api.service import service_of
from adapter.provenance.signing import known_signing_key
from adapter.runs.returns import return_of

router = APIRouter(tags=["counts"])
_SHUT = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


class ReturnFormat(StrEnum):
    """A page, a document to print, or text."""

    HTML = "html"
    PDF = "pdf"
    TEXT = "text"


@router.get(
    "/returns/{practice}",
    summary="What a practice is told of its counts, and what it has to do",
    response_class=Response,
    responses={200: {"content": {"text/html": {}, "application/pdf": {}, "text/plain": {}}}},
)
async def practice_return(
    request: Request,
    _: Reader,
    practice: Annotated[str, Path(description="Its ODS code.", max_length=20)],
    run: RunId = None,
    period: Annotated[str | None, Query(description="Only this month, YYYY-MM.", pattern=MONTH)] = None,
    format_: Annotated[ReturnFormat, Query(alias="format")] = ReturnFormat.HTML,
) -> Response:
    service, code = service_of(request), ods_code(practice) or ""
    found = await service.reading(runs.found, service, run)
    key = known_signing_key(service.settings)
    one = await service.reading(return_of, service.store, found, key, code, period)
    content, kind = await service.reading(_written, one, format_)
    return Response(content, media_type=kind, headers=_SHUT)


def _written(one: PracticeReturn, format_: ReturnFormat) -> tuple[bytes, str]:
    match format_:
        case ReturnFormat.HTML:
            return return_page.html(one).encode(), "text/html; charset=utf-8"
        case ReturnFormat.TEXT:
            return return_page.text(one).encode(), "text/plain; charset=utf-8"
        case ReturnFormat.PDF:
            from adapter.achievement.return_print import pdf

            return pdf(one), "application/pdf"
