"""One at a time under a name: threads and processes wait for each other, on both databases."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

from adapter.settings import Settings
from adapter.store.store import Store, open_store


def test_threads_and_other_connections_wait(settings: Settings, store: Store) -> None:
    inside, most, order = [0], [0], threading.Lock()

    def work(_: int) -> None:
        with open_store(settings.database_url, settings) as other, other.database.alone("feed trust"):
            with order:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            threading.Event().wait(0.02)
            with order:
                inside[0] -= 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(6)))
    assert most == [1]


def test_other_names_do_not_wait(store: Store) -> None:
    with store.database.alone("feed one"), store.database.alone("feed two"), store.database.alone("push one"):
        pass


def test_who_dies_lets_go(settings: Settings, store: Store) -> None:
    if store.database.dialect == "postgresql":
        return  # the server sees to it, and a fork must not use its connection
    child = os.fork()
    if not child:
        store.database.alone("feed trust").__enter__()
        os._exit(0)
    os.waitpid(child, 0)
    with store.database.alone("feed trust"):
        pass
