"""How many requests may be under way at once: one more is told to come again, before anything of it is read."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from adapter.api.refusal import Refusal, told

ALWAYS = frozenset({"/healthz", "/readyz"})
"""Who asks whether the service lives must not be told that it is busy."""


class Crowd:
    """Lets `most` requests in; 0 is no limit."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most, self._inside = app, most, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in ALWAYS or not self._most:
            await self._app(scope, receive, send)
            return
        if self._inside >= self._most:
            busy = Refusal(
                503, "The service is at work on as much as it can hold: send it again.", {"Retry-After": "1"}
            )
            await told(busy, scope["path"])(scope, receive, send)
            return
        self._inside += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1
