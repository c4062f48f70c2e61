"""The page that follows: its address in whatever form the server gives it.

Source: FHIR R4 search "Paging": the link is followed as it is, never built.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import httpx


class NoAddress(Exception):
    """The link leads to no web address."""


def next_link(bundle: Mapping[str, Any]) -> str | None:
    """`link[relation=next].url` of a Bundle, None on the last page."""
    links = bundle.get("link")
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
            return str(link["url"])
    return None


def address(page: str, following: str) -> httpx.URL:
    """A link as it stands, or relative to the page that names it. Raises NoAddress."""
    try:
        url = httpx.URL(urljoin(page, following.strip()))
    except (ValueError, httpx.InvalidURL):
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise NoAddress
    return url
