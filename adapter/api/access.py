"""Who may use a route: the scopes that open it, and the key that a request carries."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from adapter.api.rates import Rates
from adapter.api.refusal import Refusal
from adapter.api.service import service_of
from adapter.api.signing_keys import NoKeys
from adapter.api.tokens import Tokens
from adapter.store.api_keys import ADMIN, AUDIT_READ, COUNTS_READ, FEED_WRITE, REVIEW_WRITE
from adapter.store.holder import Holder, holder_of

_BEARER = HTTPBearer(
    scheme_name="key", description="A key that `adapter keys create` printed, or a token.", auto_error=False
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
    """Raises Refusal 401, and 429 for whoever asks, or fails, too often."""
    rates: Rates = request.app.state.rates
    found = await _holder(request, credentials.credentials) if credentials else None
    if found is not None:
        request.state.key = found.id
        _hold_back(rates.asked(found.id))
        return found
    if credentials:
        _hold_back(rates.failed(request.client.host if request.client else ""))
    raise Refusal(
        401,
        "The key or token is missing, unknown, expired or revoked: send `Authorization: Bearer …` with one that is in "
        "force; `adapter keys create` makes a key.",
        {"WWW-Authenticate": 'Bearer error="invalid_token"' if credentials else "Bearer"},
    )


async def _holder(request: Request, text: str) -> Holder | None:
    service, tokens = service_of(request), cast(Tokens | None, request.app.state.tokens)
    if tokens is not None and text.count(".") == 2:
        try:
            return await service.reading(tokens.holder, text)
        except NoKeys:
            told = "The keys of the authorization server cannot be had: check ADAPTER_TOKEN_JWKS, or send a key."
            raise Refusal(503, told, {"Retry-After": "30"}) from None
    key = await service.reading(service.store.api_keys.holder, text)
    return holder_of(key) if key else None


def _hold_back(seconds: int) -> None:
    if seconds:
        raise Refusal(429, "That is more often than is allowed: wait, then go on.", {"Retry-After": str(seconds)})


Reader = Annotated[Holder, Depends(Access(*READING))]
Auditor = Annotated[Holder, Depends(Access(AUDIT_READ))]
Admin = Annotated[Holder, Depends(Access(ADMIN))]
Reviewer = Annotated[Holder, Depends(Access(REVIEW_WRITE))]
Writer = Annotated[Holder, Depends(writer)]
