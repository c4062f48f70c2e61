"""The HTTP service, put together. What the surroundings decide comes in as settings; nothing is read from them here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from functools import partial

import anyio.to_thread
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response

import adapter
from adapter.api import (
    counts,
    difference,
    disclosures,
    feeds,
    fhir,
    fhir_out,
    fhir_read,
    fhir_search,
    health,
    metrics,
    notifications,
    page,
    publications,
    quarantine,
    returns,
    runs,
    said,
    signals,
    touches,
    trace,
)
from adapter.api.crowd import Crowd
from adapter.api.described import openapi_of
from adapter.api.rates import Rates
from adapter.api.refusal import Refusal, of_error, told
from adapter.api.request_log import RequestLog
from adapter.api.service import Limits, Service
from adapter.api.telemetry import Telemetry, untraced
from adapter.api.tokens import tokens_of
from adapter.errors import AdapterError
from adapter.settings import Settings
from adapter.store.store import open_store

PARTS = (
    health,
    metrics,
    feeds,
    signals,
    fhir,
    fhir_search,
    fhir_read,
    fhir_out,
    notifications,
    runs,
    counts,
    difference,
    returns,
    trace,
    touches,
    disclosures,
    quarantine,
    said,
    publications,
    page,
)

ABOUT = (
    "FHIR Immunizations in, CQRS-ready achievement counts out. Every route but the health checks, the "
    "CapabilityStatement and this page wants a key: `Authorization: Bearer …`."
)
PULLS_END = 20.0
"""Seconds that a stopping service waits for pulls to be left off."""
_INSTEAD = {404: "There is nothing at this path: GET /docs lists what there is.", 405: "This path knows other methods."}


def create_app(settings: Settings, limits: Limits | None = None, environ: Mapping[str, str] | None = None) -> FastAPI:
    """The service on the database that the settings name. It is opened, and migrated, when the service starts; then
    feeds are pulled by their schedules, with the secrets that `environ` holds.

    Starting raises UsageError, KeyFault and StoreError as `open_store` does.
    """

    telemetry = Telemetry(settings.telemetry_url) if settings.telemetry_url else None
    traced = telemetry.span if telemetry else untraced

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            opening = open_store(settings.database_url, settings)
            store = await anyio.to_thread.run_sync(stack.enter_context, opening)
            service = Service(store, settings, limits or Limits(), environ or {}, traced)
            app.state.service = service
            service.scheduler.start()
            try:
                yield
            finally:
                await anyio.to_thread.run_sync(service.scheduler.stop, PULLS_END)
                if telemetry:
                    await anyio.to_thread.run_sync(telemetry.close)

    app = FastAPI(
        title="immunisation-cqrs-adapter",
        version=adapter.__version__,
        description=ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for part in PARTS:
        app.include_router(part.router)
    app.state.requests, app.state.alarms = metrics.Requests(), metrics.Alarms()
    app.state.tokens = tokens_of(settings)
    app.state.rates = Rates(settings.rate_limit)
    app.openapi = partial(openapi_of, app)  # type: ignore[method-assign]  # FastAPI's own way to replace it
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(Crowd, most=settings.requests_at_once)
    app.add_middleware(RequestLog, answered=app.state.requests.answered, traced=traced)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(AdapterError, _failed)
    app.add_exception_handler(HTTPException, _unrouted)
    app.add_exception_handler(RequestValidationError, _misread)
    return app


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)  # noqa: S101 - registered for nothing else
    return told(error, request.url.path)


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, AdapterError)  # noqa: S101 - registered for nothing else
    return told(of_error(error), request.url.path)


async def _unrouted(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for nothing else
    detail = _INSTEAD.get(error.status_code, "The request cannot be followed: GET /docs says what can.")
    return told(Refusal(error.status_code, detail, dict(error.headers or {})), request.url.path)


async def _misread(request: Request, error: Exception) -> Response:
    """Names the parameters, which are ours, and no value."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for nothing else
    names = sorted({str(each["loc"][-1]) for each in error.errors() if len(each["loc"]) > 1})
    which = ", ".join(f"`{name}`" for name in names) or "The body"
    return told(Refusal(400, f"{which} cannot be read: GET /docs says what can be sent."), request.url.path)
