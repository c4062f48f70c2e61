"""The service, started again and again at little cost: `python forked_service.py FOLDER URL` prints its port.

Everything is imported and used once; each line on stdin forks a process that serves, whose id is printed when it does.
All of them listen on one socket, so that clients wait while there is none.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import uvicorn
from adapter.api.application import create_app
from adapter.feeds.body import Body
from adapter.feeds.push import Push
from adapter.intake import readers
from adapter.store.store import open_store
from fastapi import FastAPI

from sending import bundle, database_settings, encoded, immunization, shared_reader


class Told(uvicorn.Server):
    """Says when it serves."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        os.write(1, f"{os.getpid()}\n".encode())


def serve(app: FastAPI, listening: socket.socket) -> None:
    Told(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=20)).run(sockets=[listening])


def warm() -> None:
    """What would be made at the first request of each process is made here."""
    reader = shared_reader()
    readers.reader_for = lambda _: reader  # nobody loads tables at each start
    with tempfile.TemporaryDirectory() as folder:
        settings = database_settings(Path(folder))
        with open_store(settings.database_url, settings) as store:
            store.feeds.remember("trust")
            store.api_keys.holder(store.api_keys.create("trust", ["feed:write:trust"])[1])
            push = Push(store, lambda _: reader)
            push.create("trust", Body.of(encoded(immunization("v1"))))
            push.bundle("trust", Body.of(encoded(bundle(immunization("v2"), type_="transaction"))))


def main() -> None:
    folder, url = sys.argv[1:]
    warm()
    app = create_app(database_settings(Path(folder), url))
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.write(1, f"{listening.getsockname()[1]}\n".encode())
    for _ in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            serve(app, listening)
            os._exit(0)


if __name__ == "__main__":
    main()
