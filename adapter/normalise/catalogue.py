"""All that the mapping tables say, ready to be asked: the one door from what was sent to what it means.

A catalogue is made from tables that passed every check, never changes, and carries the digest of the rules in it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import cast

from adapter.fhir.statement import Coding
from adapter.normalise.check import check
from adapter.normalise.code_book import CodeBook
from adapter.normalise.code_entry import ContextRole, Form, Meaning
from adapter.normalise.code_reader import CodeReader, ReadsAs
from adapter.normalise.disease_set import DiseaseSet, disease_set
from adapter.normalise.fee import Fee, fee
from adapter.normalise.hold import Hold, Incident, hold, incident
from adapter.normalise.identifier_system import Birth, BirthKind
from adapter.normalise.indicator import Indicator
from adapter.normalise.indicator_table import indicator
from adapter.normalise.overlay import Overlay, overlaid
from adapter.normalise.programme import Programme, programme
from adapter.normalise.sub_contractor import SubContractor, sub_contractor
from adapter.normalise.system_patterns import SystemPatterns
from adapter.normalise.table import Problem
from adapter.normalise.tables import Tables, mappings_folder, read_folder, read_tables

_REMEMBERED = 100_000
_PRACTICE = re.compile(r"[A-Z0-9]{3,10}", re.ASCII)


class Catalogue:
    """Made by `load_catalogue` or `catalogue_of`. `digest` names the rule set, `digests` each file of it.
    `programmes` is by fine key and in their order, `indicators` in the table's.
    """

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.digest = tables.digest
        self.digests = tables.digests
        ordered = sorted(map(programme, tables.rows("programmes.csv")), key=lambda found: found.priority)
        self.programmes: dict[str, Programme] = {found.key: found for found in ordered}
        self.indicators: tuple[Indicator, ...] = tuple(map(indicator, tables.rows("indicators.csv")))
        sets = map(disease_set, tables.rows("target_diseases.csv"))
        self.disease_sets: dict[frozenset[str], DiseaseSet] = {found.codes: found for found in sets}
        self.not_providers = frozenset(row["code"] for row in tables.rows("not_providers.csv"))
        self.sub_contractors: tuple[SubContractor, ...] = tuple(map(sub_contractor, tables.rows("sub_contractors.csv")))
        self.holds: tuple[Hold, ...] = tuple(map(hold, tables.rows("holds.csv")))
        self.incidents: tuple[Incident, ...] = tuple(map(incident, tables.rows("incidents.csv")))
        self.fees: tuple[Fee, ...] = tuple(map(fee, tables.rows("fees.csv")))
        self.book = CodeBook(tables)
        self._reader = CodeReader(tables, self.book)
        self._contexts = {(row["code_system"], row["code"]): row for row in tables.rows("context_codes.csv")}
        self._routes = {(self.reads_as(row["system"]), row["code"]): row for row in tables.rows("routes.csv")}
        self._born_in = SystemPatterns(tables.rows("identifier_systems.csv"))
        self._births: dict[str, Birth] = {}
        self._publics: dict[frozenset[str], str | None] = {}
        self._rows_of: dict[frozenset[str], tuple[Indicator, ...]] = {}
        self._firsts: dict[str, str | None] = {}
        self._roles: dict[tuple[str, str], ContextRole | None] = {}
        self._contracting = frozenset(row.practice for row in self.sub_contractors)

    def look_up(self, coding: Coding, on: date | None = None) -> Meaning:
        """What one coding says. `on`, the day of the vaccination, matters only where a code's row changed once."""
        return self._reader.read(coding, on)

    def reads_as(self, system: str) -> ReadsAs:
        """Which code system a system URL names, in any of its spellings."""
        return self._reader.reads_as(system)

    def concept(self, coding: Coding) -> str | None:
        """The SNOMED concept that a coding names, be it in the tables or not; None if it names none."""
        meaning = self._reader.read(coding)
        return meaning.concept or None if self.reads_as(coding.system) == "snomed" else None

    def disease_set(self, codes: frozenset[str]) -> frozenset[str] | None:
        """The fine programme keys of exactly this set of target diseases; None where no table has it."""
        found = self.disease_sets.get(codes)
        return found.programmes if found else None

    def indicators_of(self, fine_key: str) -> tuple[Indicator, ...]:
        """The rows by which a dose of this programme can count, in the table's order."""
        return tuple(row for row in self.indicators if row.evaluable and fine_key in row.programmes)

    def indicators_among(self, fine_keys: frozenset[str]) -> tuple[Indicator, ...]:
        """The rows by which a dose of one of these programmes can count, in the table's order."""
        found = self._rows_of.get(fine_keys)
        if found is None:
            rows = (row for row in self.indicators if row.evaluable and row.programmes & fine_keys)
            found = self._rows_of[fine_keys] = tuple(rows)
        return found

    def first_indicator(self, public_key: str) -> str | None:
        """The id that a record of the programme shows where its own is not known; None for an uncounted programme."""
        if public_key not in self._firsts:
            self._firsts[public_key] = self._first_indicator(public_key)
        return self._firsts[public_key]

    def _first_indicator(self, public_key: str) -> str | None:
        keys = {key for key, found in self.programmes.items() if found.public == public_key}
        return next((row.id for row in self.indicators if row.evaluable and row.programmes & keys), None)

    def public_key(self, fine_key: str) -> str:
        """The programme key that outputs show; "" for a programme that is never counted or not known."""
        found = self.programmes.get(fine_key)
        return found.public if found else ""

    def one_public_key(self, fine_keys: frozenset[str]) -> str | None:
        """The public key that fine ones have in common; None where they have several or none."""
        if fine_keys not in self._publics:
            public = {self.public_key(key) for key in fine_keys} - {""}
            self._publics[fine_keys] = public.pop() if len(public) == 1 else None
        return self._publics[fine_keys]

    def context_role(self, system: str, code: str) -> ContextRole | None:
        """What a code beside the vaccination is evidence of. It may be written as a description id."""
        key = (system, code)
        if key not in self._roles:
            if len(self._roles) >= _REMEMBERED:
                self._roles.clear()
            self._roles[key] = self._context_role(system, code)
        return self._roles[key]

    def _context_role(self, system: str, code: str) -> ContextRole | None:
        meaning = self._reader.read(Coding(system, code))
        row = self._contexts.get((self.reads_as(system), meaning.concept))
        return cast(ContextRole, row["context"]) if row else None

    def route_form(self, coding: Coding) -> Form | None:
        """Nasal or injected, as the route of administration says it."""
        row = self._routes.get((self.reads_as(coding.system), coding.code))
        return cast(Form, row["form"]) if row else None

    def born(self, system: str) -> Birth:
        """Where a record with an identifier of this system was born, as far as the system says."""
        birth = self._births.get(system)
        if birth is None:
            birth = self._birth(system)
            if len(self._births) >= _REMEMBERED:
                self._births.clear()
            self._births[system] = birth
        return birth

    def _birth(self, system: str) -> Birth:
        found = self._born_in.find(system)
        if found is None:
            return Birth("unknown")
        row, rest = found
        practice = rest if row.yes("practice_follows") and _PRACTICE.fullmatch(rest) else ""
        return Birth(cast(BirthKind, row["born"]), practice, (row.ref,))

    def sub_contracted(self, practice: str, codes: Collection[str], programme: str, on: date) -> bool:
        """Whether one of these organisation codes is listed to give `programme` (fine or public key) for the practice
        on that day."""
        if practice not in self._contracting:
            return False
        key = self.public_key(programme) or programme
        return any(
            row.practice == practice and row.provider in codes and row.programme == key and row.in_force(on)
            for row in self.sub_contractors
        )


def load_catalogue(folder: Path | None = None) -> Catalogue | tuple[Problem, ...]:
    """The catalogue of a folder (without one, of the package's own tables), or everything that is wrong with it.

    Raises OSError where the folder cannot be read.
    """
    return _of_content(tuple(read_folder(folder or mappings_folder()).items()))


@lru_cache(maxsize=4)
def _of_content(files: tuple[tuple[str, bytes], ...]) -> Catalogue | tuple[Problem, ...]:
    """The same bytes are read and checked once: a service is asked for its counts again and again."""
    return catalogue_of(dict(files))


def catalogue_of(files: Mapping[str, bytes]) -> Catalogue | tuple[Problem, ...]:
    """The catalogue of these files, by name, or everything that is wrong with them."""
    tables = read_tables(files)
    problems = check(tables)
    return problems if problems else Catalogue(tables)


def catalogue_under(tables: Tables, overlays: Iterable[Overlay]) -> Catalogue | tuple[Problem, ...]:
    """The catalogue of tables with releases of official ones laid over them, or everything that is wrong with it."""
    laid = overlaid(tables, overlays)
    problems = check(laid)
    return problems if problems else Catalogue(laid)
