"""NDJSON in chunks that end where a line ends: what one transaction takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

CHUNK = 4 << 20
LONGEST_LINE = 256 << 20


class Chunk(Struct, frozen=True):
    """Whole lines: `start` is the place of the first in the content, `first` its number from 0, blank lines counted.

    `fragment` marks a part of a line that is too long to be read. `closed` tells that the last line has its line end.
    """

    start: int
    content: bytes
    first: int
    fragment: bool
    closed: bool

    @property
    def end(self) -> int:
        """Where the next one starts."""
        return self.start + len(self.content)

    @property
    def after(self) -> int:
        """The number of the line that follows."""
        if self.fragment:
            return self.first + self.closed
        return self.first + self.content.count(b"\n") + (not self.closed)

    def lines(self) -> Iterator[tuple[int, int, bytes]]:
        """Number, place in the content, and text without its line end; none for blank lines."""
        at = self.start
        for offset, line in enumerate(self.content.split(b"\n")):
            if line.strip():
                yield self.first + offset, at, line
            at += len(line) + 1


def chunks(blocks: Iterable[bytes], start: int = 0, line: int = 0) -> Iterator[Chunk]:
    """The content from byte `start` on, where line number `line` begins: in each chunk as many lines as are together
    no longer than `CHUNK`, or one. Where a chunk ends depends on the content and `start` alone.
    """
    held, to_skip, inside = bytearray(), start, False
    for block in blocks:
        held += block[to_skip:]
        to_skip = max(0, to_skip - len(block))
        while True:
            cut = _cut(held, inside)
            if not cut and len(held) < LONGEST_LINE:
                break
            end = cut or LONGEST_LINE
            chunk = Chunk(start, bytes(memoryview(held)[:end]), line, inside or not cut, bool(cut))
            inside = not cut
            yield chunk
            del held[:end]
            start, line = start + end, chunk.after
    if held:
        yield Chunk(start, bytes(held), line, inside, held.endswith(b"\n"))


def _cut(held: bytearray, inside: bool) -> int:
    """Where the next chunk ends; 0 where that cannot be told yet, or no line ends within the longest there may be."""
    if inside:
        return held.find(b"\n", 0, LONGEST_LINE) + 1
    if len(held) < CHUNK:
        return 0
    return held.rfind(b"\n", 0, CHUNK) + 1 or held.find(b"\n", CHUNK, LONGEST_LINE) + 1
