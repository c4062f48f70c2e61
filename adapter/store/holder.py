"""Who asks: by a key of this service, or by a token of an authorization server."""

from __future__ import annotations

from msgspec import Struct

from adapter.store.api_keys import ApiKey, feed_of


class Holder(Struct, frozen=True):
    """`id` is what the log says. `key` is the store's number of a key; of a token there are `issuer` and `subject`."""

    id: str
    scopes: tuple[str, ...]
    key: int | None = None
    issuer: str = ""
    subject: str = ""

    @property
    def feed(self) -> str | None:
        """The feed that it writes to: one at most, so that a delivery needs no other mark of where it came from."""
        return feed_of(self.scopes)


def holder_of(key: ApiKey) -> Holder:
    """The holder of a key."""
    return Holder(key.id, key.scopes, key=key.number)
