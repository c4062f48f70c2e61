"""What is made of one chunk of lines before it is filed. It needs nothing but the chunk, so anybody can make it.

An errand says what to read, a parcel is what was read: dockets to be filed in their order, and the bytes themselves,
sealed. The same errand gives the same parcel (but for the nonces of encryption) in any process.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct
from msgspec.structs import replace

from adapter.fhir.issue import Issue
from adapter.intake.arrival import Arrival, Place, sheaf
from adapter.intake.lines import Chunk
from adapter.intake.reading import Reader
from adapter.intake.surroundings import Surroundings
from adapter.store.docket import Sheaf
from adapter.store.seal import Seal, SealedPart, sealed_parts

TOO_LONG = Issue("too-long", "", "A line of NDJSON is longer than 256 MiB: send the resource on its own.")


class Errand(Struct, frozen=True):
    """A chunk of a delivery to one feed. `fault` is what is wrong with the gzip that it is the end of, `notices` what
    else is to be said at the end of the file.
    """

    feed: str
    delivery: str
    chunk: Chunk
    fault: Issue | None = None
    notices: tuple[Issue, ...] = ()


class Parcel(Struct, frozen=True, array_like=True):
    """What is to be filed, and the bytes that it was read from."""

    sheaf: Sheaf
    parts: list[SealedPart]


class Step(Struct, frozen=True):
    """How far a delivery is taken with this parcel: bytes of the content, and lines."""

    end: int
    after: int
    parcel: Parcel


def parcel(reader: Reader, seal: Seal, errand: Errand, surroundings: Surroundings) -> Parcel:
    """Run an errand."""
    parts = sealed_parts(seal, errand.delivery, "content", errand.chunk.start, errand.chunk.content)
    return Parcel(read_chunk(reader, errand, surroundings), parts)


def read_chunk(reader: Reader, errand: Errand, surroundings: Surroundings) -> Sheaf:
    """What is to be filed of it."""
    arrivals, context = _read_lines(reader, errand.chunk, surroundings)
    arrivals += _notices(errand, arrivals)
    return sheaf(arrivals, errand.feed, context)


def read_line(
    reader: Reader, number: int, at: int, line: bytes, surroundings: Surroundings
) -> tuple[list[Arrival], int]:
    """The arrivals of a line, and how many resources only stand beside them."""
    more = None if surroundings.empty else lambda context: surroundings.around(line, context)
    return reader.line(line, number, at, more)


def noticed(issue: Issue, end: int) -> Arrival:
    """Something that is said of a whole file, where it ends."""
    return Arrival(Place("", end, 0, hashlib.sha256(b"").digest()), issues=(issue,))


def _read_lines(reader: Reader, chunk: Chunk, surroundings: Surroundings) -> tuple[list[Arrival], int]:
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


def _notices(errand: Errand, arrivals: list[Arrival]) -> list[Arrival]:
    """What is wrong with the file as a whole. A line that was cut off with its gzip says so itself."""
    chunk, fault = errand.chunk, errand.fault
    tail = arrivals[-1] if arrivals else None
    if fault and not chunk.closed and tail and tail.issues and tail.place.start >= chunk.content.rfind(b"\n"):
        arrivals[-1], fault = replace(tail, issues=(fault, *tail.issues)), None
    end = chunk.start + len(chunk.content)
    return [noticed(each, end) for each in (fault, *errand.notices) if each]
