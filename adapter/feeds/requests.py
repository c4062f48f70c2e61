"""What the entries of a transaction or a batch ask for beside their resources, and whether it can be done.

Source: FHIR R4 http.html, "Conditional create" and "Transaction rules"; exchange.md section 5.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import parse_qsl, unquote

import msgspec
from msgspec import Struct

from adapter.fhir.bundle import BundleEntry
from adapter.fhir.identifier import last_segment
from adapter.fhir.issue import Issue
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.reading import read_delete
from adapter.fhir.statement import Identifier, SourceOrder
from adapter.store.resources import Resource, Resources

CONDITION = Issue("value", "", "A condition must be `identifier={system}|{value}`, percent-encoded: no other is known.")
SEVERAL = Issue("multiple-matches", "", "The condition matches several records, so nothing was done: narrow it.")
NO_MATCH = Issue(
    "conflict", "", "The record is not at the version that If-Match names: read it again, and send with its ETag."
)
NO_READING = Issue("not-supported", "", "A Bundle does not read: send a GET of its own, or POST, PUT and DELETE here.")
BY_ID = Issue(
    "not-supported",
    "",
    "Within a Bundle a delete cannot go by an id of this service: send `Immunization?identifier={system}|{value}`, "
    "or DELETE the resource on its own.",
)
_TAG = re.compile(r'\s*(?:W/)?"?([0-9]{1,9})"?\s*')


class Ruling(Struct, frozen=True):
    """Why an entry is passed over: what it asks for is there already, or cannot be."""

    what: Literal["exists", "unmet", "refused"]
    resource: Resource | None = None
    issue: Issue | None = None


class Request(Struct, frozen=True):
    """`entry.request`; what is no text is ""."""

    method: str = ""
    url: str = ""
    if_none_exist: str = ""
    if_match: str = ""


def request_of(content: bytes, entry: BundleEntry) -> Request:
    """The request of an entry, as far as it can be read: what is wrong with it is told where it is taken."""
    try:
        sent = msgspec.json.decode(content[entry.span.start : entry.span.end], type=_Entry).request
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Request(entry.method, entry.url)
    said = sent if isinstance(sent, dict) else {}
    return Request(entry.method, entry.url, _text(said.get("ifNoneExist")), _text(said.get("ifMatch")))


def ruling(request: Request, resources: Resources, feed: str, pseudonym: Pseudonym) -> Ruling | None:
    """None for an entry that can be taken."""
    match request.method:
        case "GET" | "HEAD":
            return Ruling("refused", issue=NO_READING)
        case "POST" if request.if_none_exist:
            return unless_known(request.if_none_exist, resources, feed, pseudonym)
        case "DELETE" | "PUT":
            path, _, query = request.url.partition("?")
            named = "Immunization/" in path and not query
            id_ = pseudonym.mask(unquote(last_segment(path))) if named else ""
            found = resources.with_id(feed, id_) if id_ else []
            if request.if_match and not matches(request.if_match, found):
                return Ruling("unmet", issue=NO_MATCH)
            if request.method == "DELETE" and any(one.id == id_ for one in found):
                return Ruling("refused", issue=BY_ID)
    return None


def unless_known(condition: str, resources: Resources, feed: str, pseudonym: Pseudonym) -> Ruling | None:
    """What If-None-Exist makes of a create. Withdrawn records do not exist."""
    sought = identifiers(condition, pseudonym)
    if sought is None:
        return Ruling("refused", issue=CONDITION)
    found = [one for one in resources.identified(feed, sought) if one.live]
    if len(found) > 1:
        return Ruling("unmet", issue=SEVERAL)
    return Ruling("exists", found[0]) if found else None


def identifiers(condition: str, pseudonym: Pseudonym) -> tuple[Identifier, ...] | None:
    """The identifiers that a search asks for; None where it asks for anything else, or for nothing."""
    query = condition.strip().rpartition("?")[2]
    names = {name.partition(":")[0] for name, _ in parse_qsl(query, keep_blank_values=True)}
    if names != {"identifier"}:
        return None
    return read_delete(f"Immunization?{query}", "", SourceOrder(), pseudonym).identifiers or None


def matches(if_match: str, found: list[Resource]) -> bool:
    """Whether If-Match holds for the record, `*` for any that is there."""
    if len(found) != 1:
        return False
    if if_match.strip() == "*":
        return True
    tag = _TAG.fullmatch(if_match)
    return tag is not None and int(tag[1]) == found[0].in_force.number


class _Entry(Struct):
    request: object = None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
