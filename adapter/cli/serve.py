"""`adapter serve`: the HTTP service."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import os
import sys
from typing import Annotated

import typer

from adapter.cli import options
from adapter.errors import AdapterError
from adapter.feeds.sources import sources_of
from adapter.settings import Settings
from adapter.store.api_keys import ADMIN
from adapter.store.store import open_store

GRACE_SECONDS = 60
"""How long a stopping service waits for what it is doing; what is not finished then is as if it had not come."""


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="The port; 0 takes a free one.")] = 8080,
    db: options.Database = None,
) -> None:
    """Serve counts, traces and the FHIR endpoint over HTTP, on this machine alone unless --host says otherwise.

    Every route but the health checks and the documentation wants a key. Where the database has none, an administrator's
    is made and shown once. The log is one line of JSON a request on stderr, without patient data. Feeds of
    ADAPTER_FEEDS_FILE that have a schedule are pulled by it.
    """
    import uvicorn  # here, since no other command should wait for the web framework to load

    from adapter.api.application import create_app
    from adapter.api.request_log import JsonLines

    settings = options.settings(db)
    sources_of(settings.feeds_file)  # a fault in it is told before anything is opened
    _first_key(settings)
    if not _loopback(host):
        _say("This is plain HTTP on an address that others reach: put a proxy with TLS before it.")
    _log_to_stderr(JsonLines())
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, environ=os.environ),
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    with contextlib.suppress(SystemExit):  # how uvicorn says that it cannot listen
        server.run()
    if not server.started:
        raise AdapterError("The service could not start: see the log; the port may be taken, --port names another.")


def _first_key(settings: Settings) -> None:
    with open_store(settings.database_url, settings) as store:
        if store.api_keys.listed():
            return
        _, text = store.api_keys.create("first administrator", [ADMIN])
    _say(f"There was no key yet. This one is an administrator's, and is shown only now: {text}")
    _say("More keys: `adapter keys create NAME --scope …`; `adapter keys revoke ID` takes one back.")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _log_to_stderr(formatter: logging.Formatter) -> None:
    """All loggers through one formatter: none of them can print what was sent."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
