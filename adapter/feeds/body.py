"""The body of a request: as it came, and as a text."""

from __future__ import annotations

import io
from typing import BinaryIO

from adapter.fhir.issue import Issue
from adapter.intake.gunzip import MAGIC, Gunzip
from adapter.intake.source import Source

NOT_GZIP = Issue("structure", "", "The body is not gzip, though its Content-Encoding says so: send it as it says.")


class TooLarge(Exception):
    """The text of a body is longer than it may be."""


class Body:
    """`source` is what came, `text` what it says, `fault` what is wrong with its gzip. It closes the stream at last."""

    def __init__(self, stream: BinaryIO, gzip: bool, most: int) -> None:
        """Takes the stream over. Raises TooLarge where more than `most` bytes of text are in it."""
        self.source = Source(stream)
        self.fault: Issue | None = None
        try:
            self.text = self._text(gzip, most)
        except BaseException:
            stream.close()
            raise

    @classmethod
    def of(cls, text: bytes) -> Body:
        """A body of our own making."""
        return cls(io.BytesIO(text), False, len(text))

    def __enter__(self) -> Body:
        return self

    def __exit__(self, *_: object) -> None:
        self.source.__exit__(None, None, None)

    def _text(self, gzip: bool, most: int) -> bytes:
        blocks, gunzip = self.source.blocks(), Gunzip()
        first = next(self.source.blocks(), b"")
        if first.startswith(MAGIC):
            blocks = gunzip.blocks(blocks)
        elif gzip:
            self.fault = NOT_GZIP
        held = bytearray()
        for block in blocks:
            held += block
            if len(held) > most:
                raise TooLarge
        self.fault = self.fault or gunzip.fault
        return bytes(held)
