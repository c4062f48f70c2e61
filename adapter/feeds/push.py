"""What a source system pushes: one body a call, kept as it came, and what became of each resource in it.

Every body goes through the one door of `intake`, those too that are refused: then nothing of them is taken. What is
answered is read back from the store, so it is what was committed. Calls for one feed must come one after the other:
between looking whether a condition holds and taking the body nobody else may write to the feed.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from msgspec import Struct

from adapter.feeds import requests
from adapter.feeds.body import Body
from adapter.feeds.requests import Ruling
from adapter.fhir import bundle
from adapter.fhir.bundle import Bundle
from adapter.fhir.issue import Issue
from adapter.fhir.model import Version
from adapter.fhir.piece import Piece
from adapter.fhir.spans import trimmed
from adapter.fhir.statement import Statement
from adapter.fhir.version import spoken
from adapter.intake.delivery import take
from adapter.intake.readers import Reading
from adapter.intake.reading import Reader
from adapter.intake.selection import Selection, entry_of
from adapter.store.resources import Edition, Kept, Resource
from adapter.store.store import Store

What = Literal["created", "updated", "known", "deleted", "exists", "unmet", "refused", "quarantined", "beside"]
"""`beside` is what only stands beside records; `refused` was kept and not taken, `unmet` neither, for a condition."""

OTHER_VERSION = Issue(
    "value",
    "",
    "The resource is not of the FHIR version that the Content-Type names: correct fhirVersion, or leave it out.",
)
TO_BASE = Issue("not-supported", "Bundle", "A Bundle does not go here: POST it to the base URL, /fhir.")
TO_TYPE = Issue("not-supported", "", "Here goes a Bundle: POST one Immunization to /fhir/Immunization.")
IN_BUNDLE = Issue("not-supported", "", "Here goes an Immunization: POST a health check in a Bundle to /fhir.")
OTHER_ID = Issue("value", "Immunization.id", "The id is missing, or is not the one in the URL: send the same in both.")
OTHER_RECORD = Issue(
    "business-rule",
    "Immunization.identifier",
    "None of the identifiers is one that the record of this id is known by, so it would be another record: keep one.",
)


class Outcome(Struct, frozen=True):
    """What became of a body, or of an entry of one. Expressions are from the root of the body. `edition` is the version
    of the resource that came, `span` where its bytes begin and end in the text of the body.
    """

    what: What
    resource: Resource | None = None
    issues: tuple[Issue, ...] = ()
    edition: Edition | None = None
    span: tuple[int, int] = (0, 0)


class Pushed(Struct, frozen=True):
    """`entries` are those of a transaction or a batch, in order; of any other body there are none. `taken` counts
    versions, deletes and receipts; `text` is what the body said.
    """

    delivery: str
    outcome: Outcome
    entries: tuple[Outcome, ...] = ()
    bundle_type: str = ""
    taken: int = 0
    text: bytes = b""


class Push:
    """Pushes into the feeds of one store."""

    def __init__(self, store: Store, reading: Reading) -> None:
        self._store, self._reading = store, reading

    @property
    def _reader(self) -> Reader:
        return self._reading(self._store)

    def create(self, feed: str, body: Body, if_none_exist: str | None = None, version: Version | None = None) -> Pushed:
        """One Immunization. One that is known by its identifier becomes the next version of its record. `version` is
        what the media type says of it.
        """
        piece = self._lone(body, version)
        if not isinstance(piece, Piece):
            return self.refuse(feed, body, piece)
        if if_none_exist is not None:
            known = requests.unless_known(if_none_exist, self._store.resources, feed, self._store.pseudonym)
            if known:
                return self._ruled(feed, body, known)
        return self._taken(feed, body)

    def update(
        self, feed: str, id_: str, body: Body, if_match: str | None = None, version: Version | None = None
    ) -> Pushed:
        """The next version of the record that goes by this id, or the first of one that nobody knows."""
        piece = self._lone(body, version)
        if not isinstance(piece, Piece):
            return self.refuse(feed, body, piece)
        if (piece.resource or {}).get("id") != id_:
            return self.refuse(feed, body, (OTHER_ID,))
        there = self._store.resources.with_id(feed, self._store.pseudonym.mask(id_))
        if if_match is not None and not requests.matches(if_match, there):
            return self._ruled(feed, body, Ruling("unmet", issue=requests.NO_MATCH))
        said = self._reader.arrival(body.text, piece).said
        if there and isinstance(said, Statement):
            records = {one.record for one in self._store.resources.identified(feed, said.identifiers)}
            if not records & {one.record for one in there if one.identifier} and any(one.identifier for one in there):
                return self.refuse(feed, body, (OTHER_RECORD,))
        return self._taken(feed, body)

    def delete(self, feed: str, id_: str, if_match: str | None = None) -> Pushed:
        """A delete has no body, so the delivery that is kept is a Bundle that says the same. One of a record that is
        not known yet is kept too: its record may still come.
        """
        hidden = self._store.pseudonym.mask(id_)
        there = self._store.resources.with_id(feed, hidden)
        if if_match is not None and not requests.matches(if_match, there):
            return Pushed("", Outcome("unmet", None, (requests.NO_MATCH,)))
        known = there[0].identifier if there and there[0].id == hidden else None
        if known:
            return self._deleted(feed, f"Immunization?identifier={_token(known.system)}|{_token(known.value)}")
        return self._deleted(feed, f"Immunization/{quote(id_, safe='')}")

    def delete_where(self, feed: str, condition: str) -> Pushed:
        """The record that has an identifier."""
        sought = requests.identifiers(condition, self._store.pseudonym)
        if sought is None or len(sought) > 1:  # a delete that names two records would make them one
            return Pushed("", Outcome("refused", None, (requests.CONDITION,)))
        return self._deleted(feed, f"Immunization?{condition}")

    def bundle(self, feed: str, body: Body, version: Version | None = None, without: Collection[int] = ()) -> Pushed:
        """A Bundle of any type. A transaction is taken whole or not at all, any other entry by entry. Entries `without`
        are passed over: they are about the Bundle.
        """
        span = trimmed(body.text, 0, len(body.text))
        cut = bundle.cut(body.text, span) if bundle.is_bundle(body.text, span) else None
        if body.fault or not isinstance(cut, Bundle):
            document = () if body.fault else self._reader.document(body.text)
            issues = (body.fault,) if body.fault else tuple(issue for piece in document for issue in piece.issues)
            return self.refuse(feed, body, issues or (TO_TYPE,))
        if version and (others := self._of_another(body.text, version)):
            return self.refuse(feed, body, others)
        rulings = self._rulings(feed, body.text, cut) if cut.type in ("transaction", "batch") else {}
        if cut.type == "transaction" and (faults := self._faults(body.text, rulings)):
            return self.refuse(feed, body, faults, cut.type)
        reader = Selection.without(self._reader, {*rulings, *without})
        delivery, kept = self._take(feed, body, reader, whole=cut.type == "transaction")
        return msgspec.structs.replace(_sorted_out(delivery, kept, cut, rulings), text=body.text)

    def refuse(self, feed: str, body: Body, issues: tuple[Issue, ...], bundle_type: str = "") -> Pushed:
        """Keep a body and why nothing of it is taken."""
        delivery, kept = self._take(feed, body, Selection.refused(self._reader, issues))
        told = tuple(dict.fromkeys(issue for one in kept for issue in one.issues))
        return Pushed(delivery, Outcome("refused", None, told or issues), bundle_type=bundle_type)

    def _of_another(self, content: bytes, version: Version) -> tuple[Issue, ...]:
        """A fault for each record that shows itself to be of another FHIR version than `version`."""
        pieces = (piece for piece in self._reader.document(content) if piece.resource)
        return tuple(
            absolute(OTHER_VERSION, piece.pointer) for piece in pieces if _is_of_another(piece.resource, version)
        )

    def _lone(self, body: Body, version: Version | None) -> Piece | tuple[Issue, ...]:
        if body.fault:
            return (body.fault,)
        document = self._reader.document(body.text)
        if document.is_bundle:
            return (TO_BASE,)
        piece = next(iter(document))
        if piece.issues:
            return piece.issues
        if version and _is_of_another(piece.resource, version):
            return (OTHER_VERSION,)
        return piece if piece.type == "Immunization" else (IN_BUNDLE,)

    def _rulings(self, feed: str, content: bytes, cut: Bundle) -> dict[int, Ruling]:
        found = {}
        for index, entry in enumerate(cut.entries):
            asked = requests.request_of(content, entry)
            made = requests.ruling(asked, self._store.resources, feed, self._store.pseudonym)
            if made:
                at = f"Bundle.entry[{index}].request"
                issue = msgspec.structs.replace(made.issue, expression=at) if made.issue else None
                found[index] = msgspec.structs.replace(made, issue=issue)
        return found

    def _faults(self, content: bytes, rulings: dict[int, Ruling]) -> tuple[Issue, ...]:
        """Why a transaction cannot be taken."""
        faults = [one.issue for _, one in sorted(rulings.items()) if one.issue]
        for piece in self._reader.document(content):
            if entry_of(piece.pointer) not in rulings:
                issues = self._reader.arrival(content, piece).issues
                faults += [absolute(issue, piece.pointer) for issue in issues]
        return tuple(faults)

    def _deleted(self, feed: str, url: str) -> Pushed:
        entry = {"request": {"method": "DELETE", "url": url}}
        with Body.of(msgspec.json.encode({"resourceType": "Bundle", "type": "transaction", "entry": [entry]})) as body:
            delivery, kept = self._take(feed, body, self._reader)
        return Pushed(delivery, _joined(kept), taken=len(kept))

    def _ruled(self, feed: str, body: Body, ruling: Ruling) -> Pushed:
        if ruling.what == "refused":
            return self.refuse(feed, body, (ruling.issue or requests.CONDITION,))
        delivery, _ = self._take(feed, body, Selection.nothing(self._reader))
        return Pushed(delivery, Outcome(ruling.what, ruling.resource, (ruling.issue,) if ruling.issue else ()))

    def _taken(self, feed: str, body: Body) -> Pushed:
        delivery, kept = self._take(feed, body, self._reader)
        taken = sum(one.what != "quarantined" for one in kept)
        return Pushed(delivery, _joined(kept), taken=taken, text=body.text)

    def _take(self, feed: str, body: Body, reader: Reader, *, whole: bool = False) -> tuple[str, list[Kept]]:
        taken = take(self._store, feed, body.source, reader, whole=whole)
        return taken.delivery, self._store.resources.kept(taken.delivery)


def _sorted_out(delivery: str, kept: list[Kept], cut: Bundle, rulings: dict[int, Ruling]) -> Pushed:
    """The outcome of each entry where the sender asked for it, else one with every fault."""
    taken = sum(one.what != "quarantined" for one in kept)
    whole = _joined(kept)
    if cut.type not in ("transaction", "batch"):
        return Pushed(delivery, whole, (), cut.type, taken)
    of_entry: dict[int | None, list[Kept]] = {}
    for one in kept:
        of_entry.setdefault(entry_of(one.pointer), []).append(one)
    entries = []
    for index in range(len(cut.entries)):
        ruled = rulings.get(index)
        if ruled:
            entries.append(Outcome(ruled.what, ruled.resource, (ruled.issue,) if ruled.issue else ()))
        else:
            entries.append(_joined(of_entry.get(index, [])))
    return Pushed(delivery, whole, tuple(entries), cut.type, taken)


def _joined(kept: list[Kept]) -> Outcome:
    """One outcome for what belongs together: a fault in any of it comes first."""
    issues = tuple(absolute(issue, one.pointer) for one in kept for issue in one.issues)
    if any(one.what == "quarantined" for one in kept):
        return Outcome("quarantined", None, issues)
    if not kept:
        return Outcome("beside")
    last = kept[-1]
    what: What = "updated" if last.what == "new" else last.what
    if what == "updated" and last.edition and last.edition.number == 1:
        what = "created"
    return Outcome(what, last.resource, (), last.edition, (last.start, last.start + last.length))


def _is_of_another(resource: dict[str, Any] | None, version: Version) -> bool:
    return spoken(resource or {}) not in (None, version)


def absolute(issue: Issue, pointer: str) -> Issue:
    """The issue with its expression from the root of the body: `Bundle.entry[3].resource.status`."""
    if not pointer or issue.expression.startswith("Bundle"):
        return issue
    prefix = "Bundle"
    for name in pointer.split("/")[1:]:
        prefix += f"[{name}]" if name.isdigit() else f".{name}"
    return msgspec.structs.replace(issue, expression=prefix + issue.expression.lstrip(_LETTERS))


def _token(text: str) -> str:
    """A part of a search token, escaped as FHIR search and then as URLs want it."""
    return quote(_SIGN.sub(r"\\\1", text), safe="")


_SIGN = re.compile(r"([\\,|$])")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
