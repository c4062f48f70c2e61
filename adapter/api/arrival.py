"""A request's body, taken off the wire: its type told, its size held, nothing of it in a named file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import BinaryIO, TypeVar, cast

from fastapi import Request

from adapter.api.media_type import JSON, named_version
from adapter.api.refusal import Refusal
from adapter.api.service import service_of
from adapter.feeds.body import Body, TooLarge
from adapter.fhir.model import Version

T = TypeVar("T")

_IN_MEMORY = 1 << 20


class Arrived:
    """`stream` holds the body as it came; `gzip` is what its Content-Encoding says, `version` its Content-Type."""

    def __init__(self, stream: BinaryIO, gzip: bool, most: int, version: Version | None) -> None:
        self._stream, self._gzip, self._most, self.version = stream, gzip, most, version

    def into(self, work: Callable[[Body], T]) -> T:
        """Unpack it and hand it on. In a worker thread; once."""
        try:
            body = Body(self._stream, self._gzip, self._most)
        except TooLarge:
            raise too_large(self._most) from None
        with body:
            return work(body)


async def arrived(request: Request) -> Arrived:
    """The body of a FHIR request. Raises Refusal 413 and 415."""
    limits = service_of(request).limits
    version, gzip = _version(request), _is_gzip(request)
    stream = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - closed with its Body
    try:
        await _spool(request, stream, limits.body)
    except BaseException:
        stream.close()
        raise
    return Arrived(stream, gzip, limits.text, version)


async def small(request: Request, most: int = 1 << 16) -> bytes:
    """The body of any other request."""
    found = bytearray()
    async for block in request.stream():
        found += block
        if len(found) > most:
            raise too_large(most)
    return bytes(found)


def too_large(most: int) -> Refusal:
    return Refusal(413, f"The body is longer than {most:,} bytes: send it in parts.")


async def _spool(request: Request, stream: BinaryIO, most: int) -> None:
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise too_large(most)
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > most:
            raise too_large(most)
        stream.write(block)


def _version(request: Request) -> Version | None:
    """What the Content-Type says. Raises Refusal 415 for a type that cannot be read."""
    type_, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().partition("charset=")[2].split(";")[0]
    if type_.strip().lower() not in JSON or charset.strip(' "') not in ("", "utf-8", "us-ascii"):
        raise Refusal(415, "Send FHIR as JSON in UTF-8: `Content-Type: application/fhir+json`.")
    try:
        return named_version(f";{parameters}")
    except ValueError:
        raise Refusal(415, "Send FHIR R4 (fhirVersion=4.0) or STU3 (fhirVersion=3.0).") from None


def _is_gzip(request: Request) -> bool:
    """Raises Refusal 415 for another encoding."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise Refusal(415, "Send the body plain, or with `Content-Encoding: gzip`.", {"Accept-Encoding": "gzip"})
    return encoding != "identity"
