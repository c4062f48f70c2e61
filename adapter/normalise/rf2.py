"""SNOMED CT Release Format 2, snapshot files: concepts, descriptions and historical associations.

Tab separated, one header line, no quotes; a file is told by its columns, not by its name. A release has millions of
lines, so that they are read one by one and only what concerns the given codes is kept.

Source: SNOMED CT Release File Specification; the two associations are its SAME AS and REPLACED BY reference sets.
Others (POSSIBLY EQUIVALENT TO, WAS A, ...) name no one successor and are not read as such.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from adapter.normalise.official_file import place
from adapter.normalise.snomed import SnomedCode
from adapter.normalise.table import Problem

CONCEPT = ("id", "effectiveTime", "active", "moduleId", "definitionStatusId")
DESCRIPTION = (
    *("id", "effectiveTime", "active", "moduleId", "conceptId"),
    *("languageCode", "typeId", "term", "caseSignificanceId"),
)
ASSOCIATION = (
    *("id", "effectiveTime", "active", "moduleId", "refsetId"),
    *("referencedComponentId", "targetComponentId"),
)
_ORDER = (ASSOCIATION, CONCEPT, DESCRIPTION)
_ORIGINS = {"900000000000527005": "same as", "900000000000526001": "replaced by"}
_LONGEST_CHAIN = 10


class Concept(Struct, frozen=True):
    """`since` is the effective time of its newest row, `YYYYMMDD`."""

    active: bool
    since: str


class Snapshot(Struct, frozen=True):
    """What the files say of the codes asked for and of those that they lead to. `successors` are by concept;
    `described` is description id → concept; `edition` the newest effective time seen, "" where there is none.
    """

    edition: str
    concepts: dict[str, Concept]
    successors: dict[str, tuple[str, ...]]
    described: dict[str, str]


def read_snapshot(files: Sequence[Iterable[bytes]], wanted: Collection[str]) -> Snapshot | tuple[Problem, ...]:
    """`files` give the lines of each file once; `wanted` are the concept ids and description ids to know about."""
    opened: list[tuple[tuple[str, ...], str, Iterator[bytes]]] = []
    problems = []
    for ordinal, lines in enumerate(files, start=1):
        rest = iter(lines)
        header = tuple(next(rest, b"").decode("utf-8-sig", "replace").rstrip("\r\n").split("\t"))
        if header in _ORDER:
            opened.append((header, place(ordinal), rest))
        else:
            problems.append(Problem(place(ordinal), 1, "", "No RF2 file of concepts, descriptions or associations."))
    if problems:
        return tuple(problems)
    reading = _Reading(frozenset(wanted))
    for header, file, rest in sorted(opened, key=lambda one: (_ORDER.index(one[0]), one[1])):
        problems += reading.read(header, file, rest)
    return tuple(problems) if problems else reading.snapshot()


class _Reading:
    """Associations come first: they say which concepts beside the wanted ones are of interest."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._all_successors: dict[str, set[str]] = {}
        self._reached: frozenset[str] | None = None
        self._concepts: dict[str, Concept] = {}
        self._described: dict[str, str] = {}
        self._edition = ""

    def read(self, header: tuple[str, ...], file: str, lines: Iterator[bytes]) -> list[Problem]:
        for number, line in enumerate(lines, start=2):
            cells = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
            if len(cells) != len(header) or cells[2] not in ("0", "1"):
                if not line.strip():
                    continue
                return [Problem(file, number, "", "The line is not as the header says: take the file as released.")]
            self._edition = max(self._edition, cells[1])
            if header == ASSOCIATION:
                self._association(cells)
            elif header == CONCEPT:
                self._concept(cells)
            else:
                self._description(cells)
        return []

    def snapshot(self) -> Snapshot:
        reached = self._of_interest()
        return Snapshot(
            edition=self._edition,
            concepts=dict(sorted(self._concepts.items())),
            successors={code: tuple(sorted(self._all_successors.get(code, ()))) for code in sorted(reached)},
            described=dict(sorted(self._described.items())),
        )

    def _association(self, cells: list[str]) -> None:
        if cells[2] == "1" and cells[4] in _ORIGINS and _is_concept(cells[6]):
            self._all_successors.setdefault(cells[5], set()).add(cells[6])

    def _concept(self, cells: list[str]) -> None:
        if cells[0] in self._of_interest():
            self._concepts[cells[0]] = Concept(cells[2] == "1", cells[1])

    def _description(self, cells: list[str]) -> None:
        """Of a wanted concept, active or not: an old description goes on standing in records."""
        if cells[4] in self._of_interest() or cells[0] in self._wanted:
            self._described[cells[0]] = cells[4]

    def _of_interest(self) -> frozenset[str]:
        if self._reached is None:
            reached, fresh = set(self._wanted), set(self._wanted)
            for _ in range(_LONGEST_CHAIN):
                fresh = {one for code in fresh for one in self._all_successors.get(code, ())} - reached
                reached |= fresh
            self._reached = frozenset(reached)
        return self._reached


def _is_concept(text: str) -> bool:
    code = SnomedCode.parse(text)
    return isinstance(code, SnomedCode) and code.is_concept
