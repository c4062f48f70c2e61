"""A long answer lies in shared memory, and is gone once it was taken or nobody wants it."""

from __future__ import annotations

from concurrent.futures import Future
from multiprocessing.shared_memory import SharedMemory

import pytest
from adapter.intake.handing import Handed, Laid, drop, lay, take_up

LONG = bytes(range(256)) * 5_000


def lies(laid: Handed) -> bool:
    assert isinstance(laid, Laid)
    try:
        SharedMemory(laid.name).close()
    except FileNotFoundError:
        return False
    return True


@pytest.mark.parametrize("answer", [b"", b"short", LONG], ids=["none", "short", "long"])
def test_it_comes_as_it_was(answer: bytes) -> None:
    assert take_up(lay(answer)) == answer


def test_a_long_one_is_a_name_until_it_is_taken() -> None:
    laid = lay(LONG)
    assert lies(laid)
    take_up(laid)
    assert not lies(laid)


@pytest.mark.parametrize("first", [True, False], ids=["done", "under way"])
def test_one_that_nobody_wants_is_let_go(first: bool) -> None:
    future: Future[Handed] = Future()
    future.set_running_or_notify_cancel()
    laid = lay(LONG)
    if first:
        future.set_result(laid)
    drop(future)
    if not first:
        future.set_result(laid)
    assert not lies(laid)


def test_one_that_failed_or_never_began_leaves_nothing() -> None:
    failed, waiting = Future[Handed](), Future[Handed]()
    failed.set_exception(KeyError())
    drop(failed)
    drop(waiting)
    assert waiting.cancelled()
