"""One line a request: its id, the template of its route, its status and how long it took. No URL, no header, no body.

A URL can hold an NHS number, and the text of an unforeseen error a whole resource: neither reaches a log.
"""

from __future__ import annotations

import json
import logging
import os
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapter.api.refusal import FAULT, Refusal, told
from adapter.api.telemetry import Said, Traced, untraced

LOGGER = logging.getLogger("adapter.api")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_SPEAKS_SAFELY = ("adapter.", "uvicorn")
_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
}


Answered = Callable[[str, str | None, int, float], None]
"""Told the method, the template of the route, the status and the seconds of each request."""


class CutOff(Exception):
    """An answer that had begun cannot be ended. What went wrong is in the log."""


class RequestLog:
    """The outermost part of the service: it numbers requests, and no error passes it."""

    def __init__(self, app: ASGIApp, answered: Answered = lambda *_: None, traced: Traced = untraced) -> None:
        self._app, self._answered, self._traced = app, answered, traced

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = (value for name, value in scope["headers"] if name == b"traceparent")
        with self._traced("request", next(sent, b"").decode("latin-1")) as said:
            await self._answer(scope, receive, send, said)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, said: Said) -> None:
        request, started, begun = uuid.uuid4().hex, time.perf_counter(), [0]
        state: dict[str, Any] = scope.setdefault("state", {})

        async def numbered(message: Message) -> None:
            if message["type"] == "http.response.start":
                begun[0] = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        place = None
        try:
            await self._app(scope, receive, numbered)
        except Exception as error:  # noqa: BLE001 - the last door: what it says could hold patient data
            place = _place(error)
            if begun[0]:
                raise CutOff from None
            await told(Refusal(500, FAULT), scope["path"])(scope, receive, numbered)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", None)
            self._answered(method, route, begun[0], seconds)
            line = {
                "request": request,
                "method": method,
                "route": route,
                "status": begun[0],
                "ms": round(seconds * 1000, 1),
                "key": state.get("key"),
                "delivery": state.get("delivery"),
                "fault": place,
            }
            known = {name: value for name, value in line.items() if value is not None}
            said.update(known | {"name": f"{method} {route or 'none'}"})
            LOGGER.info("request", extra={"fields": known})


class JsonLines(logging.Formatter):
    """A log record as one line of JSON. Of those who might print a value only the name and the kind are kept."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.startswith(_SPEAKS_SAFELY):
            line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            line["fault"] = _place(record.exc_info[1])
        return json.dumps(line | getattr(record, "fields", {}), ensure_ascii=False)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if f"{os.sep}adapter{os.sep}" in frame.filename] or list(frames)
    where = f"{os.path.basename(own[-1].filename)}:{own[-1].lineno}" if own else "an unknown place"
    return f"{type(error).__name__} in {where}"
