"""Bytes that can be read again and again, and are the same each time."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO

from adapter.errors import UnreadablePath

BLOCK = 1 << 20
_CHANGED = "A file changed while it was read: ingest it again when it is complete."


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
