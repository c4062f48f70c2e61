"""Who reads the chunks of a large delivery: this process, or several others, with the same outcome to the byte.

Workers get references, not rows: where a chunk lies in its file. What has no file of its own, such as the text of a
gzip, is sent to them. They answer with parcels, which this process files in their order. A worker that dies is
replaced and its errand run again; one errand that kills them again and again ends the delivery, which a later attempt
goes on with.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import BaseContext
from types import TracebackType

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from adapter.errors import AdapterError
from adapter.intake import lines
from adapter.intake.handing import Handed, drop, lay, take_up
from adapter.intake.outpost import Outposts, outfit_of, steps
from adapter.intake.parcel import Errand, Parcel, Step, parcel
from adapter.intake.reading import Reader
from adapter.intake.source import Passage, Source
from adapter.intake.surroundings import Surroundings
from adapter.store.names_seen import NamesSeen
from adapter.store.seal import Seal

LEAST = 16 << 20
"""Bytes of content below which it is not worth while to start workers: they need a second to get ready."""
_AHEAD = 2
_ATTEMPTS = 3

_NONE = Surroundings()
_PARCEL = msgspec.msgpack.Decoder(Parcel)
_ENCODER = msgspec.msgpack.Encoder()
_KILLED = "Reading was broken off again and again (is memory short?): ingest the same again, it goes on where it was."


class Crew:
    """`workers` processes that read with `reader`; with one or none, this process does. They start when they are first
    needed and serve one delivery after the other until the block ends. Those of a delivery with something beside
    its records are given that when they start. With `outposts`, large files are read there, but for those that only
    this process has (gzip, standard input) and those with something beside their records, which would go with every
    task.
    """

    def __init__(self, reader: Reader, seal: Seal, workers: int = 1, outposts: Outposts | None = None) -> None:
        self._reader, self._seal, self._workers, self._outposts = reader, seal, workers, outposts
        self._pool: ProcessPoolExecutor | None = None
        self._around = _NONE
        self._seen: tuple[str, NamesSeen] | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._dismiss()

    def seen(self, feed: str) -> NamesSeen:
        """The names that were filed into a feed with this crew; of one feed at a time."""
        if self._seen is None or self._seen[0] != feed:
            self._seen = feed, NamesSeen()
        return self._seen[1]

    def parcels(
        self, errands: Iterable[Errand], surroundings: Surroundings, size: int, source: Source | None
    ) -> Iterator[Step]:
        """What comes of each errand, in their order. `size` is how much there is to read; `source` holds it, where it
        is not something that was unpacked.
        """
        if self._outposts and source and surroundings.empty and size >= LEAST and source.passage(0, 0):
            yield from steps(self._outposts, outfit_of(self._reader, self._seal), errands, source)
            return
        if self._workers < 2 or size < (LEAST if self._pool is None else lines.CHUNK):
            for errand in errands:
                yield Step(errand.chunk.end, errand.chunk.after, parcel(self._reader, self._seal, errand, surroundings))
            return
        around = _NONE if surroundings.empty else surroundings
        if around is not self._around:
            self._dismiss()
            self._around = around
        under_way: deque[_Sent] = deque()
        try:
            for errand in errands:
                under_way.append(self._send(errand, source))
                if len(under_way) >= self._workers + _AHEAD:
                    yield self._answer(under_way)
            while under_way:
                yield self._answer(under_way)
        finally:
            for each in under_way:
                drop(each.future)

    def _send(self, errand: Errand, source: Source | None) -> _Sent:
        chunk = errand.chunk
        end, after = chunk.end, chunk.after
        passage = source.passage(chunk.start, end) if source else None
        if passage:
            errand = replace(errand, chunk=replace(chunk, content=b""))
        return _Sent(end, after, errand, passage, self._submit(errand, passage))

    def _submit(self, errand: Errand, passage: Passage | None) -> Future[Handed]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, _context(), initializer=_begin, initargs=(self._reader, self._seal, self._around)
            )
        try:
            return self._pool.submit(_run, errand, passage)
        except BrokenProcessPool as broken:  # told where the answer is waited for
            failed: Future[Handed] = Future()
            failed.set_exception(broken)
            return failed

    def _answer(self, under_way: deque[_Sent]) -> Step:
        """The first of what is under way."""
        first = under_way[0]
        for _ in range(_ATTEMPTS):
            try:
                made = _PARCEL.decode(take_up(first.future.result()))
            except BrokenProcessPool:
                self._dismiss()
                for each in under_way:
                    drop(each.future)
                    each.future = self._submit(each.errand, each.passage)
            else:
                under_way.popleft()
                return Step(first.end, first.after, made)
        raise AdapterError(_KILLED)

    def _dismiss(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


class _Sent(Struct):
    """An errand under way. Its chunk is empty where a passage says what is in it."""

    end: int
    after: int
    errand: Errand
    passage: Passage | None
    future: Future[Handed]


def _context() -> BaseContext:
    """Workers are copies of a server that has read our code once; where there is none, each reads it itself."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", __name__, "adapter.intake.readied"])
    return context


_OUTFIT: list[tuple[Reader, Seal, Surroundings]] = []
"""What a worker works with."""


def _begin(reader: Reader, seal: Seal, around: Surroundings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who is interrupted is the one who sends us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _OUTFIT[:] = [(reader, seal, around)]
    gc.freeze()  # what is there by now stays: it need not be looked through again and again


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(errand: Errand, passage: Passage | None) -> Handed:
    [(reader, seal, around)] = _OUTFIT
    if passage:
        errand = replace(errand, chunk=replace(errand.chunk, content=passage.read()))
    return lay(_ENCODER.encode(parcel(reader, seal, errand, around)))
