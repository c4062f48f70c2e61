"""Records that differ from one that was read before in their own values alone: ids, dates, numbers of lots and people.

A feed writes the same text again and again and changes a dozen values in it. With these cut out, a text is a stencil:
what was made of it once, a `Statement`, holds for every text that fills it, but for the fields that are read from the
values. These are read anew, by the functions that read every record.

It is sound because of what may be cut out. A value is the string of a member that is known by its name, of printable
ASCII without quote or backslash, so the texts of one stencil are JSON of one structure. The evidence of the statement
tells which values a field was read from. A value that nobody reads is one of a few that are known to say nothing here;
all others (organisation codes, references) are part of the stencil after all. Each value must be what the fast tier
takes at its place. What fills a stencil for the first time is read in full as well, and must come out the same.

A text in which an NHS number is left is never remembered (see `vocabulary`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from adapter.fhir import fast_tier, nhs_number
from adapter.fhir.dates import as_sent, birth_date, london_date
from adapter.fhir.element import text
from adapter.fhir.evidence import pointers
from adapter.fhir.identifier import known_by
from adapter.fhir.json_text import is_plain
from adapter.fhir.lot import lot_number
from adapter.fhir.order import source_order
from adapter.fhir.primitives import TEXTS
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import UNORDERED, ContextCode, Statement
from adapter.fhir.version import spoken

Json = dict[str, Any]
Path = tuple[str | int, ...]

_CHARACTER = r"[ !#-\[\]-~]"
_STRING = rf'"{_CHARACTER}++"'
_STRINGS = rf"\[{_STRING}(?:,{_STRING})*+\]"
_VALUE = re.compile(
    r'("(?=[bdefgilorv])(?:id|value|versionId|lastUpdated|occurrenceDateTime|date|recorded|valueDateTime|lotNumber'
    rf'|expirationDate|birthDate|family|given|line|postalCode)": ?)({_STRING}|{_STRINGS})'
)
"""Only a name can stand before a colon, where no text holds a quote."""
_MARK = "\x7f"
_MOST = 4_096
"""Stencils at hand; when there are more, all are forgotten. A feed has some hundreds."""
_MOST_SEEN = 65_536


class Cut(NamedTuple):
    """A text without its own values (`frame`), and these, as JSON writes them."""

    frame: str
    values: list[str]


class Filled(NamedTuple):
    """A statement, and what was `written` of statements that differ from it in their own values alone (see
    `store.form`).
    """

    said: Statement
    written: dict[tuple[str, ...], str]


class _Frame(NamedTuple):
    """A frame that was looked at. Values that are part of the stencil have the indices `fixed`, all others `holes`:
    joined, these must match `fits`. `at` tells which value a field is read from; `identifiers` are system and value.
    """

    holes: Callable[[list[str]], tuple[str, ...]]
    fits: Callable[[str], object]
    fixed: tuple[int, ...]
    at: dict[str, int]
    identifiers: tuple[tuple[str, int], ...]
    stencils: dict[tuple[str, ...], _Stencil]


class _Stencil(Struct):
    """What was read of the first text. `proven` once another one gave the same when it was filled in. `written` is for
    those who write such statements down: what they have written of them before.
    """

    said: Statement
    proven: bool = False
    written: dict[tuple[str, ...], str] = {}


class Stencils:
    """Those that were met, under one key for people. What comes out never depends on what was met before."""

    def __init__(self, pseudonym: Pseudonym) -> None:
        self._pseudonym = pseudonym
        self._frames: dict[str, _Frame] = {}
        self._stencils = 0
        self._seen: set[int] = set()

    def __reduce__(self) -> tuple[type[Stencils], tuple[Pseudonym]]:
        return Stencils, (self._pseudonym,)  # another process meets its own

    def cut(self, text: bytes) -> Cut | None:
        """None where no stencil can fit."""
        if not is_plain(text) or text[:1] != b"{" or text[-1:] != b"}":
            return None
        parts = _VALUE.split(text.decode())
        values = parts[2::3]
        parts[2::3] = [_MARK] * len(values)
        return Cut("".join(parts), values)

    def said(self, cut: Cut) -> Filled | None:
        """What the text says, where it fills a stencil that is proven."""
        frame = self._frames.get(cut.frame)
        if frame is None:
            return None
        values = cut.values
        stencil = frame.stencils.get(tuple([values[at] for at in frame.fixed]))
        if stencil is None or not stencil.proven:
            return None
        said = self._filled(stencil.said, frame, values)
        return Filled(said, stencil.written) if said else None

    def learn(self, cut: Cut, resource: Json, said: object) -> None:
        """That the text was read in full, as one resource and with this outcome."""
        if not isinstance(said, Statement) or said.resource != "Immunization":
            return
        known = hash(cut.frame)
        if known not in self._seen:  # most texts of some feeds are like no other
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen.add(known)
            return
        frame = self._frames.get(cut.frame) or self._frame(cut, resource, said)
        if frame is None:
            return
        fixed = tuple([cut.values[at] for at in frame.fixed])
        stencil = frame.stencils.get(fixed)
        if stencil is not None:
            if self._filled(stencil.said, frame, cut.values) == said:
                stencil.proven = True
            else:
                frame.stencils[fixed] = _Stencil(said)
            return
        if not any(map(nhs_number.occurs_in, fixed)) and self._filled(said, frame, cut.values) == said:
            self._keep(frame, fixed, said)

    def _keep(self, frame: _Frame, fixed: tuple[str, ...], said: Statement) -> None:
        self._stencils += 1
        if self._stencils > _MOST:
            self._frames.clear()
            self._stencils = 0
            return
        frame.stencils[fixed] = _Stencil(said)

    def _frame(self, cut: Cut, resource: Json, said: Statement) -> _Frame | None:
        version = spoken(resource)
        sound = version == said.fhir and fast_tier.allows(resource, version, plain=True)
        if not sound or _MARK in "".join(cut.values) or cut.frame.count(_MARK) != len(cut.values):
            return None
        if nhs_number.occurs_in(cut.frame):
            return None
        frame = _framed(cut, resource, said)
        if frame is not None:
            self._frames[cut.frame] = frame
        return frame

    def _filled(self, said: Statement, frame: _Frame, values: list[str]) -> Statement | None:
        """The statement of the text with these values; None where one of them does not fit its hole."""
        if not frame.fits("\n".join(frame.holes(values))):
            return None
        read = {field: values[at][1:-1] for field, at in frame.at.items()}
        number = nhs_number.parse(read["patient"]) if "patient" in read else None
        if number is None and "patient" in read:
            return None
        pseudonym = self._pseudonym
        id_ = read["id"].strip() if "id" in read else ""
        named = [(system, values[at][1:-1].strip()) for system, at in frame.identifiers] or [("", id_)]
        identifiers, event_keys = known_by(named, pseudonym)
        order = source_order({"versionId": read.get("versionId"), "lastUpdated": read.get("lastUpdated")})
        occurred = as_sent(read.get("occurred"))
        return replace(
            said,
            identifiers=identifiers,
            resource_id=pseudonym.mask(id_),
            order=UNORDERED if order == UNORDERED else order,
            event_keys=event_keys,
            patient=pseudonym.patient(number.digits) if number else "",
            born=birth_date(read.get("born")),
            occurred=occurred,
            recorded=as_sent(read.get("recorded")),
            lot=lot_number(read["lot"], pseudonym) if "lot" in read else said.lot,
            context=_on_day(said.context, occurred) if said.context else (),
        )


def _framed(cut: Cut, resource: Json, said: Statement) -> _Frame | None:
    """Which of the values are holes and which belong to the stencil. None where a field was read from elsewhere too."""
    contained = [str(each["resourceType"]) for each in resource.get("contained", ())]
    named = resource.get("identifier", ())
    if not _PEOPLE_AND_PLACES.issuperset(contained) or not (named or "id" in resource):
        return None
    fields = _fields(resource, said)
    at, holes, fixed, kinds = dict[str, int](), list[int](), list[int](), list[str]()
    for index, pointer in enumerate(_pointers(cut)):
        field = fields.pop(pointer, None)
        if field is None and not _is_unread(pointer, contained):
            fixed.append(index)
            continue
        holes.append(index)
        kinds.append(_LOOKS[pointer.rpartition("/")[2], cut.values[index][0]])
        if field:
            at[field] = index
    if fields:
        return None
    found_by = tuple([(text(each, "system"), at.pop(f"identifier.{number}")) for number, each in enumerate(named)])
    return _Frame(_together(holes), _fits(tuple(kinds)), tuple(fixed), at, found_by, {})


def _together(holes: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Takes these values out of all; always a tuple."""
    if len(holes) == 1:
        return lambda values: (values[holes[0]],)
    return itemgetter(*holes)


