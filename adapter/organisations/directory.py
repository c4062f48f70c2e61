"""The organisations of England's NHS as at any day: from a code as sent to ours, theirs or nobody's."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

import msgspec

from adapter.fhir.statement import OrganisationRef
from adapter.organisations.as_at import RoleReading
from adapter.organisations.assembly import assemble
from adapter.organisations.ods_code import OdsCode
from adapter.organisations.organisation import Organisation
from adapter.organisations.release import Release
from adapter.organisations.resolution import Resolution
from adapter.organisations.role_table import RoleMeaning
from adapter.organisations.rolling_up import RollingUp
from adapter.organisations.succession import Lines

UNKNOWN_PLACE = "X99999"
"""What senders must write for a place that they do not know."""
_SCHOOL_SYSTEM = "/id/urn-school-number"
_COUNTRY_SYSTEM = "urn:iso:"
_REMEMBERED = 200_000
_WHENEVER = -1


class Directory:
    """Built once from releases; every answer is a function of the code and the day, and is remembered for as long as
    nothing changes about the code.
    """

    def __init__(
        self, organisations: Mapping[str, Organisation], roles: Iterable[RoleMeaning], not_providers: frozenset[str]
    ) -> None:
        self._organisations = organisations
        self._lines = Lines(organisations)
        self._rolling_up = RollingUp(organisations, self._lines, RoleReading(tuple(roles)))
        self._not_providers = not_providers
        self._known: dict[tuple[str, str, int], Resolution] = {}
        self._standings: dict[tuple[str, int], tuple[str, frozenset[str]]] = {}
        self._turns: dict[str, tuple[date, ...]] = {}
        self._line_turns: dict[str, tuple[date, ...]] = {}

    @classmethod
    def build(
        cls,
        releases: Iterable[Release],
        roles: Iterable[RoleMeaning],
        not_providers: frozenset[str] = frozenset(),
    ) -> Directory:
        """The directory that the releases give when loaded in this order (assembly.py says which one wins).

        `roles` are the rows of `mappings/organisation_roles.csv`, `not_providers` the codes of suppliers and systems.
        """
        return cls(assemble(releases), roles, not_providers)

    def __len__(self) -> int:
        return len(self._organisations)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content in code order, lower-case hex: the same knowledge has the same digest, in
        whatever order and from whatever files it came. The role table has a digest of its own.
        """
        canonical = hashlib.sha256()
        for code in sorted(self._organisations):
            canonical.update(msgspec.json.encode(self._organisations[code], order="deterministic"))
            canonical.update(b"\n")
        return canonical.hexdigest()

    def organisation(self, code: str) -> Organisation | None:
        """What is known of a code; None where the directory does not have it."""
        return self._organisations.get(code)

    def resolve(self, ref: OrganisationRef | None, on: date | None) -> Resolution:
        """What the organisation was on the day of the vaccination.

        Without a day the answer is given only where every day of the record's life gives the same one. The system
        decides nothing by itself, since senders swap them: a school number is known by its form where no
        organisation has that code, and an organisation's code by being in the directory. A doctor's code, and what
        may be somebody's name in place of a code, are not shown in the answer.
        """
        if ref is None or ref.system.lower().startswith(_COUNTRY_SYSTEM):
            return Resolution("absent")
        key = (ref.system, ref.code, _WHENEVER if on is None else bisect_right(self._turns_of(ref.code), on))
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._resolve(ref, on)
        return known

    def _resolve(self, ref: OrganisationRef, on: date | None) -> Resolution:
        sent = ref.code.strip().upper()
        if sent == UNKNOWN_PLACE or sent in self._not_providers:
            return Resolution("not-provider", sent, path=(f"{sent} stands for no provider",))
        code = OdsCode.read(sent)
        if code is None:
            return Resolution("unknown", path=("no ODS code",))
        if code.looks_like_doctor:
            return Resolution("not-provider", path=("the code of a doctor",))
        labelled_school = ref.system.lower().rstrip("/").endswith(_SCHOOL_SYSTEM)
        if code.looks_like_school and (labelled_school or not self._rolling_up.knows(code)):
            return Resolution("school", str(code), path=(f"{code} has the form of a school number",))
        if not self._rolling_up.knows(code):
            shown = "" if code.may_be_words else str(code)
            return Resolution("unknown", shown, path=(f"{shown or 'the code'} is not in the directory",))
        return self._rolling_up.whenever(str(code)) if on is None else self._rolling_up.on(str(code), on)

    def claimant(self, practice: str, performer: Resolution, on: date | None) -> str:
        """The practice that a record of `practice`'s feed claims for, given who performed it.

        A practice and its successor are one claimant, the one that was open on the day: the performer, where it came
        before the feed's practice and the succession lay ahead; else the feed's practice or what it had become by
        then; else the one predecessor that was open; else the feed's practice, as where the directory knows nothing
        of it. A successor that worked beside its predecessor before the succession was another practice then.
        """
        if on is None:
            return practice
        standing, forerunners = self._stood(practice, on)
        return performer.practice if performer.practice in forerunners else standing

    def same_claimant(self, one: str, other: str, on: date | None) -> bool:
        """Whether two practice codes stand for one claimant on the day: predecessor and successor do where the
        succession's date fits. Without a day, whether they are of one line.
        """
        if one == other:
            return True
        if on is None:
            return other in self.family(one)
        return self._stood(one, on)[0] == self._stood(other, on)[0] or any(
            earlier in self._stood(later, on)[1] and not self._rolling_up.is_open(later, on)
            for earlier, later in ((one, other), (other, one))
        )

    def family(self, practice: str) -> frozenset[str]:
        """The practice, those that came before it and those that came after it, by recorded succession. Practices
        that were merged into one are each of its line, but not of each other's.
        """
        return self._lines.line(practice)

    def _stood(self, practice: str, on: date) -> tuple[str, frozenset[str]]:
        """The code under which the practice stood on the day, itself where that cannot be told; and its forerunners."""
        turns = self._line_turns.get(practice)
        if turns is None:
            turns = self._remember(self._line_turns, practice, self._turns_of_line(practice))
        key = (practice, bisect_right(turns, on))
        known = self._standings.get(key)
        if known is None:
            if len(self._standings) >= _REMEMBERED:
                self._standings.clear()
            forerunners = self._forerunners(practice, on)
            known = self._standings[key] = (self._standing(practice, on, forerunners), forerunners)
        return known

    def _turns_of(self, sent: str) -> tuple[date, ...]:
        """The days on which the answer for a code as sent may change."""
        turns = self._turns.get(sent)
        if turns is None:
            code = OdsCode.read(sent.strip().upper())
            turns = self._remember(self._turns, sent, self._rolling_up.boundaries(str(code)) if code else ())
        return turns

    def _turns_of_line(self, practice: str) -> tuple[date, ...]:
        """The days on which it may change under which code a practice stood."""
        line = {practice}
        days: set[date] = set()
        ahead = {practice}
        while ahead:
            steps = [step for code in ahead for step in self._lines.predecessors(code).items()]
            days.update(start for _, start in steps if start)
            ahead = {earlier for earlier, _ in steps} - line
            line |= ahead
        days.update(day for code in line for day in self._rolling_up.boundaries(code))
        return tuple(sorted(days))

    @staticmethod
    def _remember(among: dict[str, tuple[date, ...]], code: str, turns: tuple[date, ...]) -> tuple[date, ...]:
        if len(among) >= _REMEMBERED:
            among.clear()
        among[code] = turns
        return turns

    def _standing(self, practice: str, on: date, forerunners: frozenset[str]) -> str:
        itself = self._rolling_up.on(practice, on)
        if itself.kind == "practice":
            return itself.practice
        if self._rolling_up.is_open(practice, on) or len(forerunners) != 1:
            return practice
        return next(iter(forerunners))

    def _forerunners(self, practice: str, on: date) -> frozenset[str]:
        """The practices, open on the day, that the practice came after later on."""
        found: set[str] = set()
        ahead = {practice}
        while (
            ahead := {
                earlier
                for code in ahead
                for earlier, start in self._lines.predecessors(code).items()
                if start is None or on < start
            }
            - found
        ):
            found |= ahead
        return frozenset(
            code
            for code in found - {practice}
            if (answer := self._rolling_up.on(code, on)).kind == "practice" and answer.practice == code
        )
