"""From a coding as sent to what it means: found in the tables, or told by its digits what became of it.

Display text plays no part. A description id is read as the concept that it describes; a coding's own description
extension is asked only where its code says nothing.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Literal, cast

import msgspec

from adapter.fhir.statement import Coding
from adapter.normalise.code_book import CodeBook
from adapter.normalise.code_entry import CodeEntry, CodeSystem, Kind, Meaning, RowRef
from adapter.normalise.read_code import ReadCode
from adapter.normalise.snomed import SnomedCode, SnomedFault, may_be_rounded
from adapter.normalise.system_patterns import SystemPatterns
from adapter.normalise.table import Row
from adapter.normalise.tables import Tables

ReadsAs = Literal["snomed", "readv2", "ctv3", "null-flavour", "other"]

_REMEMBERED = 100_000
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}", re.ASCII | re.IGNORECASE)
_BY_CATEGORY: dict[str, Kind] = {
    "check-digit": "check-digit",
    "excel": "mangled",
    "excel-passes": "mangled",
    "number": "mangled",
    "not-an-id": "not-an-id",
}
"""What a row of `mangled_codes.csv` says; `partition` rows are description ids and have a table of their own."""
_SAYS_NOTHING = frozenset({"degraded", "check-digit", "mangled", "not-an-id", "description"})


class CodeReader:
    """Remembers its answers: the same few hundred codes come in millions of records. What it remembers is bounded,
    so that a feed of rubbish cannot fill the memory."""

    def __init__(self, tables: Tables, book: CodeBook) -> None:
        self._book = book
        self._systems = SystemPatterns(tables.rows("code_systems.csv"))
        self._null_flavours = {row["code"]: row for row in tables.rows("null_flavours.csv")}
        self._mangled = {
            row["code"]: row for row in tables.rows("mangled_codes.csv") if row["category"] in _BY_CATEGORY
        }
        self._descriptions = {row["description"]: row for row in tables.rows("description_ids.csv")}
        self._meanings: dict[Coding, Meaning] = {}
        self._read_as: dict[str, tuple[ReadsAs, tuple[RowRef, ...]]] = {}

    def reads_as(self, system: str) -> ReadsAs:
        """What a code of this system is read as; `other` where no table row speaks of the system."""
        return self._system(system)[0]

    def read(self, coding: Coding, on: date | None = None) -> Meaning:
        """`on` matters only for a code whose row changed on a day; without it the newest row speaks."""
        meaning = self._meanings.get(coding)
        if meaning is None:
            meaning = self._read(coding)
            if len(self._meanings) >= _REMEMBERED:
                self._meanings.clear()
            self._meanings[coding] = meaning
        if on is None or meaning.entry is None:
            return meaning
        entry = self._book.entry(meaning.entry.system, meaning.entry.code, on)
        if entry is None or entry is meaning.entry:
            return meaning
        others = tuple(row for row in meaning.rows if row != meaning.entry.ref)
        return msgspec.structs.replace(_of_entry(entry, meaning.concept), rows=(*others, entry.ref))

    def _read(self, coding: Coding) -> Meaning:
        own = self._read_code(coding.system, coding.code, coding.number)
        if coding.description and (own.kind in _SAYS_NOTHING or not coding.code):
            described = self._read_snomed(coding.description, number=False)
            if described.kind == "sound":
                return msgspec.structs.replace(described, rows=(*own.rows, *described.rows))
        return own

    def _system(self, system: str) -> tuple[ReadsAs, tuple[RowRef, ...]]:
        known = self._read_as.get(system)
        if known is not None:
            return known
        found = self._systems.find(system)
        fresh: tuple[ReadsAs, tuple[RowRef, ...]] = ("other", ())
        if found is not None:
            fresh = (cast(ReadsAs, found[0]["reads_as"]), (found[0].ref,))
        if len(self._read_as) >= _REMEMBERED:
            self._read_as.clear()
        self._read_as[system] = fresh
        return fresh

    def _read_code(self, system: str, code: str, number: bool) -> Meaning:
        reads_as, rows = self._system(system)
        if reads_as == "null-flavour":
            return Meaning("null-flavour", rows=rows)
        if code in self._null_flavours and (reads_as == "snomed" or not system):
            return Meaning("null-flavour", rows=(self._null_flavours[code].ref,))
        if not code:
            return Meaning("not-an-id")
        if reads_as == "snomed":
            return self._read_snomed(code, number)
        if reads_as == "other":
            return Meaning("other-system", rows=rows)
        return self._read_read_code(cast(CodeSystem, reads_as), code)

    def _read_read_code(self, system: CodeSystem, text: str) -> Meaning:
        code = ReadCode.parse(text)
        if code is None:
            return Meaning("not-an-id")
        entry = self._book.entry(system, code.text)
        return _of_entry(entry, code.text) if entry else Meaning("unlisted", concept=code.text)

    def _read_snomed(self, text: str, number: bool) -> Meaning:
        mangled = self._mangled.get(text)
        if mangled is not None:
            return Meaning(_BY_CATEGORY[mangled["category"]], rows=(mangled.ref,))
        described = self._descriptions.get(text)
        if described is not None:
            return self._of_description(described)
        entry = self._book.entry("snomed", text)
        if entry is not None:
            return _of_entry(entry, text)
        if _SCIENTIFIC.fullmatch(text):
            return Meaning("mangled")
        code = SnomedCode.parse(text)
        match code:
            case SnomedFault.SHAPE:
                return Meaning("not-an-id")
            case SnomedFault.CHECK_DIGIT:
                return Meaning("mangled" if number and may_be_rounded(text) else "check-digit")
        if code.is_impossible_core_concept or (number and may_be_rounded(text)):
            return Meaning("mangled")
        if code.is_concept:
            return Meaning("unlisted", concept=text)
        return Meaning("description" if code.is_description else "not-an-id")

    def _of_description(self, row: Row) -> Meaning:
        concept = row["concept"]
        if concept:
            entry = self._book.entry("snomed", concept)
            meaning = _of_entry(entry, concept) if entry else Meaning("unlisted", concept=concept)
            return msgspec.structs.replace(meaning, rows=(row.ref, *meaning.rows))
        own = self._book.entry("snomed", row["description"])
        return _of_entry(own, "") if own else Meaning("description", rows=(row.ref,))


def _of_entry(entry: CodeEntry, concept: str) -> Meaning:
    return Meaning("degraded" if entry.role == "degraded" else "sound", entry, concept, (entry.ref,))
