"""The evidence on who gave a vaccination, each piece reduced to the few values that the decision table knows."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from adapter.organisations.resolution import Resolution
from adapter.reconcile.reading import Reading
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules


class Party(StrEnum):
    """A performer or a location seen from one claimant, as at the vaccination date."""

    CLAIMANT = "claimant"
    OTHER_PRACTICE = "other practice"
    OTHER_PROVIDER = "other provider"
    CARE_HOME = "care home"
    SCHOOL = "school"
    NOT_PROVIDER = "not a provider"
    UNKNOWN = "unknown code"
    AMBIGUOUS = "ambiguous"
    ABSENT = "absent"

    __hash__ = str.__hash__


class Gms(StrEnum):
    OWN = "own"
    OTHER = "other"
    ABSENT = "absent"
    CONTRADICTORY = "contradictory"

    __hash__ = str.__hash__


ELSEWHERE = frozenset({Party.OTHER_PRACTICE, Party.OTHER_PROVIDER})
UNTOLD = frozenset({Party.ABSENT, Party.UNKNOWN, Party.NOT_PROVIDER, Party.CARE_HOME, Party.SCHOOL})

_PARTIES = {
    "other-provider": Party.OTHER_PROVIDER,
    "care-home": Party.CARE_HOME,
    "school": Party.SCHOOL,
    "not-provider": Party.NOT_PROVIDER,
    "unknown": Party.UNKNOWN,
    "ambiguous": Party.AMBIGUOUS,
    "absent": Party.ABSENT,
}


def party(resolution: Resolution, claimant: str, reading: Reading, programme: str | None, rules: Rules) -> Party:
    """Who `resolution` is to `claimant`: itself, its branch or site, its listed sub-contractor, or somebody else."""
    if resolution.practice and rules.directory.same_claimant(resolution.practice, claimant, reading.on):
        return Party.CLAIMANT
    if resolution.kind == "absent":
        return Party.ABSENT
    codes = {resolution.code, resolution.organisation, resolution.practice} - {"", None}
    if programme and reading.on and rules.catalogue.sub_contracted(claimant, codes, programme, reading.on):
        return Party.CLAIMANT
    if resolution.practice:
        return Party.OTHER_PRACTICE
    return _PARTIES[resolution.kind]


def gms(reading: Reading, claimant: str, rules: Rules) -> Gms:
    """The GMS attribute for this claimant.

    `Not GMS` and `GMS (Another Practice)` are other, wherever the record was born. `GMS` speaks for the practice the
    record was born in: it is own only where nothing says that this was another one or a point-of-care system.
    """
    statement = reading.record.statement
    if not (statement.gms_notes or statement.flags):
        return Gms.ABSENT
    marks = set(statement.gms_notes)
    if rules.gms_extension in statement.flags:
        marks.add("GMS" if statement.flags[rules.gms_extension] else "Not GMS")
    if len(marks) > 1:
        return Gms.CONTRADICTORY
    if not marks:
        return Gms.ABSENT
    if "GMS" not in marks:
        return Gms.OTHER
    return Gms.OWN if born_here(reading, claimant, rules) else Gms.ABSENT


def born_here(reading: Reading, claimant: str, rules: Rules) -> bool:
    """Nothing says that the record was born elsewhere: no transfer, no other practice, no point-of-care system."""
    if not reading.from_gp:
        return False
    for identifier in reading.record.identifiers:
        birth = rules.catalogue.born(identifier.system)
        if birth.kind in ("poc", "transferred"):
            return False
        if birth.practice and birth.practice not in {claimant, *rules.directory.family(claimant)}:
            return False
    return True


def copied_in(reading: Reading, rules: Rules) -> bool:
    """A record of a GP feed whose identifier system names a point-of-care system."""
    return reading.from_gp and any(
        rules.catalogue.born(identifier.system).kind == "poc" for identifier in reading.record.identifiers
    )


def review(readings: Sequence[Reading], claimant: str, rules: Rules) -> Review | None:
    """The latest verdict for this claimant, or for a practice of its succession, on any of its records here."""
    if not rules.reviews:
        return None
    practices = {claimant, *rules.directory.family(claimant)}
    found = [
        verdict
        for reading in readings
        for identifier in reading.record.identifiers
        for practice in practices
        for verdict in rules.reviews.get((practice, reading.record.feed.name, identifier.system, identifier.value), ())
    ]
    return max(found, key=lambda verdict: (verdict.when, verdict.who, verdict.verdict)) if found else None
