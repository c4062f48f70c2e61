"""The HTTP service in this process, without a socket: one feed, and a key for each scope alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
from adapter.api import application
from adapter.api.application import create_app
from adapter.api.service import Limits
from adapter.cli import ods
from adapter.cli.demo import fixtures_folder
from adapter.cli.ingest import take_all
from adapter.settings import Settings
from adapter.store.store import open_store
from prometheus_client import generate_latest

from confidential import heard

T = TypeVar("T")
FEED = "trust"
WRITE = f"feed:write:{FEED}"
SCOPES = (WRITE, "counts:read", "audit:read", "review:write", "admin")
SUPPLIER = f"{WRITE} audit:read"
"""A key that writes to its feed, and reads it back."""
FHIR = "application/fhir+json"


class Client:
    """Requests against one application, each session in an event loop of its own."""

    def __init__(self, settings: Settings, keys: dict[str, str], limits: Limits) -> None:
        self.settings, self.keys = settings, keys
        self.app = create_app(settings, limits)

    def session(self, work: Callable[[httpx.AsyncClient], Awaitable[T]]) -> T:
        async def inside() -> T:
            async with (
                self.app.router.lifespan_context(self.app),
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(self.app),
                    base_url="http://service",
                    event_hooks={"response": [_overheard]},
                ) as client,
            ):
                try:
                    return await work(client)
                finally:
                    heard("the metrics", generate_latest(self.app.state.requests.registry).decode())

        return asyncio.run(inside())

    def ask(self, method: str, path: str, scope: str | None = None, **more: Any) -> httpx.Response:
        headers = (self.bearer(scope) if scope else {}) | more.pop("headers", {})
        return self.session(lambda client: client.request(method, path, headers=headers, **more))

    def push(self, path: str, resource: Any, method: str = "POST", **headers: str) -> httpx.Response:
        """A resource, or bytes, with the feed's key; underscores of header names are dashes."""
        content = {"content": resource} if isinstance(resource, bytes) else {"json": resource}
        sent = {"Content-Type": FHIR} | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(method, path, WRITE, headers=sent, **content)

    def bearer(self, scope: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[scope]}"}


def served(settings: Settings, limits: Limits | None = None) -> Client:
    with open_store(settings.database_url, settings) as store:
        store.feeds.remember(FEED)
        keys = {scope: store.api_keys.create(scope, scope.split())[1] for scope in (*SCOPES, SUPPLIER)}
    return Client(settings, keys, limits or Limits(body=100_000, text=200_000))


def fill(settings: Settings) -> None:
    """Organisations and a practice's own records of autumn 2024."""
    with open_store(settings.database_url, settings) as store:
        ods.load_all(store, [fixtures_folder() / "ods"])
        store.feeds.remember("mill", "D83013", "gp", True)
        take_all(store, "mill", [fixtures_folder() / "fhir" / "autumn_2024" / "gp_D83013"])


async def _overheard(answer: httpx.Response) -> None:
    """What tells of a fault, and the metrics, hold nothing of a patient."""
    if answer.is_error or answer.request.url.path == "/metrics":
        heard(f"an answer of {answer.status_code}", (await answer.aread()).decode() + str(answer.headers))


@contextmanager
def _span(name: str, traceparent: str = "") -> Iterator[dict[str, Any]]:
    """What a trace would say, where no collector is configured."""
    said: dict[str, Any] = {}
    try:
        yield said
    finally:
        heard("a trace", f"{name} {said}")


application.untraced = _span  # every service of a test tells its spans
