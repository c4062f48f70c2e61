"""A delivery from its first byte to its last figure.

Bytes and what was read from them are committed together, chunk by chunk, each chunk where the one before ended. So a
delivery may be cut off at any moment: the next attempt finds it unfinished and goes on, nothing lost, nothing twice.
A small one is committed as a whole (see `small`).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from adapter.fhir.issue import Issue
from adapter.intake import small
from adapter.intake.arrival import Arrival, sheaf
from adapter.intake.crew import Crew
from adapter.intake.envelope import Envelope, content_blocks, examine
from adapter.intake.filing import file
from adapter.intake.gunzip import Gunzip
from adapter.intake.lines import Chunk, chunks
from adapter.intake.parcel import Errand
from adapter.intake.pieces import Pieces, refused
from adapter.intake.reading import Reader
from adapter.intake.source import Source
from adapter.intake.surroundings import Surroundings, surroundings_of
from adapter.store.deliveries import OpenDelivery, Overtaken
from adapter.store.delivery import Figures, Position, Stream
from adapter.store.docket import Sheaf
from adapter.store.names_seen import NamesSeen
from adapter.store.seal import SealedPart
from adapter.store.store import Store

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are done."""

_KEPT_AT_ONCE = 8


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
    whole: bool = False,
    progress: Progress = lambda done, total: None,
    crew: Crew | None = None,
) -> Taken:
    """Take one delivery into a feed that is known. Bad input ends in quarantine and never raises; UnreadablePath and
    StoreError mean that the rest was not taken: the same bytes again go on from there. With `whole` one transaction
    takes it however large it is. `crew` reads it where it is large, with a reader of the same make.
    """
    envelope = examine(source, lines_by_name)
    seen = crew.seen(feed) if crew else None
    with store.database.alone(f"feed {feed}"):
        taken = small.take_whole(store, feed, source, reader, envelope, seen, whole=whole)
        delivery, figures = taken or _in_parts(store, feed, source, reader, envelope, progress, crew, seen)
    reasons = tuple(store.quarantine.reasons(delivery.id)) if figures.quarantined else ()
    return Taken(delivery.id, delivery.format, envelope.size, delivery.resumed, figures, reasons)


def _in_parts(
    store: Store,
    feed: str,
    source: Source,
    reader: Reader,
    envelope: Envelope,
    progress: Progress,
    crew: Crew | None,
    seen: NamesSeen | None,
) -> tuple[OpenDelivery, Figures]:
    delivery = store.deliveries.begin(feed, envelope.sha256, envelope.size, envelope.encoding, envelope.format)
    taking = _Taking(store, delivery, source, reader, envelope, progress, crew or Crew(reader, store.seal), seen)
    while not taking.done:
        taking.go_on()
    return delivery, store.deliveries.finish(delivery)


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
        crew: Crew,
        seen: NamesSeen | None,
    ) -> None:
        self.done, self._seen = False, seen
        self._deliveries, self._delivery, self._progress = store.deliveries, delivery, progress
        self._source, self._reader, self._envelope, self._crew = source, reader, envelope, crew
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
        if not self._envelope.refusal:
            self._pieces(whole.getvalue())
        elif not self._position.items_end:
            arrival = refused(self._envelope, digest.digest())
            self._file(sheaf([arrival], self._delivery.feed), self._position.content_end, 1)

    def _pieces(self, content: bytes) -> None:
        pieces, held = Pieces(self._reader, content, self._envelope.fault), list[Arrival]()
        done, end, feed = self._position.items_end, self._position.content_end, self._delivery.feed
        for before, arrival in pieces.after(done):
            held.append(arrival)
            if len(held) == small.PIECES:
                self._file(sheaf(held, feed), end, pieces.number)
                self._progress(before, len(content))
                held.clear()
        if done <= pieces.number:  # else the mark of the end is set
            self._file(sheaf(held, feed, pieces.context), end, pieces.number + 1)

    def _lines(self) -> None:
        surroundings = surroundings_of(self._content, self._envelope.records_only)
        position = self._position
        errands = self._errands(chunks(self._content(), position.content_end, position.items_end), surroundings)
        size, source = self._envelope.content_size, self._source if self._delivery.encoding == "identity" else None
        for step in self._crew.parcels(errands, surroundings, size, source):
            self._file(step.parcel.sheaf, step.end, step.after, step.parcel.parts)
            self._progress(step.end, size)

    def _errands(self, found: Iterator[Chunk], surroundings: Surroundings) -> Iterator[Errand]:
        feed, id_ = self._delivery.feed, self._delivery.id
        for chunk, last in _with_last(found):
            if last:
                notices = (surroundings.notice,) if surroundings.notice else ()
                yield Errand(feed, id_, chunk, self._envelope.fault, notices)
            else:
                yield Errand(feed, id_, chunk)

    def _file(self, made: Sheaf, content_end: int, items_end: int, parts: Sequence[SealedPart] = ()) -> None:
        before = self._position
        after = Position(before.wrapper_end, content_end, items_end)
        figures = len(made.dockets), made.context
        with self._deliveries.batch(self._delivery, before, after, *figures, self._seen) as batch:
            batch.keep_sealed("content", parts)
            file(batch, made)
        self._position = after


def _with_last(found: Iterator[Chunk]) -> Iterator[tuple[Chunk, bool]]:
    """Each chunk, and whether it is the last."""
    ahead = next(found, None)
    while ahead is not None:
        chunk, ahead = ahead, next(found, None)
        yield chunk, ahead is None
