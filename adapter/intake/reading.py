"""From the pieces of a document to arrivals: validated, read, or with every reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from msgspec import Struct

from adapter.fhir.context import Context
from adapter.fhir.document import Document, IsRecord, read_document
from adapter.fhir.health_check import is_health_check
from adapter.fhir.issue import Issue
from adapter.fhir.piece import Piece
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.reading import read, read_delete
from adapter.fhir.statement import Statement, Withdrawal
from adapter.fhir.stencil import Stencils
from adapter.fhir.validate import Validated, validate
from adapter.intake.arrival import Arrival, Place, arrived
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.overlay import Overlay
from adapter.store.mapping_releases import catalogue_in_force
from adapter.store.store import Store

HEALTH_CHECKS = "ld-health-check"

Surroundings = Callable[[Context], Context]
"""Adds to what a record's references can lead to; NDJSON has other lines for it."""


class Reader:
    """Reads documents. `is_record` decides which Procedures and Observations are health checks. Without `fast` every
    record is parsed and validated the slow way (`ADAPTER_FAST_VALIDATION`), with the same outcome.
    """

    def __init__(self, pseudonym: Pseudonym, is_record: IsRecord, fast: bool = True) -> None:
        self.pseudonym, self.is_record, self.fast = pseudonym, is_record, fast
        self.stencils: Stencils | None = Stencils(pseudonym) if fast else None

    def document(self, content: bytes, base_pointer: str = "") -> Document:
        return read_document(content, self.is_record, base_pointer, self.fast)

    def line(self, line: bytes, number: int, start: int, more: Surroundings | None) -> tuple[list[Arrival], int]:
        """The arrivals of a line of NDJSON that begins at `start`, and how many resources only stand beside them.

        What its references may lead to beyond the line (`more`) no stencil knows of.
        """
        cut = self.stencils.cut(line) if self.stencils and more is None else None
        if cut and self.stencils:
            filled = self.stencils.said(cut)
            if filled is not None:
                place = Place(f"/{number}", start, len(line), hashlib.sha256(line).digest())
                return [arrived(place, filled.said, "", filled.written)], 0
        document = self.document(line, f"/{number}")
        pieces = [piece for piece in document if not is_context(piece)]
        arrivals = [self.arrival(line, piece, start, more) for piece in pieces]
        if cut and self.stencils and len(pieces) == 1 and not document.is_bundle:
            self.stencils.learn(cut, pieces[0].resource or {}, arrivals[0].said)
        return arrivals, max(0, document.resources - len(pieces))

    def arrival(self, content: bytes, piece: Piece, start: int = 0, more: Surroundings | None = None) -> Arrival:
        """`content` is the document that the piece is of, `start` where that begins in the delivery."""
        verbatim = content[piece.start : piece.start + piece.length]
        place = Place(piece.pointer, start + piece.start, piece.length, hashlib.sha256(verbatim).digest())
        if piece.issues:
            return Arrival(place, issues=piece.issues)
        try:
            said = self._said(piece, place.sha256.hex(), more)
            if not isinstance(said, tuple):
                return arrived(place, said, bundle_of(piece.pointer))
        except Exception as error:  # noqa: BLE001 - one resource that we stumble over must not stop the delivery
            return Arrival(place, issues=(_stumbled(piece, error),))
        return Arrival(place, issues=said)

    def _said(self, piece: Piece, digest: str, more: Surroundings | None) -> Statement | Withdrawal | tuple[Issue, ...]:
        if piece.action == "delete":
            withdrawal = read_delete(piece.url, piece.full_url, piece.order, self.pseudonym, piece.resource)
            return withdrawal if withdrawal.identifiers or withdrawal.resource_id else (_NAMELESS,)
        validated = validate(piece.resource or {}, piece.fhir_version, piece.plain, self.fast)
        if not isinstance(validated, Validated):
            return validated
        context = more(piece.bundle_context) if more else piece.bundle_context
        return read(validated.resource, validated.version, context, piece.order, piece.full_url, self.pseudonym, digest)


def is_context(piece: Piece) -> bool:
    """A lone resource, sound as JSON and FHIR, that is no record."""
    codes = [issue.code for issue in piece.issues]
    return piece.action == "put" and piece.resource is not None and codes == ["not-supported"]


def bundle_of(pointer: str) -> str:
    """The pointer of the innermost Bundle around a piece; "" of the delivery's own, and where there is none."""
    return pointer.rpartition("/entry/")[0]


class HealthChecks(Struct, frozen=True):
    """Tells health checks by the codes that the mapping tables have for them."""

    codes: frozenset[str]

    def __call__(self, resource: dict[str, Any]) -> bool:
        return is_health_check(resource, self.codes)


def health_checks(catalogue: Catalogue) -> HealthChecks:
    """By all codes of the tables that mean one."""
    return HealthChecks(
        frozenset(
            code
            for (_, code), entries in catalogue.book.entries.items()
            for entry in entries
            if any(catalogue.public_key(programme) == HEALTH_CHECKS for programme in entry.programmes)
        )
    )


def reader(pseudonym: Pseudonym, fast: bool = True, releases: Sequence[Overlay] = ()) -> Reader:
    """A reader that goes by the package's own mapping tables under `releases` of official ones. Raises AdapterError
    where these are broken.
    """
    return Reader(pseudonym, health_checks(catalogue_in_force(releases)), fast)


def reader_for(store: Store) -> Reader:
    """A reader of what comes into a store, by the tables that are in force there now, as runs go by them."""
    return reader(store.pseudonym, store.fast_validation, store.mapping_releases.in_force())


_NAMELESS = Issue("value", "", "The delete names no record: send `Immunization/{id}` or an identifier.")


def _stumbled(piece: Piece, error: Exception) -> Issue:
    text = f"The adapter itself failed on this resource ({type(error).__name__}): report it, then replay it."
    return Issue("exception", piece.type, text)
