"""A record as it stood in its delivery: all that the reading of it may use."""

from __future__ import annotations

from typing import NamedTuple

from adapter.fhir.context import Context, Found, Json
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import SourceOrder


class Entry(NamedTuple):
    """The record, what its references can lead to, how people are hidden, its place among the versions of its source,
    the fullUrl of its Bundle entry and the digest of its bytes.
    """

    record: Json
    context: Context
    pseudonym: Pseudonym
    order: SourceOrder = SourceOrder()
    full_url: str = ""
    digest: str = ""

    @property
    def root(self) -> Found:
        """The record itself, at the place from which its own pointers count."""
        return Found(self.record, "")

    def follow(self, reference: Found, holder: Found | None = None) -> Found | None:
        """The resource that a Reference element leads to. `holder` is the resource in which it stands, the record by
        default: a `#id` means what is contained in the record, or in the holder where that is another entry.
        """
        inside = self.record
        if holder and holder.pointer and not holder.pointer.startswith("/contained/"):
            inside = holder.resource
        found = self.context.resolve(reference.resource, inside)
        if holder is None or found is None or inside is self.record:
            return found
        own = found.pointer == "" or found.pointer.startswith("/contained/")
        return Found(found.resource, holder.pointer + found.pointer) if own else found
