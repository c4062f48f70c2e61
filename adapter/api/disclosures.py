"""Who was shown patients' records: what, and when. The records themselves are not shown here."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from adapter.api.access import Admin
from adapter.api.service import service_of

router = APIRouter(tags=["trace"])


@router.get(
    "/disclosures",
    summary="Who read verbatim bytes, oldest first",
    description="`who` is the id of a key, or issuer and subject of a token; `what` a count, a decision or a resource.",
)
async def disclosures(request: Request, _: Admin) -> list[dict[str, Any]]:
    service = service_of(request)
    return [
        {"recorded": one.recorded.isoformat(), "who": one.who, "what": one.what, "records": one.records}
        for one in await service.reading(service.store.disclosures.listed)
    ]
