"""Everything that decides beside the records themselves. The same rules and records give the same decisions."""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.interpretation import Interpreter
from adapter.organisations.directory import Directory
from adapter.reconcile.review import Review


class Rules(Struct, frozen=True, dict=True):
    """`gms_extension` is the URL of the extension that carries the GMS attribute outside STU3 notes, "" for none.
    `reviews` holds the verdicts by claimant, feed, system and value, in the order in which they were given.
    """

    catalogue: Catalogue
    directory: Directory
    gms_extension: str = ""
    reviews: dict[tuple[str, str, str, str], tuple[Review, ...]] = {}

    @cached_property
    def interpreter(self) -> Interpreter:
        """Reads codes by the catalogue."""
        return Interpreter(self.catalogue)
