"""A delivery from its first byte to its last figure.

Bytes and what was read from them are committed together, chunk by chunk, each chunk where the one before ended. So a
delivery may be cut off at any moment: the next attempt finds it unfinished and goes on, nothing lost, nothing twice.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from adapter.fhir.issue import Issue
from adapter.intake.arrival import Arrival
from adapter.intake.envelope import Envelope, content_blocks, examine
from adapter.intake.filing import file
from adapter.intake.gunzip import Gunzip
from adapter.intake.lines import CHUNK, Chunk, chunks
from adapter.intake.reading import Reader, is_context
from adapter.intake.source import Source
from adapter.intake.surroundings import Surroundings
from adapter.store.batch import Place
from adapter.store.deliveries import OpenDelivery, Overtaken
from adapter.store.delivery import Figures, Position, Stream
from adapter.store.store import Store

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""

PIECES = 500
_KEPT_AT_ONCE = 8
TOO_LONG = Issue("too-long", "", "A line of NDJSON is longer than 256 MiB: send the resource on its own.")


class Taken(Struct, frozen=True):
    """What became of a delivery. `reasons` says why resources are in quarantine, and how often."""

    delivery: str
    format: str
    size: int
    resumed: bool
    figures: Figures
    reasons: tuple[tuple[Issue, int], ...]


def take(
    store: Store,
    feed: str,
    source: Source,
    reader: Reader,
    *,
    lines_by_name: bool = False,
    progress: Progress = lambda done, total: None,
) -> Taken:
    """Take one delivery into a feed that is known. Bad input ends in quarantine and never raises; UnreadablePath and
    StoreError mean that the rest was not taken: the same bytes again go on from there.
    """
    envelope = examine(source, lines_by_name)
    with store.database.alone(f"feed {feed}"):
        kind = envelope.encoding, envelope.format
        delivery = store.deliveries.begin(feed, envelope.sha256, envelope.size, *kind)
        taking = _Taking(store, delivery, source, reader, envelope, progress)
        while not taking.done:
            taking.go_on()
        figures = store.deliveries.finish(delivery)
    reasons = tuple(store.quarantine.reasons(delivery.id)) if figures.quarantined else ()
    return Taken(delivery.id, delivery.format, envelope.size, delivery.resumed, figures, reasons)


class _Taking:
    """One attempt. `done` turns true when there is nothing left to do."""

    def __init__(
        self,
        store: Store,
        delivery: OpenDelivery,
        source: Source,
        reader: Reader,
        envelope: Envelope,
        progress: Progress,
    ) -> None:
        self.done = False
        self._deliveries, self._delivery, self._progress = store.deliveries, delivery, progress
        self._source, self._reader, self._envelope = source, reader, envelope
        self._position = Position()

    def go_on(self) -> None:
        self._position = self._deliveries.position(self._delivery)
        try:
            if self._delivery.encoding == "gzip":
                self._keep("wrapper", self._source.blocks(), self._position.wrapper_end)
            if self._delivery.format == "json" or self._envelope.refusal:
                self._document()
            else:
                self._lines()
        except Overtaken:
            return
        self.done = True

    def _keep(self, stream: Stream, blocks: Iterable[bytes], start: int) -> None:
        """Bytes of a stream from `start` on, several blocks a transaction."""
        at, held = 0, list[bytes]()
        for block in blocks:
            fresh = block[max(0, start - at) :]
            at += len(block)
            if fresh:
                held.append(fresh)
            if len(held) == _KEPT_AT_ONCE:
                start = self._keep_together(stream, held, start)
        self._keep_together(stream, held, start)

    def _keep_together(self, stream: Stream, held: list[bytes], start: int) -> int:
        if not held:
            return start
        end = start + sum(map(len, held))
        before = self._position
        after = replace(before, wrapper_end=end) if stream == "wrapper" else replace(before, content_end=end)
        with self._deliveries.batch(self._delivery, before, after, received=0) as batch:
            for block in held:
                batch.keep(stream, start, block)
                start += len(block)
        held.clear()
        self._position = after
        return end

    def _content(self) -> Iterator[bytes]:
        return content_blocks(self._source, self._delivery.encoding, Gunzip())

    def _document(self) -> None:
        digest, whole = hashlib.sha256(), io.BytesIO()

        def seen() -> Iterator[bytes]:
            for block in self._content():
                digest.update(block)
                if not self._envelope.refusal:
                    whole.write(block)
                yield block

        self._keep("content", seen(), self._position.content_end)
        if self._envelope.refusal:
            place = Place("", 0, self._envelope.content_size, digest.digest())
            issues = tuple(each for each in (self._envelope.fault, self._envelope.refusal) if each)
            if not self._position.items_end:
                self._file([Arrival(place, issues=issues)], 0, self._position.content_end, 1)
            return
        self._pieces(whole.getvalue())

    def _pieces(self, content: bytes) -> None:
        document, held, number = self._reader.document(content), list[Arrival](), 0
        notice = self._envelope.fault
        done = self._position.items_end
        for piece in document:
            number += 1
            if not piece.pointer and piece.issues and notice:
                piece, notice = replace(piece, issues=(notice, *piece.issues)), None
            if number <= done:
                continue
            held.append(self._reader.arrival(content, piece))
            if len(held) == PIECES:
                self._file(held, 0, self._position.content_end, number)
                self._progress(piece.start, len(content))
                held.clear()
        if done > number:
            return  # the mark of the end is set
        if notice:
            held.append(_noticed(notice, len(content)))
        self._file(held, max(0, document.resources - number), self._position.content_end, number + 1)

    def _lines(self) -> None:
        surroundings = Surroundings()
        surroundings.collect(chunks(self._content()))
        if surroundings.left_out:
            surroundings.collect(chunks(self._content()))
        start, line = self._position.content_end, self._position.items_end
        for chunk, last in _with_last(chunks(self._content(), start, line)):
            end = chunk.start + len(chunk.content)
            arrivals, context = read_lines(self._reader, chunk, surroundings)
            if last:
                arrivals += self._notices(chunk, arrivals, surroundings)
            self._file(arrivals, context, end, chunk.after, chunk)
            self._progress(end, self._envelope.content_size)

    def _notices(self, chunk: Chunk, arrivals: list[Arrival], surroundings: Surroundings) -> list[Arrival]:
        """What is wrong with the file as a whole. A line that was cut off with its gzip says so itself."""
        end, fault = chunk.start + len(chunk.content), self._envelope.fault
        tail = arrivals[-1] if arrivals else None
        if fault and not chunk.closed and tail and tail.issues and tail.place.start >= chunk.content.rfind(b"\n"):
            arrivals[-1], fault = replace(tail, issues=(fault, *tail.issues)), None
        return [_noticed(each, end) for each in (fault, surroundings.notice) if each]

    def _file(
        self, arrivals: Sequence[Arrival], context: int, content_end: int, items_end: int, chunk: Chunk | None = None
    ) -> None:
        after = Position(self._position.wrapper_end, content_end, items_end)
        position = self._position
        with self._deliveries.batch(self._delivery, position, after, len(arrivals), context) as batch:
            if chunk:
                for at, part in _parts(chunk.content):
                    batch.keep("content", chunk.start + at, part)
            file(batch, self._delivery.feed, arrivals)
        self._position = after


def read_lines(reader: Reader, chunk: Chunk, surroundings: Surroundings) -> tuple[list[Arrival], int]:
    """The arrivals of a chunk of lines, and how many resources only stand beside them."""
    if chunk.fragment:
        place = Place(f"/{chunk.first}", chunk.start, len(chunk.content), hashlib.sha256(chunk.content).digest())
        return [Arrival(place, issues=(TOO_LONG,))], 0
    arrivals, context = list[Arrival](), 0
    for number, at, line in chunk.lines():
        found, beside = read_line(reader, number, at, line, surroundings)
        arrivals += found
        context += beside
    surroundings.forget()
    return arrivals, context


def read_line(
    reader: Reader, number: int, at: int, line: bytes, surroundings: Surroundings
) -> tuple[list[Arrival], int]:
    """The same of one line."""
    document = reader.document(line, f"/{number}")
    pieces = [piece for piece in document if not is_context(piece)]
    more = None if surroundings.empty else lambda context: surroundings.around(line, context)
    arrivals = [reader.arrival(line, piece, at, more) for piece in pieces]
    return arrivals, max(0, document.resources - len(pieces))


def _noticed(issue: Issue, end: int) -> Arrival:
    return Arrival(Place("", end, 0, hashlib.sha256(b"").digest()), issues=(issue,))


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    if len(content) <= 2 * CHUNK:
        yield 0, content
        return
    for at in range(0, len(content), CHUNK):
        yield at, content[at : at + CHUNK]


def _with_last(found: Iterator[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """Each chunk, and whether it is the last."""
    ahead = next(found, None)
    while ahead is not None:
        chunk, ahead = ahead, next(found, None)
        yield chunk, ahead is None
