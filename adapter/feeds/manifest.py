"""What a bulk export says that it has made.

Source: HL7 Bulk Data Access 2.0, "Response - Complete Status".
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import msgspec
from msgspec import Struct

from adapter.feeds.next_link import NoAddress, address


class ExportFile(Struct, frozen=True):
    """`count` is how many resources it holds, None where that is not said."""

    type: str
    url: httpx.URL
    count: int | None


class Manifest(Struct, frozen=True):
    """`time` is until when everything is in it. Files are by type, and then as the server lists them."""

    time: datetime
    bearing: bool
    output: tuple[ExportFile, ...]
    deleted: tuple[ExportFile, ...]
    error: tuple[ExportFile, ...]


def read_manifest(content: bytes, page: str) -> Manifest | None:
    """None for what is none. `page` is the address that it came from."""
    try:
        said = msgspec.json.decode(content)
        time = datetime.fromisoformat(said["transactionTime"])
        if time.tzinfo is None:
            return None
        files = {name: _files(said.get(name), page) for name in ("output", "deleted", "error")}
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError, TypeError, ValueError, NoAddress):
        return None
    return Manifest(time, said.get("requiresAccessToken") is True, **files)


def _files(said: Any, page: str) -> tuple[ExportFile, ...]:
    """One that is listed twice is one. Raises ValueError, KeyError or TypeError for what is no list of files."""
    found: dict[str, ExportFile] = {}
    for one in said if said is not None else []:
        if not isinstance(one, dict):
            raise TypeError
        count = one.get("count")
        count = count if isinstance(count, int) and not isinstance(count, bool) else None
        url = address(page, one["url"])
        found.setdefault(str(url), ExportFile(str(one.get("type", "")), url, count))
    return tuple(sorted(found.values(), key=lambda each: each.type))
