"""The ways to find a record, each as a digest of 16 bytes.

A business identifier and a resource id live in different spaces and never meet. A statement can be found by a
delete that came before it, and a delete by statements; two statements are one record only by a shared identifier.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from adapter.fhir.statement import Identifier, Statement, Withdrawal

NAME_BYTES = 16


def identifier_name(feed: str, system: str, value: str) -> bytes:
    """By a business identifier; also the key of a record in decisions."""
    return _name(feed, "identifier", system, value)


def names(feed: str, what: Statement | Withdrawal) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Both of these: `own_names`, and `sought_names`."""
    shared = _identifiers(feed, what.identifiers)
    stated, deleted = _resource(feed, "stated", what), _resource(feed, "deleted", what)
    if isinstance(what, Withdrawal):
        return (*shared, *deleted), (*shared, *deleted, *stated)
    return (*shared, *stated), (*shared, *deleted)


def own_names(feed: str, what: Statement | Withdrawal) -> list[bytes]:
    """The names under which a version makes its record known."""
    return list(names(feed, what)[0])


def sought_names(feed: str, what: Statement | Withdrawal) -> list[bytes]:
    """The names under which the record that a version belongs to may be known already."""
    return list(names(feed, what)[1])


def _identifiers(feed: str, identifiers: Iterable[Identifier]) -> list[bytes]:
    return [identifier_name(feed, each.system, each.value) for each in identifiers]


def _resource(feed: str, known: str, what: Statement | Withdrawal) -> list[bytes]:
    """By type and id: `Observation/5` is not `Immunization/5`. `known` is how: `stated` or `deleted`."""
    return [_name(feed, known, what.resource, what.resource_id)] if what.resource_id else []


def _name(*parts: str) -> bytes:
    return hashlib.sha256(msgspec.json.encode(parts)).digest()[:NAME_BYTES]
