"""One page of a search, as far as paging needs to understand it. What is in it is judged where it is taken."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from adapter.feeds.next_link import next_link


class Page(Struct, frozen=True):
    """`matches` names each match, `entries` counts all that is in it, `total` is how many matches the server says that
    there are on all pages; `mark` is the digest of the entries.
    """

    matches: frozenset[str]
    entries: int
    total: int | None
    following: str | None
    mark: bytes


def read_page(content: bytes, kind: str) -> Page | None:
    """None for what is no Bundle. Matches are resources of this `kind`."""
    try:
        bundle = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if not isinstance(bundle, dict) or bundle.get("resourceType") != "Bundle":
        return None
    entries = bundle.get("entry")
    entries = entries if isinstance(entries, list) else []
    total = bundle.get("total")
    return Page(
        frozenset(_matches(entries, kind)),
        len(entries),
        total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None,
        next_link(bundle),
        hashlib.sha256(msgspec.json.encode(entries)).digest(),
    )


def _matches(entries: list[Any], kind: str) -> Iterator[str]:
    """By type and id, else by the full URL, else by what they hold: one that comes twice is one."""
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or resource.get("resourceType") != kind:
            continue
        search = entry.get("search")
        if isinstance(search, dict) and search.get("mode") in ("include", "outcome"):
            continue
        name = resource.get("id") or entry.get("fullUrl")
        yield str(name) if name else hashlib.sha256(msgspec.json.encode(resource)).hexdigest()
