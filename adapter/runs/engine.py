"""Where the parts of a run are worked on: here, in processes beside this one, or on a cluster.

An engine maps a function over tasks and answers in their order. Functions and tasks go by reference: a function of a
module, and values that name a database and a part of it, never its rows and never a key. So whatever the engine, the
answers are the same, to the byte.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Protocol, TypeVar

from adapter.errors import AdapterError
from adapter.intake.handing import Handed, drop, lay, take_up

Task = TypeVar("Task")
Answer = TypeVar("Answer")

_AHEAD = 3
"""How many tasks each worker has before it: enough never to wait, few enough for flat memory."""


class Engine(Protocol):
    """Anything that maps."""

    def map(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        """The answers in the order of the tasks. Raises what a function raised, and AdapterError for a lost worker."""
        ...


class Serial:
    """One after the other, in this process."""

    def map(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        return map(function, tasks)


class Pool:
    """So many processes on this machine."""

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def map(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        if not tasks:
            return
        remaining = iter(tasks)
        executor = ProcessPoolExecutor(min(self.workers, len(tasks)), _context(), _ignore_interrupts)
        ahead: deque[Future[Handed]] = deque()
        try:
            for task in islice(remaining, self.workers * _AHEAD):
                ahead.append(executor.submit(_answer, function, task))
            while ahead:
                answer = take_up(ahead[0].result())
                ahead.popleft()
                ahead.extend(executor.submit(_answer, function, task) for task in islice(remaining, 1))
                yield pickle.loads(answer)  # noqa: S301 - of our own worker
        except BrokenProcessPool:
            raise AdapterError(
                "A worker process was stopped from outside, perhaps for want of memory: nothing was written. "
                "Run again, with fewer --workers if it happens again."
            ) from None
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
            for each in ahead:
                drop(each)


def _answer(function: Callable[[Task], Answer], task: Task) -> Handed:
    return lay(pickle.dumps(function(task)))


def cores() -> int:
    """How many processes this one may use at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> multiprocessing.context.BaseContext:
    """Fresh processes: nothing of this one's connections, locks and threads comes along."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["adapter.runs.share"])
    return context


def _ignore_interrupts() -> None:
    """Ctrl-C reaches every process of a terminal: the one that asked ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
