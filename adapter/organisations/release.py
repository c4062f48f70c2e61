"""What one file said of the directory, and how it is kept between runs."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec
from msgspec import Struct

from adapter.fhir.issue import Issue
from adapter.organisations.organisation import Relationship, Role, Succession
from adapter.organisations.period import Validity

Deleted = Literal["organisation", "relationship", "role", "succession"]


class Entry(Struct, frozen=True, omit_defaults=True):
    """What a file says of one organisation. None means that the file does not speak of it: a later file replaces
    only what it speaks of.

    `roles` and `relationships` are full statements (ORD, FHIR). `implied_roles` and `links` are what a report or a
    lookup lets one conclude: they serve until a full statement is loaded. `report` names the report that implied
    them, so that its next issue replaces them. `changed` is the record's own last change, where the source has one.
    """

    code: str
    record_class: str = ""
    ref_only: bool | None = None
    changed: date | None = None
    validity: Validity | None = None
    roles: tuple[Role, ...] | None = None
    relationships: tuple[Relationship, ...] | None = None
    successions: tuple[Succession, ...] | None = None
    report: str = ""
    implied_roles: tuple[Role, ...] = ()
    links: tuple[Relationship, ...] = ()


class Affiliation(Struct, frozen=True, omit_defaults=True):
    """One relationship that came by itself; its instance number says which one of `source` it restates."""

    source: str
    relationship: Relationship


class Deletion(Struct, frozen=True, omit_defaults=True):
    """A record that ODS took back: `id` is an organisation's code, or the instance number of the rest."""

    what: Deleted
    id: str
    on: date | None = None


class Release(Struct, frozen=True, omit_defaults=True):
    """One file. `kind` is the report's name (`epraccur`, ...), `ord-json`, `ord-xml` or `fhir`.

    `issues` are the rows and entries that could not be read, each by its place; the rest is here all the same.
    """

    kind: str
    entries: tuple[Entry, ...] = ()
    affiliations: tuple[Affiliation, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all was said (an empty search answer says nothing, and is no fault)."""
        return not (self.entries or self.affiliations or self.deletions)


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Release)


def encode(release: Release) -> bytes:
    """JSON text, the same bytes for the same release."""
    return _encoder.encode(release)


def decode(content: bytes) -> Release:
    """What `encode` wrote; raises msgspec.ValidationError for anything else, which is a broken store, not bad input."""
    return _decoder.decode(content)
