"""gzip, read as far as it can be read. What is wrong with it is an issue, not an exception."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from adapter.fhir.issue import Issue
from adapter.intake.source import BLOCK

MAGIC = b"\x1f\x8b"
_GZIP = 31  # zlib's name for a gzip header and trailer
TRUNCATED = Issue("incomplete", "", "The gzip file ends too early: what came before was taken. Send it again whole.")
CORRUPT = Issue("incomplete", "", "The gzip file is damaged: what could be read was taken. Send it again.")
TRAILING = Issue("structure", "", "Something that is no gzip follows the gzip file: send it without.")


class Gunzip:
    """`blocks` gives the text; when it is exhausted, `fault` says what was wrong, if anything was."""

    def __init__(self) -> None:
        self.fault: Issue | None = None
        self._member: zlib._Decompress | None = None
        self._held = b""

    def blocks(self, wire: Iterable[bytes]) -> Iterator[bytes]:
        """The decompressed text of one or several gzip members, in pieces of about `BLOCK` bytes at most."""
        self.fault, self._member, self._held = None, None, b""
        for block in wire:
            yield from self._fed(self._held + block)
            if self.fault:
                return
        if self._member is not None or self._held:
            self.fault = TRUNCATED

    def _fed(self, pending: bytes) -> Iterator[bytes]:
        self._held = b""
        while pending:
            if self._member is None:
                if not pending.strip(b"\0"):  # tapes and some tools pad with zeros
                    return
                if len(pending) < len(MAGIC):
                    self._held = pending
                    return
                if not pending.startswith(MAGIC):
                    self.fault = TRAILING
                    return
                self._member = zlib.decompressobj(_GZIP)
            before = self._member.copy()
            done = 0
            try:
                for text in _pieces(self._member, pending):
                    done += len(text)
                    yield text
            except zlib.error:
                self.fault = CORRUPT
                yield _salvaged(before, pending)[done:]
                return
            if not self._member.eof:
                return
            pending, self._member = self._member.unused_data, None


def _pieces(member: zlib._Decompress, pending: bytes) -> Iterator[bytes]:
    while True:
        text = member.decompress(pending, BLOCK)
        if text:
            yield text
        pending = member.unconsumed_tail
        if member.eof or (not pending and len(text) < BLOCK):
            return


def _salvaged(member: zlib._Decompress, pending: bytes) -> bytes:
    """What lies before the damage: zlib gives nothing of a call that fails, so it is fed byte by byte."""
    found = bytearray()
    try:
        for at in range(len(pending)):
            found += member.decompress(pending[at : at + 1])
    except zlib.error:
        pass
    return bytes(found)