@cache
def _fits(kinds: tuple[str, ...]) -> Callable[[str], object]:
    return re.compile("\n".join(kinds)).fullmatch


def _fields(resource: Json, said: Statement) -> dict[str, str]:
    """Where the values stand that are read anew: pointer → field."""
    meta = resource.get("meta", {})
    found = {f"/identifier/{at}/value": f"identifier.{at}" for at in range(len(resource.get("identifier", ())))}
    found |= {"/id": "id"} if "id" in resource else {}
    found |= {f"/meta/{name}": name for name in ("versionId", "lastUpdated") if name in meta}
    read = pointers(said)
    found |= {read[field]: field for field in ("occurred", "recorded", "born") if field in read}
    found |= {read["patient"] + "/value": "patient"} if "patient" in read else {}
    found |= {"/lotNumber": "lot"} if read.get("lot") == "/lotNumber" else {}
    return found


def _pointers(cut: Cut) -> Iterator[str]:
    """Where each value stands, in their order."""
    pieces = cut.frame.split(_MARK)
    marked = "".join([f'{piece}"{_MARK}{index}"' for index, piece in enumerate(pieces[:-1])]) + pieces[-1]
    found = dict(_marked(msgspec.json.decode(marked), ""))
    return (found[index] for index in range(len(cut.values)))


