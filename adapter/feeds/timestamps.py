"""A time-stamping authority, asked over HTTP as RFC 3161 (3.4) has it."""

from __future__ import annotations

import httpx

from adapter.errors import AdapterError, UsageError
from adapter.provenance.timestamp import answered, request

_PATIENCE = 30.0
_MOST = 1 << 20
"""Bytes of an answer; a stamp has a few thousand."""
_ASKS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}


def stamp(url: str, content: bytes) -> bytes:
    """The authority's stamp of this content, as it came. Nothing but the content's hash leaves.

    Raises UsageError for what is no address, AdapterError where nobody answers as asked.
    """
    asked = request(content)
    try:
        with (
            httpx.Client(timeout=_PATIENCE) as client,
            client.stream("POST", url, content=asked.as_bytes(), headers=_ASKS) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise AdapterError(
                    f"The time-stamping authority answered {answer.status_code}: try again later, or another one."
                )
            found = bytearray()
            for piece in answer.iter_bytes():
                found += piece
                if len(found) > _MOST:
                    raise AdapterError("The time-stamping authority answers with far too much: check its address.")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol):
        raise UsageError("This is no address of a time-stamping authority: write https://… or http://…") from None
    except httpx.HTTPError:
        raise AdapterError("The time-stamping authority does not answer: check its address, then try again.") from None
    answered(asked, bytes(found))
    return bytes(found)
