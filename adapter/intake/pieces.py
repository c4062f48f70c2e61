"""A delivery that is one document, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from adapter.fhir.issue import Issue
from adapter.intake.arrival import Arrival, Place
from adapter.intake.envelope import Envelope
from adapter.intake.parcel import noticed
from adapter.intake.reading import Reader


class Pieces:
    """The arrivals of a document, numbered from 1. What is wrong with its gzip is said with what is wrong with the
    whole of it, else at its end.
    """

    def __init__(self, reader: Reader, content: bytes, fault: Issue | None) -> None:
        self._reader, self._content, self._fault = reader, content, fault
        self._document = reader.document(content)
        self.resources = self._document.resources
        """How many the document holds, records and others."""
        self.number = 0
        """How many pieces have been met."""

    def after(self, done: int) -> Iterator[tuple[int, Arrival]]:
        """Each that comes after the first `done` ones, with the bytes of the document before it."""
        self.number, fault = 0, self._fault
        for piece in self._document:
            self.number += 1
            if not piece.pointer and piece.issues and fault:
                piece, fault = replace(piece, issues=(fault, *piece.issues)), None
            if self.number > done:
                yield piece.start, self._reader.arrival(self._content, piece)
        if fault and done <= self.number:
            yield len(self._content), noticed(fault, len(self._content))

    @property
    def context(self) -> int:
        """How many resources only stand beside the pieces, when all of these have been met."""
        return max(0, self.resources - self.number)


def refused(envelope: Envelope, sha256: bytes) -> Arrival:
    """The whole of a delivery that cannot be read; `sha256` is of its text."""
    place = Place("", 0, envelope.content_size, sha256)
    return Arrival(place, issues=tuple(each for each in (envelope.fault, envelope.refusal) if each))
