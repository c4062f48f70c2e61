"""What could not be taken, and why. Its bytes are not shown here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from adapter.api.access import Reader
from adapter.api.service import service_of

router = APIRouter(tags=["quarantine"])


@router.get("/quarantine", summary="What stands in quarantine, with every reason")
async def quarantine(
    request: Request,
    _: Reader,
    closed: Annotated[bool, Query(alias="all", description="Also what was taken since.")] = False,
) -> list[dict[str, Any]]:
    service = service_of(request)
    return [one.shown() for one in await service.reading(service.store.quarantine.listed, closed)]
