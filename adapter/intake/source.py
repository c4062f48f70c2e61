"""Bytes that can be read again and again, and are the same each time."""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO

from msgspec import Struct

from adapter.errors import UnreadablePath

BLOCK = 1 << 20
_CHANGED = "A file changed while it was read: ingest it again when it is complete."


class Passage(Struct, frozen=True):
    """Some bytes of a file that lies where other processes can read it: its blocks from `first` on, marked as they
    were when they were first read. `end` may lie in the last of them.
    """

    path: str
    start: int
    end: int
    first: int
    marks: tuple[tuple[int, int], ...]

    def read(self) -> bytes:
        """Raises UnreadablePath where it is not what it was."""
        try:
            with open(self.path, "rb", buffering=0) as file:
                file.seek(self.first)
                held = file.read(sum(length for length, _ in self.marks))
        except OSError:
            raise UnreadablePath(_CHANGED) from None
        at, view = 0, memoryview(held)
        for length, mark in self.marks:
            if zlib.crc32(view[at : at + length]) != mark:
                raise UnreadablePath(_CHANGED)
            at += length
        return held[self.start - self.first : self.end - self.first]


class Source:
    """What one delivery is read from. The first reading fixes what it is: a file that grows later is taken as it was
    then, and one that changed ends the reading with UnreadablePath before anything of the change is kept.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Takes the stream over and closes it. One that cannot be read twice, such as a pipe, is copied to a temporary
        file that has no name, so that nobody else finds patients' records in it.
        """
        self._file = stream if stream.seekable() else _spooled(stream)
        self._marks: list[tuple[int, int]] = []
        self._whole = False

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def blocks(self) -> Iterator[bytes]:
        """All of it from the start, in blocks of `BLOCK` bytes but for the last."""
        if self._whole:
            yield from self._again()
            return
        self._marks.clear()
        for block in _read(self._file):
            self._marks.append((len(block), zlib.crc32(block)))
            yield block
        self._whole = True

    def passage(self, start: int, end: int) -> Passage | None:
        """A reference to bytes of what was read whole; None where this is no file of its own that has a name."""
        path = getattr(self._file, "name", None)
        if not self._whole or not isinstance(path, str) or not os.path.isfile(path):
            return None
        size = self._marks[0][0] if self._marks else 1  # all blocks but the last are as long as the first
        first, last = start // size, -(-end // size)
        return Passage(os.path.abspath(path), start, end, first * size, tuple(self._marks[first:last]))

    def _again(self) -> Iterator[bytes]:
        position = 0
        for length, mark in self._marks:
            try:
                self._file.seek(position)
                block = self._file.read(length)
            except OSError:
                raise UnreadablePath(_CHANGED) from None
            if len(block) != length or zlib.crc32(block) != mark:
                raise UnreadablePath(_CHANGED)
            position += length
            yield block


def _read(file: BinaryIO) -> Iterator[bytes]:
    try:
        file.seek(0)
        while block := file.read(BLOCK):
            yield block
    except OSError:
        raise UnreadablePath("A file cannot be read to its end: check the disk or the network it is on.") from None


def _spooled(stream: BinaryIO) -> BinaryIO:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the Source)
    try:
        with stream:
            while block := stream.read(BLOCK):
                copy.write(block)
    except OSError:
        copy.close()
        raise UnreadablePath("The input cannot be read to its end, or the disk is full: try again.") from None
    return copy
