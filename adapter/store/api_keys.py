"""Keys of the HTTP service. A key is shown once, when it is made; what is kept is its SHA-256.

A key has 256 random bits, so a plain digest of it cannot be searched: a slow password hash would only cost time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from adapter.errors import UnknownName, UsageError
from adapter.fhir import nhs_number
from adapter.store.access_tables import API_KEY, API_KEY_END
from adapter.store.database import Database, next_number

COUNTS_READ = "counts:read"
AUDIT_READ = "audit:read"
REVIEW_WRITE = "review:write"
ADMIN = "admin"
FEED_WRITE = "feed:write:"
SCOPES = (COUNTS_READ, AUDIT_READ, REVIEW_WRITE, ADMIN)
"""Beside these there is `feed:write:` and the name of one feed."""

_KEY = re.compile(r"adapter_([0-9a-f]{12})_[A-Za-z0-9_-]{43}")
_FEED = re.compile(r"[!-~]{1,100}")


class ApiKey(Struct, frozen=True):
    """A key without its secret. `number` is the store's own; `id` is what people and logs see."""

    number: int
    id: str
    name: str
    scopes: tuple[str, ...]
    created: datetime
    revoked: datetime | None

    @property
    def feed(self) -> str | None:
        """The feed that it writes to: one at most, so that a delivery needs no other mark of where it came from."""
        return feed_of(self.scopes)


class ApiKeys:
    """The keys of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, name: str, scopes: Iterable[str]) -> tuple[ApiKey, str]:
        """A new key, and the text that opens with it: nobody can show that again. Raises UsageError."""
        if not name.strip() or len(name) > 100 or not name.isprintable() or nhs_number.occurs_in(name):
            raise UsageError("A key's name says who holds it: up to a hundred printable characters, no patient data.")
        sorted_scopes = checked(scopes)
        id_ = secrets.token_hex(6)
        text = f"adapter_{id_}_{secrets.token_urlsafe(32)}"
        with self._database.write() as connection:
            number = next_number(connection, API_KEY.c.number)
            key = ApiKey(number, id_, name.strip(), sorted_scopes, self._database.clock(), None)
            connection.execute(
                sa.insert(API_KEY).values(
                    number=number,
                    id=id_,
                    name=key.name,
                    scopes=" ".join(sorted_scopes),
                    sha256=_digest(text),
                    created=key.created,
                )
            )
        return key, text

    def holder(self, text: str) -> ApiKey | None:
        """The key that this text is, if it is one and was not revoked."""
        found = _KEY.fullmatch(text)
        if found is None:
            return None
        with self._database.read() as connection:
            row = connection.execute(_keys().where(API_KEY.c.id == found[1])).first()
        if row is None or not hmac.compare_digest(row.sha256, _digest(text)) or row.revoked is not None:
            return None
        return _key(row)

    def listed(self) -> list[ApiKey]:
        """All of them, the revoked too, oldest first."""
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(_keys().order_by(API_KEY.c.number))]

    def revoke(self, id_: str) -> ApiKey:
        """From now on it opens nothing. Once more is no fault. Raises UnknownName."""
        with self._database.write() as connection:
            row = connection.execute(_keys().where(API_KEY.c.id == id_)).first()
            if row is None:
                raise UnknownName("There is no such key: `adapter keys list` shows those there are.")
            if row.revoked is None:
                now = self._database.clock()
                connection.execute(sa.insert(API_KEY_END).values(key=row.number, revoked=now))
                row = connection.execute(_keys().where(API_KEY.c.id == id_)).one()
        return _key(row)


def feed_of(scopes: Iterable[str]) -> str | None:
    """The feed that scopes allow to write to."""
    return next((each.removeprefix(FEED_WRITE) for each in scopes if each.startswith(FEED_WRITE)), None)


def checked(scopes: Iterable[str]) -> tuple[str, ...]:
    """Sorted, each once. Raises UsageError for one that is none, and for two feeds in one key."""
    found = tuple(sorted(set(scopes)))
    feeds = [each.removeprefix(FEED_WRITE) for each in found if each.startswith(FEED_WRITE)]
    if not found or any(each not in SCOPES and not each.startswith(FEED_WRITE) for each in found):
        raise UsageError(f"A key's scopes are {', '.join(SCOPES)} and {FEED_WRITE}NAME: give it one or more of them.")
    if len(feeds) > 1:
        raise UsageError("A key writes to one feed, since the key says where a delivery comes from: make one for each.")
    if feeds and not _FEED.fullmatch(feeds[0]):
        raise UsageError("A feed that a key writes to has a name of up to a hundred ASCII characters without blanks.")
    return found


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _keys() -> sa.Select[Any]:
    return sa.select(API_KEY, API_KEY_END.c.revoked).outerjoin(API_KEY_END)


def _key(row: Any) -> ApiKey:
    return ApiKey(row.number, row.id, row.name, tuple(row.scopes.split()), row.created, row.revoked)