def _marked(value: Any, pointer: str) -> Iterator[tuple[int, str]]:
    if isinstance(value, str):
        if value.startswith(_MARK):
            yield int(value[1:]), pointer
    elif isinstance(value, dict | list):
        for step, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _marked(below, f"{pointer}/{step}")


def _is_unread(pointer: str, contained: list[str]) -> bool:
    """Whether the value says nothing here, whatever it is."""
    if pointer == "/expirationDate":
        return True
    of_person = _OF_PERSON.fullmatch(pointer)
    return of_person is not None and contained[int(of_person[1])] in _PEOPLE


def _on_day(codes: tuple[ContextCode, ...], occurred: str) -> tuple[ContextCode, ...]:
    """The codes of reasons, which are of the day of the vaccination; so their order stays."""
    day = london_date(occurred)
    return tuple([ContextCode(each.system, each.code, day) for each in codes])


_PEOPLE = frozenset({"Patient", "Practitioner"})
_PEOPLE_AND_PLACES = _PEOPLE | {"Location", "Organization", "PractitionerRole"}
"""What may be contained: nothing that has dates or codes of its own which are read."""
_OF_PERSON = re.compile(
    "/contained/([0-9]+)/(?:meta/(?:versionId|lastUpdated)|name/[0-9]+/(?:family|given)|address/[0-9]+/(?:line|postalCode))"
)
_KINDS = {
    "id": "id",
    "versionId": "id",
    "lastUpdated": "instant",
    "birthDate": "date",
    "expirationDate": "date",
    "date": "dateTime",
    "occurrenceDateTime": "dateTime",
    "recorded": "dateTime",
    "valueDateTime": "dateTime",
}
_LOOKS = {(name, '"'): f'"(?:{TEXTS[kind]})"' for name, kind in _KINDS.items()}
_LOOKS |= {(name, '"'): rf'"(?! *"){_CHARACTER}++"' for name in ("value", "lotNumber")}  # blanks alone say nothing
_LOOKS |= {(name, '"'): _STRING for name in ("family", "postalCode")}
_LOOKS |= {(name, "["): _STRINGS for name in ("given", "line")}
"""What a value must look like, by the name of its member and the sign it begins with."""
