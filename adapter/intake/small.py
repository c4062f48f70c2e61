"""A delivery that one transaction can hold: begun, kept, filed and ended at once, or not at all."""

from __future__ import annotations

import hashlib

from adapter.intake import lines
from adapter.intake.arrival import sheaf
from adapter.intake.envelope import Envelope, content_blocks
from adapter.intake.filing import file
from adapter.intake.gunzip import Gunzip
from adapter.intake.lines import chunks
from adapter.intake.parcel import Errand, read_chunk
from adapter.intake.pieces import Pieces, refused
from adapter.intake.reading import Reader
from adapter.intake.source import Source
from adapter.intake.surroundings import surroundings_of
from adapter.store.batch import Batch
from adapter.store.deliveries import OpenDelivery, Overtaken
from adapter.store.delivery import Figures, Position
from adapter.store.docket import Sheaf
from adapter.store.names_seen import NamesSeen
from adapter.store.store import Store

PIECES = 500
"""How many pieces of a document one transaction takes that need not be all or nothing."""


def take_whole(
    store: Store,
    feed: str,
    source: Source,
    reader: Reader,
    envelope: Envelope,
    seen: NamesSeen | None = None,
    *,
    whole: bool = False,
) -> tuple[OpenDelivery, Figures] | None:
    """None for one that is too large for that, unless it must be `whole`, or was begun before."""
    large = not whole and max(envelope.content_size, envelope.size) >= lines.CHUNK
    if large or store.deliveries.begun(feed, envelope.sha256):
        return None
    content = b"".join(content_blocks(source, envelope.encoding, Gunzip()))
    found = _read(feed, reader, envelope, content, whole)
    if found is None:
        return None
    made, items = found
    wrapper = b"".join(source.blocks()) if envelope.encoding == "gzip" else b""

    def write(batch: Batch) -> None:
        if wrapper:
            batch.keep("wrapper", 0, wrapper)
        if content:
            batch.keep("content", 0, content)
        file(batch, made)

    after = Position(len(wrapper), len(content), items)
    kind = envelope.encoding, envelope.format
    figures = len(made.dockets), made.context
    try:
        return store.deliveries.whole(feed, envelope.sha256, envelope.size, *kind, after, *figures, write, seen)
    except Overtaken:
        return None


def _read(feed: str, reader: Reader, envelope: Envelope, content: bytes, whole: bool) -> tuple[Sheaf, int] | None:
    """What is to be filed, and where the items end. None where they are too many."""
    if envelope.refusal:
        return sheaf([refused(envelope, hashlib.sha256(content).digest())], feed), 1
    if envelope.format == "json":
        pieces = Pieces(reader, content, envelope.fault)
        if pieces.resources > PIECES and not whole:
            return None
        arrivals = [arrival for _, arrival in pieces.after(0)]
        return sheaf(arrivals, feed, pieces.context), pieces.number + 1
    surroundings = surroundings_of(lambda: iter((content,)), envelope.records_only)
    [chunk] = chunks([content])
    notices = (surroundings.notice,) if surroundings.notice else ()
    return read_chunk(reader, Errand(feed, "", chunk, envelope.fault, notices), surroundings), chunk.after
