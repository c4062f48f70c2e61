"""A delivery's document, a single resource or a Bundle, split into the pieces that are kept.

A piece is a record (an Immunization, or the Procedure or Observation of a health check), a delete, or a fault:
something that cannot be taken, with its reasons and its verbatim bytes. All else in a Bundle is context, which
references may lead to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from adapter.fhir import bundle, json_text, spans
from adapter.fhir.bundle import Bundle, BundleEntry, Header
from adapter.fhir.context import Context, Place, Scope, split_reference
from adapter.fhir.expression import resource_type
from adapter.fhir.issue import Issue
from adapter.fhir.json_text import Parsed
from adapter.fhir.model import Version, is_resource_type
from adapter.fhir.order import source_order
from adapter.fhir.piece import Piece
from adapter.fhir.spans import Span
from adapter.fhir.validate import well_typed
from adapter.fhir.version import content_version, fhir_version, spoken

Json = dict[str, Any]
IsRecord = Callable[[Json], bool]

RECORD_TYPES = frozenset({"Immunization", "Observation", "Procedure"})
_METHODS = frozenset({"", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
_KEPT_PARSED = 16 * 1024 * 1024
"""Up to this size of a document, context that was read is kept; beyond it, it is read again when asked for."""
_RECORD = re.compile(rb'\{[ \t\r\n]*+"resourceType"[ \t\r\n]*+:[ \t\r\n]*+"Immunization"')
_NOWHERE = Context()
_WHAT_TO_SEND = "send an Immunization, a health check's Procedure or Observation, or a Bundle of them"


class Document:
    """Iterating gives the pieces in the order of the document, parsed one at a time. It may be iterated again.

    `resources` counts what the document holds beside Bundles, whether piece or context: resources, deletes and broken
    entries. `context` is what the outermost Bundle gives: subscription notices and search outcomes among it.
    """

    def __init__(self, content: bytes, is_record: IsRecord, base_pointer: str = "", fast: bool = True) -> None:
        self._content, self._is_record, self._base, self._fast = content, is_record, base_pointer, fast
        self._hint: Version | None = None
        self._hinted = False
        self._whole = spans.trimmed(content, 0, len(content))
        self._lone = self._sound_record() if fast else None
        is_bundle = self._lone is None and bundle.is_bundle(content, self._whole)
        self._cut = bundle.cut(content, self._whole) if is_bundle else None
        self._scopes: dict[int, Scope] = {}
        self.bundle_type = self._cut.type if isinstance(self._cut, Bundle) else ""
        self.is_bundle = isinstance(self._cut, Bundle)
        self.resources = _count(self._cut) if isinstance(self._cut, Bundle) else 1
        self.context = Context()
        if isinstance(self._cut, Bundle):
            self._index(self._cut, base_pointer)
            self.context = Context((self._scopes[id(self._cut)],))

    def __iter__(self) -> Iterator[Piece]:
        if isinstance(self._cut, Bundle):
            yield from self._bundle(self._cut, self._base, "Bundle", ())
        elif self._cut is not None:
            yield self._fault(self._base, self._whole, self._cut)
        else:
            yield from self._resource(self._whole, self._base, "", BundleEntry(self._whole), _NOWHERE, None, lone=True)

    def _bundle(self, cut: Bundle, pointer: str, expression: str, outer: tuple[Scope, ...]) -> Iterator[Piece]:
        scopes = (self._scopes[id(cut)], *outer)
        ordered = cut.type == "history" and not cut.notifies
        for index, entry in enumerate(cut.entries):
            at, path = f"{pointer}/entry/{index}", f"{expression}.entry[{index}]"
            context = Context(scopes, entry.full_url)
            if entry.issues:
                yield self._fault(at, entry.span, entry.issues)
            elif entry.method == "DELETE":
                yield from self._delete(entry, at, path, context, index if ordered else None)
            elif entry.method not in _METHODS or (entry.method == "PATCH" and _target(entry)[0] in RECORD_TYPES):
                yield self._fault(at, entry.span, (_unknown_method(path),))
            elif isinstance(entry.nested, Bundle):
                yield from self._bundle(entry.nested, f"{at}/resource", f"{path}.resource", scopes)
            elif entry.resource is None:
                if entry.method not in ("GET", "HEAD") and not cut.answers and not cut.notifies:
                    yield self._fault(at, entry.span, (_no_resource(path),))
            elif entry.nested is not None:
                yield self._fault(f"{at}/resource", entry.resource, entry.nested)
            else:
                history = index if ordered else None
                yield from self._resource(entry.resource, f"{at}/resource", f"{path}.resource", entry, context, history)

    def _resource(
        self,
        span: Span,
        pointer: str,
        expression: str,
        entry: BundleEntry,
        context: Context,
        history: int | None,
        lone: bool = False,
    ) -> Iterator[Piece]:
        verbatim = self._content[span.start : span.end]
        parsed = self._lone or json_text.parse(verbatim, self._fast)
        if not isinstance(parsed, Parsed):
            issues = tuple(sorted(Issue(each.code, each.expression or expression, each.text) for each in parsed))
            yield self._fault(pointer, span, issues)
            return
        resource = parsed.value
        type_ = resource_type(resource.get("resourceType")) if isinstance(resource, dict) else ""
        if type_ not in RECORD_TYPES and not is_resource_type(type_):
            yield self._fault(pointer, span, (_no_fhir(resource, expression),))
            return
        version = spoken(resource) or self._version_hint() or "R4"
        plain = json_text.is_plain(verbatim)
        piece = Piece(
            pointer,
            span.start,
            span.end - span.start,
            "put",
            type_,
            resource,
            (),
            version,
            context,
            source_order(resource.get("meta"), entry.etag, entry.last_modified, history),
            entry.full_url,
            plain=plain,
        )
        if self._holds_record(type_, resource, version, plain):
            yield piece
        elif lone:
            text = f"The resource is no record that is counted: {_WHAT_TO_SEND}."
            yield msgspec.structs.replace(piece, issues=(Issue("not-supported", type_, text),))

    def _sound_record(self) -> Parsed | None:
        """The document parsed, where that is quick to tell to be one Immunization. It is parsed but once then."""
        if not _RECORD.match(self._content, self._whole.start):
            return None
        parsed = json_text.compiled(self._content[self._whole.start : self._whole.end])
        return parsed if parsed and parsed.value["resourceType"] == "Immunization" else None

    def _holds_record(self, type_: str, resource: Json, version: Version, plain: bool) -> bool:
        if type_ == "Immunization":
            return True
        if type_ not in RECORD_TYPES:
            return False
        sound = well_typed(resource, version, plain, self._fast)
        return sound is not None and self._is_record(sound)

    def _delete(
        self, entry: BundleEntry, pointer: str, path: str, context: Context, history: int | None
    ) -> Iterator[Piece]:
        target, url = _target(entry)
        if target and target not in RECORD_TYPES:
            return
        if not target:
            text = "The DELETE names no record: send `Immunization/{id}` or `Immunization?identifier={system}|{value}`."
            yield self._fault(pointer, entry.span, (Issue("value", f"{path}.request.url", text),))
            return
        body = self._read(entry.resource) if entry.resource else None
        version = fhir_version(body or {}, self._version_hint())
        yield Piece(
            pointer,
            entry.span.start,
            entry.span.end - entry.span.start,
            "delete",
            target,
            body,
            (),
            version,
            context,
            source_order((body or {}).get("meta"), entry.etag, entry.last_modified, history),
            entry.full_url,
            url,
        )

    def _index(self, cut: Bundle, pointer: str) -> None:
        places: list[Place] = []
        for index, entry in enumerate(cut.entries):
            at = f"{pointer}/entry/{index}/resource"
            if isinstance(entry.nested, Bundle):
                self._index(entry.nested, at)
            elif entry.resource is not None and entry.header is not None and entry.method != "DELETE":
                places.append(self._place(entry.header, entry.resource, entry.full_url, at))
        self._scopes[id(cut)] = Scope(places, cut.type)

    def _place(self, header: Header, span: Span, full_url: str, pointer: str) -> Place:
        meta = header.meta or {}
        return Place(
            f"bundle#{pointer}",
            header.resourceType,
            str(header.id),
            lambda: self._read(span),
            full_url,
            str(meta.get("versionId", "")),
            keep=len(self._content) <= _KEPT_PARSED,
        )

    def _read(self, span: Span | None) -> Json | None:
        """A resource beside the records: what is ill-typed in it is left out."""
        parsed = json_text.parse(self._content[span.start : span.end], self._fast) if span else ()
        if not isinstance(parsed, Parsed) or not isinstance(parsed.value, dict):
            return None
        version = fhir_version(parsed.value, self._version_hint())
        return well_typed(parsed.value, version, fast=self._fast)

    def _version_hint(self) -> Version | None:
        if not self._hinted:
            self._hint, self._hinted = content_version(self._content), True
        return self._hint

    def _fault(self, pointer: str, span: Span, issues: tuple[Issue, ...]) -> Piece:
        return Piece(pointer, span.start, span.end - span.start, issues=issues)


def read_document(content: bytes, is_record: IsRecord, base_pointer: str = "", fast: bool = True) -> Document:
    """A document of a delivery: a file, a request's body, or one line of NDJSON. Never raises.

    `is_record` decides which Procedures and Observations are records (health checks); it is given the resource with
    every element of the right JSON type. `base_pointer` goes before every pointer. Without `fast` the compiled parser
    and the fast tier are not asked; the pieces are the same.
    """
    return Document(content, is_record, base_pointer, fast)


def _count(cut: Bundle) -> int:
    return sum(_count(entry.nested) if isinstance(entry.nested, Bundle) else 1 for entry in cut.entries)


def _target(entry: BundleEntry) -> tuple[str, str]:
    """What a request is about: the resource type and the url that names one resource of it, or two ""."""
    for url in (entry.url, entry.full_url):
        path, _, query = url.partition("?")
        if query:
            given = (each.partition("=") for each in query.split("&"))
            names = {unquote(name).partition(":")[0] for name, _, value in given if value}
            type_ = path.rpartition("/")[2] if names & {"identifier", "_id"} else ""
        else:
            type_ = split_reference(path.lstrip("/"))[1]
        if resource_type(type_):
            return type_, url
    return "", ""


def _no_fhir(resource: Any, expression: str) -> Issue:
    if isinstance(resource, dict) and resource.get("resourceType") is not None:
        text = f"`resourceType` is none of FHIR's: {_WHAT_TO_SEND}."
        return Issue("structure", expression, text)
    return Issue("structure", expression, f"The JSON holds no FHIR resource: {_WHAT_TO_SEND}.")


def _no_resource(expression: str) -> Issue:
    return Issue("required", expression, "The entry holds no resource and deletes none: send the resource.")


def _unknown_method(expression: str) -> Issue:
    text = "The entry's request cannot be followed: send the whole resource with POST or PUT, or DELETE it."
    return Issue("not-supported", f"{expression}.request.method", text)
