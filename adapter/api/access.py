"""Who may use a route: the scopes that open it, and the key that a request carries."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapter.api.refusal import Refusal
from adapter.api.service import service_of
from adapter.store.api_keys import ADMIN, AUDIT_READ, COUNTS_READ, FEED_WRITE, REVIEW_WRITE
from adapter.store.holder import Holder, holder_of

_BEARER = HTTPBearer(
    scheme_name="key", description="A key that `adapter keys create` printed.", auto_error=False, bearerFormat="adapter"
)
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
READING = (COUNTS_READ, AUDIT_READ, ADMIN)
"""Who may see bytes may see the counts that are made of them. An administrator sees the counts, not the bytes."""


class Access:
    """A dependency that lets a key with any of these scopes pass, and answers it."""

    def __init__(self, *scopes: str) -> None:
        self._scopes = scopes

    async def __call__(self, request: Request, credentials: _Credentials) -> Holder:
        found = await holder(request, credentials)
        if not set(self._scopes) & set(found.scopes):
            raise Refusal(403, f"This key may not do that: it wants one with {' or '.join(self._scopes)}.")
        return found


async def writer(request: Request, credentials: _Credentials) -> Holder:
    """The dependency of routes that write to a feed: which feed, the key says."""
    found = await holder(request, credentials)
    if found.feed is None:
        raise Refusal(403, f"This key writes to no feed: it wants one with {FEED_WRITE} and the feed's name.")
    return found


async def holder(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Holder:
    service = service_of(request)
    key = await service.reading(service.store.api_keys.holder, credentials.credentials) if credentials else None
    if key is None:
        raise Refusal(
            401,
            "A key is missing, unknown or revoked: send `Authorization: Bearer …`; `adapter keys create` makes one.",
            {"WWW-Authenticate": "Bearer"},
        )
    request.state.key = key.id
    return holder_of(key)


Reader = Annotated[Holder, Depends(Access(*READING))]
Auditor = Annotated[Holder, Depends(Access(AUDIT_READ))]
Admin = Annotated[Holder, Depends(Access(ADMIN))]
Reviewer = Annotated[Holder, Depends(Access(REVIEW_WRITE))]
Writer = Annotated[Holder, Depends(writer)]
