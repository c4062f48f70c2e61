"""Files of a bulk export: have they come whole, and how they are put together to one delivery.

A record needs the patient and the practitioner that it refers to, and these lie in files of their own. So all files of
an export are one delivery, one after the other: as they came where all are plain or all are gzip, else unpacked.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import msgspec
from msgspec import Struct

from adapter.feeds.patience import Again
from adapter.intake.gunzip import MAGIC, Gunzip
from adapter.intake.source import BLOCK

_LONGEST_TAIL = 64 << 20
_CUT = "sent a file that was cut off"


class Lines(Struct, frozen=True):
    """`texts` counts the lines that hold something; `closed`: the last one ends with a line feed."""

    texts: int
    closed: bool
    gzip: bool
    last: bytes


def lines_of(stream: BinaryIO) -> Lines:
    """Reads all of it. Raises Again for a gzip that is damaged."""
    packed, gunzip = is_gzip(stream), Gunzip()
    texts, tail, last = 0, b"", b""
    for block in gunzip.blocks(_blocks(stream)) if packed else _blocks(stream):
        *whole, tail = (tail + block).split(b"\n")
        for line in whole:
            if line.strip():
                texts, last = texts + 1, line
    if gunzip.fault:
        raise Again(_CUT)
    closed = not tail.strip()
    return Lines(texts + (not closed), closed, packed, last if closed else tail)


class Wholeness:
    """Judges whether a file that is downloaded came whole; one for all attempts at it. `count` is how many resources it
    should hold, None where that is not said.
    """

    def __init__(self, count: int | None) -> None:
        self._count, self._seen = count, b""

    def check(self, stream: BinaryIO, framed: bool) -> None:
        """Raises Again where it may have been cut off: it holds fewer resources than it should, or its gzip is damaged.
        Where nothing tells the end, neither a count nor gzip nor HTTP (`framed`), it could be cut between two lines:
        then it must come twice alike.
        """
        lines = lines_of(stream)
        if self._count is not None and lines.texts < self._count:
            raise Again(_CUT)
        if framed or lines.gzip or self._count is not None:
            return
        if lines.texts and not _is_json(lines.last):
            raise Again(_CUT)
        stream.seek(0)
        digest = hashlib.sha256()
        for block in _blocks(stream):
            digest.update(block)
        if digest.digest() != self._seen:
            self._seen = digest.digest()
            raise Again("sent a file without saying where it ends")


def joined(streams: Sequence[BinaryIO]) -> BinaryIO:
    """One stream of all, at its start; the others are closed."""
    if len(streams) == 1:
        return streams[0]
    whole: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (closed by whoever takes it)
    packed = all(map(is_gzip, streams))
    for stream in streams:
        with stream:
            closed = lines_of(stream).closed
            stream.seek(0)
            if packed or not is_gzip(stream):
                shutil.copyfileobj(stream, whole, BLOCK)
            else:
                for text in Gunzip().blocks(_blocks(stream)):
                    whole.write(text)
            if not closed:
                whole.write(gzip.compress(b"\n", mtime=0) if packed else b"\n")
    whole.seek(0)
    return whole


def is_gzip(stream: BinaryIO) -> bool:
    """By how it begins; the stream is at its start then."""
    stream.seek(0)
    start = stream.read(len(MAGIC))
    stream.seek(0)
    return start == MAGIC


def has_errors(stream: BinaryIO) -> bool:
    """Whether an OperationOutcome in it speaks of more than a warning. What cannot be read counts as an error."""
    stream.seek(0)
    blocks = Gunzip().blocks(_blocks(stream)) if is_gzip(stream) else _blocks(stream)
    texts = [line for line in b"".join(blocks).split(b"\n") if line.strip()]
    stream.seek(0)
    return any(map(_is_error, texts))


def _is_error(line: bytes) -> bool:
    try:
        issues = msgspec.json.decode(line)["issue"]
        return any(issue.get("severity") not in ("warning", "information", "success") for issue in issues)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError, AttributeError):
        return True


def _is_json(line: bytes) -> bool:
    if len(line) > _LONGEST_TAIL:
        return True
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    while block := stream.read(BLOCK):
        yield block
