"""The lines of an NDJSON file that are no records, but that records refer to: patients, organisations, roles, …

They may come before or after the records, so the file is read for them first. They are kept as text and parsed where a
record asks for them. Which are at hand depends on what the file holds, never on its order.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from adapter.fhir import bundle, json_text
from adapter.fhir.context import Context, Json
from adapter.fhir.issue import Issue
from adapter.fhir.spans import Span
from adapter.fhir.validate import well_typed
from adapter.fhir.version import fhir_version
from adapter.intake.lines import Chunk, chunks

LARGEST = 64 << 20
"""Bytes of context that are kept at hand."""
_LONGEST_LINE = 1 << 20

_REFERRED = frozenset({"Patient", "Practitioner", "PractitionerRole", "Organization", "Location", "Encounter"})
_REFERRING = frozenset({"Condition", "Observation", "Procedure", "PractitionerRole"})
"""What is looked for from the other side: a patient's conditions, a practitioner's roles."""
_ASKED_FOR = ("Patient/", "Practitioner/")
_REFERENCE = re.compile(rb'"reference"\s*:\s*"([^"\\]+)"')
_RECORD = re.compile(rb'\s*\{\s*"resourceType"\s*:\s*"Immunization"')
_MOST_AROUND = 2_000


class Surroundings:
    """The context lines of one file. `left_out` names the resource types for which there was no room."""

    def __init__(self) -> None:
        self.left_out: frozenset[str] = frozenset()
        self._lines: dict[str, tuple[int, bytes]] = {}
        self._referring: dict[str, list[str]] = {}
        self._parsed: dict[str, Json | None] = {}
        self._sizes: Counter[str] = Counter()

    def collect(self, chunks: Iterable[Chunk]) -> None:
        """Reads all lines. Where there is not room for all, whole resource types are left out, the largest first; then
        it must be called again.
        """
        self._lines.clear()
        self._referring.clear()
        self._sizes.clear()
        for chunk in chunks:
            if not chunk.fragment:
                for number, _, line in chunk.lines():
                    self._add(number, line)
        excess = sum(self._sizes.values()) - LARGEST
        for type_, size in sorted(self._sizes.items(), key=lambda each: (-each[1], each[0])):
            if excess <= 0:
                break
            self.left_out |= {type_}
            excess -= size

    @property
    def empty(self) -> bool:
        return not self._lines

    @property
    def notice(self) -> Issue | None:
        """What to tell the sender where something was left out."""
        if not self.left_out:
            return None
        return Issue(
            "too-costly",
            "",
            f"The file holds too many resources beside its records: references to {', '.join(sorted(self.left_out))} "
            "were not followed. Send fewer patients in a file, or Bundles.",
        )

    def around(self, line: bytes, context: Context) -> Context:
        """The context of a record, with what its line leads to."""
        found = self._reach(line)
        return context.with_more(found) if found else context

    def forget(self) -> None:
        """Drop what was parsed."""
        self._parsed.clear()

    def _add(self, number: int, line: bytes) -> None:
        if _RECORD.match(line) or len(line) > _LONGEST_LINE:
            return
        header = bundle.header(line, Span(0, len(line)))
        if header is None or header.resourceType not in _REFERRED | _REFERRING or not header.id:
            return
        if header.resourceType in self.left_out:
            return
        key = f"{header.resourceType}/{header.id}"
        self._sizes[header.resourceType] += len(line)
        if sum(self._sizes.values()) > LARGEST:
            return
        known = self._lines.get(key)
        if known is not None and known[1] >= line:
            return  # of two that go by one name the same one is taken in any order
        self._lines[key] = (number, line)
        if header.resourceType in _REFERRING:
            for target in _targets(line):
                if target.startswith(_ASKED_FOR) and key not in self._referring.setdefault(target, []):
                    self._referring[target].append(key)

    def _reach(self, line: bytes) -> dict[str, Json]:
        reached: dict[str, Json] = {}
        seen: set[str] = set()
        ahead = sorted(_targets(line))
        while ahead and len(seen) < _MOST_AROUND:
            key = ahead.pop(0)
            if key in seen:
                continue
            seen.add(key)
            known = self._lines.get(key)
            resource = self._resource(key)
            if known is None or resource is None:
                continue
            reached[f"bundle#/{known[0]}"] = resource
            ahead += sorted({*_targets(known[1]), *self._referring.get(key, ())} - seen)
        return reached

    def _resource(self, key: str) -> Json | None:
        if key not in self._parsed:
            known = self._lines.get(key)
            self._parsed[key] = _read(known[1]) if known else None
        return self._parsed[key]


def surroundings_of(content: Callable[[], Iterator[bytes]], records_only: bool = False) -> Surroundings:
    """Those of a content that can be read again and again; none, and unread, where it holds nothing but records."""
    found = Surroundings()
    if not records_only:
        found.collect(chunks(content()))
        if found.left_out:
            found.collect(chunks(content()))
    return found


def _targets(line: bytes) -> set[str]:
    """The `Type/id` of every reference in a line."""
    found = set()
    for written in _REFERENCE.findall(line):
        path = written.decode("utf-8", "replace").partition("/_history/")[0].split("/")
        if len(path) > 1:
            found.add(f"{path[-2]}/{path[-1]}")
    return found


def _read(line: bytes) -> Json | None:
    parsed = json_text.parse(line)
    if not isinstance(parsed, json_text.Parsed) or not isinstance(parsed.value, dict):
        return None
    return well_typed(parsed.value, fhir_version(parsed.value))
