"""One thing of a delivery to keep, with where its bytes are."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from adapter.fhir.context import Context
from adapter.fhir.issue import Issue
from adapter.fhir.model import Version
from adapter.fhir.statement import SourceOrder

Json = dict[str, Any]


class Piece(Struct, frozen=True):
    """One thing to keep. It is a fault where `issues` is not empty; `validate` may still find a record faulty.

    `pointer` is RFC 6901 from the document's root ("" is the document itself), `start` and `length` are the verbatim
    bytes: of the resource, of a delete or a broken entry the whole entry. `resource` is as parsed; of a delete the body
    that it may carry, of a lone resource that is no record that resource (it may serve others of the delivery as
    context, once `shaped`).
    `url` says what a delete deletes: `Immunization/{id}` or `Immunization?identifier=system|value`. `plain` is what
    `json_text.is_plain` says of the resource's text.
    """

    pointer: str
    start: int
    length: int
    action: Literal["put", "delete"] = "put"
    type: str = ""
    resource: Json | None = None
    issues: tuple[Issue, ...] = ()
    fhir_version: Version = "R4"
    bundle_context: Context = Context()
    order: SourceOrder = SourceOrder()
    full_url: str = ""
    url: str = ""
    plain: bool = False
