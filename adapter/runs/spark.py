"""The engine beyond one machine: the same function over the same tasks, by Spark.

A task on Spark is a few of ours, and a job some hundred: two jobs are under way at a time, so that no core waits for
another job's last task, and what comes back is never more than two jobs' answers. A task only reads, so a second
attempt at it, or a second copy of it, gives the same and does no harm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import Generic, TypeVar

from msgspec import Struct

from adapter.errors import AdapterError, StoreError, UnreadablePath
from adapter.runs.codeversion import installed_version
from adapter.runs.spark_context import ATTEMPTS, NOTHING_WRITTEN, SparkContext, is_local

Task = TypeVar("Task")
Answer = TypeVar("Answer")

EVERY_CORE = "local[*]"
_JOB = 1_024
"""The most of our tasks in a job: about two million records, and their decisions are a few hundred megabytes."""
_TOGETHER = 16
"""The most of our tasks in one of Spark's, so that what Spark needs for each of its own weighs little."""
_UNDER_WAY = 2
_MOST_CORES = 64


class Spark:
    """All cores of this machine, or a cluster by the URL of its master. It starts with the first task and ends with
    the block. `secrets` are environment variables that functions find where they run; `upshot` says what became
    of the work where a task fails for good.
    """

    def __init__(
        self, master: str = EVERY_CORE, secrets: Mapping[str, str] | None = None, upshot: str = NOTHING_WRITTEN
    ) -> None:
        self.master, self._secrets, self._upshot = master, dict(secrets or {}), upshot
        self._context: SparkContext | None = None

    @property
    def local(self) -> bool:
        return is_local(self.master)

    def __enter__(self) -> Spark:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._context is not None:
            self._context.close()
            self._context = None

    def map(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        if not tasks:
            return
        cores = self._running().spark.defaultParallelism
        together = max(1, min(_TOGETHER, _JOB // (2 * cores), len(tasks) // (4 * cores)))
        groups = [tasks[at : at + together] for at in range(0, len(tasks), together)]
        width = max(cores, _JOB // together)
        yield from self._answers(function, iter([groups[at : at + width] for at in range(0, len(groups), width)]))

    def stream(self, function: Callable[[Task], Answer], tasks: Iterable[Task]) -> Iterator[Answer]:
        """The same of tasks that are made as they are asked for. Each is one of Spark's, and a job has one for each
        core, so few are asked for ahead of their answers.
        """
        remaining = iter(tasks)
        yield from self._answers(function, iter(lambda: [[task] for task in islice(remaining, self._cores())], []))

    def _cores(self) -> int:
        """As many as there are by now: executors come and go. Not more than one writer has use for."""
        return min(int(self._running().spark.defaultParallelism), _MOST_CORES)

    def _running(self) -> SparkContext:
        if self._context is None:
            self._context = SparkContext(self.master, self._secrets, self._upshot)
        return self._context

    def _answers(
        self, function: Callable[[Task], Answer], jobs: Iterator[Sequence[Sequence[Task]]]
    ) -> Iterator[Answer]:
        context = self._running()
        mapped = _Mapped(function, installed_version(), self._upshot)
        threads = ThreadPoolExecutor(_UNDER_WAY)
        try:
            ahead: deque[Future[list[list[Answer] | _Refusal]]] = deque(
                threads.submit(_job, context, mapped, job) for job in islice(jobs, _UNDER_WAY)
            )
            while ahead:
                found = ahead.popleft().result()
                ahead.extend(threads.submit(_job, context, mapped, job) for job in islice(jobs, 1))
                for answers in found:
                    if isinstance(answers, _Refusal):
                        raise answers.kind(answers.text)
                    yield from answers
        finally:
            context.cancel()
            threads.shutdown(wait=True, cancel_futures=True)


class _Refusal(Struct, frozen=True):
    """An error that is a sentence of ours, and comes back as an answer: Spark would tell it with its own stack."""

    kind: type[AdapterError]
    text: str


class _Mapped(Generic[Task, Answer]):
    """The function as an executor calls it. An error that a second attempt may mend is left to Spark, but for the last
    one. Whatever else an error says stays here: it would be shown on Spark's pages, and may hold what was sent.
    """

    def __init__(self, function: Callable[[Task], Answer], version: str, upshot: str) -> None:
        self._function, self._version, self._upshot = function, version, upshot

    def __call__(self, tasks: Sequence[Task]) -> list[Answer] | _Refusal:
        kind: type[AdapterError]
        if installed_version() != self._version:
            return _Refusal(AdapterError, "The executors have another version of the adapter: install this one there.")
        try:
            return [self._function(task) for task in tasks]
        except (StoreError, UnreadablePath) as error:
            kind, text = type(error), str(error)
        except AdapterError as error:
            return _Refusal(type(error), str(error))
        except Exception as error:  # noqa: BLE001 - whatever it was, only its kind may be told
            kind, text = AdapterError, f"A task failed {ATTEMPTS} times ({type(error).__name__}): {self._upshot}."
        if _attempt() + 1 < ATTEMPTS:
            raise kind(text)
        return _Refusal(kind, text)


def _attempt() -> int:
    """The first is 0."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return 0 if context is None else context.attemptNumber()


def _job(
    context: SparkContext, mapped: _Mapped[Task, Answer], groups: Sequence[Sequence[Task]]
) -> list[list[Answer] | _Refusal]:
    return context.collect(mapped, groups)
