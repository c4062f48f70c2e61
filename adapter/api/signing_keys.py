"""The keys of an authorization server, from its JWKS: a URL or a file. Kept, and fetched again when they grow old or a
token names one that is not among them, though never more often than every `PAUSE` seconds, whatever is sent.

Source: RFC 7517. Keys that are not for signatures, or of a kind that is not spoken here, are passed over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import jwt
import msgspec

from adapter.errors import UsageError

PAUSE = 30.0
LIFETIME = 600.0
"""Seconds after which the keys are fetched again, so that one that was withdrawn ends."""
_LARGEST = 1 << 20
_TIMEOUT = httpx.Timeout(5.0)
_KINDS = frozenset({"RSA", "EC"})


class NoKeys(Exception):
    """There are none, and none can be had: the server of the keys does not answer, or gives what is no JWKS."""


class SigningKeys:
    """`place` is an https URL, one of this machine, or a path. `clock` counts seconds, from anywhere."""

    def __init__(self, place: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Raises UsageError for a URL over which keys cannot be trusted."""
        self._url = place if "://" in place else ""
        self._path = Path(place).expanduser()
        if self._url and not _is_trusted(self._url):
            raise UsageError(
                "ADAPTER_TOKEN_JWKS must be an https URL or a file: keys over plain http can be anybody's."
            )
        self._clock, self._lock = clock, threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._asked = self._fetched = -LIFETIME

    def key(self, kid: str | None) -> jwt.PyJWK | None:
        """The key of this name; without a name the only one there is. Raises NoKeys."""
        now = self._clock()
        with self._lock:
            old = now - self._fetched >= LIFETIME
            if (old or self._named(kid) is None) and now - self._asked >= PAUSE:
                self._asked = now
                self._fetch(now)
            if not self._keys:
                raise NoKeys
            return self._named(kid)

    def _named(self, kid: str | None) -> jwt.PyJWK | None:
        if kid is None:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    def _fetch(self, now: float) -> None:
        """What is known stays where nothing new can be had."""
        try:
            keys = keys_in(self._content())
        except (OSError, ValueError, httpx.HTTPError, msgspec.MsgspecError):
            return
        if keys:
            self._keys, self._fetched = keys, now

    def _content(self) -> bytes:
        if not self._url:
            return self._path.read_bytes()
        held = bytearray()
        with (
            httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("GET", self._url, headers={"Accept": "application/json"}) as answer,
        ):
            answer.raise_for_status()
            for block in answer.iter_bytes():
                held += block
                if len(held) > _LARGEST:
                    raise ValueError("too long for a JWKS")
        return bytes(held)


def keys_in(content: bytes) -> dict[str, jwt.PyJWK]:
    """The keys of a JWKS by name. Raises ValueError and MsgspecError for what is none."""
    listed = msgspec.json.decode(content, type=dict[str, Any]).get("keys")
    found: dict[str, jwt.PyJWK] = {}
    for number, each in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(each, dict) and each.get("kty") in _KINDS and each.get("use", "sig") == "sig":
            try:
                found[str(each.get("kid", f"unnamed {number}"))] = jwt.PyJWK.from_dict(each)
            except jwt.PyJWTError:
                continue
    return found


def _is_trusted(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme == "https":
        return bool(host)
    try:
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False
