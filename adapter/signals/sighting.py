"""What one record shows: where and when it was seen, and which figures it counts in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from msgspec import Struct

from adapter.fhir import nhs_number
from adapter.fhir.dates import london_date
from adapter.organisations.resolution import Resolution
from adapter.reasons import Reason
from adapter.reconcile.evidence import ELSEWHERE, Party, copied_in, party
from adapter.reconcile.linking import link
from adapter.reconcile.person import person
from adapter.reconcile.programme import narrow
from adapter.reconcile.reading import Reading, read
from adapter.reconcile.record import Record
from adapter.reconcile.rules import Rules
from adapter.reconcile.supporting import supporting_dates
from adapter.signals.figure import Figure
from adapter.signals.week import EARLIEST, week_of

HIDDEN = "not shown"
"""Stands for a code that could be an NHS number."""


class Place(Struct, frozen=True, order=True):
    """Whose figures: a feed; the practice that it is of or, of any other feed, that its record names as performer (""
    for none); the public programme ("" where the codes name none or several).
    """

    feed: str
    practice: str
    programme: str


class Sighting(Struct, frozen=True):
    """One live record. `new_codes` are sound codes that no table has; `occurred` is None where no full day is known."""

    place: Place
    gp: bool
    week: int
    figures: tuple[Figure, ...]
    new_codes: tuple[tuple[str, str], ...]
    occurred: date | None
    record: Record


def sightings(records: Sequence[Record], rules: Rules) -> Iterator[Sighting]:
    """Those of one patient's records. A record that was withdrawn, says that nothing was given or names no day shows
    nothing: it belongs to no week.
    """
    for group in link([read(record, rules) for record in records]):
        for reading in group:
            week = _week(reading)
            if reading.live and reading.given and week is not None:
                yield _sighting(reading, group, week, rules)


def _week(reading: Reading) -> int | None:
    """The week in which the record was made; where that is not said, the week of the vaccination. A day before there
    were computers is none.
    """
    recorded = london_date(reading.record.statement.recorded)
    day = date.fromisoformat(recorded) if recorded else reading.on
    return week_of(day) if day and day.year >= EARLIEST else None


def _sighting(reading: Reading, group: Sequence[Reading], week: int, rules: Rules) -> Sighting:
    meaning = reading.meaning
    named = narrow(meaning.programmes, person(reading, group)) if meaning.programmes else meaning.programmes
    programme = rules.catalogue.one_public_key(named) or ""
    place = Place(reading.record.feed.name, reading.claimant, programme)
    found = [Figure.RECORDS, _performer(reading, programme, rules)]
    if _known(reading.performer) and _known(reading.location):
        found.append(Figure.PLACED)
        if _differ(reading.performer, reading.location, reading.claimant, reading, programme, rules):
            found.append(Figure.MISPLACED)
    if reading.from_gp:
        if copied_in(reading, rules):
            found.append(Figure.BORN_POC)
        elif _born_in_another_practice(reading, rules):
            found.append(Figure.BORN_PRACTICE)
    if _twin_disagrees(reading, group, programme, rules):
        found.append(Figure.TWINS_DISAGREE)
    if meaning.problem or meaning.invalid_beside:
        found.append(Figure.UNREADABLE)
    if reading.on and london_date(reading.record.statement.recorded):
        found.append(Figure.DATED)
        if Reason.RECORDED_LATE in supporting_dates(reading):
            found.append(Figure.LATE)
    return Sighting(place, reading.from_gp, week, tuple(found), _new_codes(reading, rules), reading.on, reading.record)


def _performer(reading: Reading, programme: str, rules: Rules) -> Figure:
    if reading.performer.kind == "absent":
        return Figure.PERFORMER_MISSING
    if not reading.from_gp:
        who = {"practice": Figure.PERFORMER_PRACTICE, "other-provider": Figure.PERFORMER_PROVIDER}
        return who.get(reading.performer.kind, Figure.PERFORMER_UNKNOWN)
    match party(reading.performer, reading.claimant, reading, programme, rules):
        case Party.CLAIMANT:
            return Figure.PERFORMER_OWN
        case Party.OTHER_PRACTICE:
            return Figure.PERFORMER_PRACTICE
        case Party.OTHER_PROVIDER:
            return Figure.PERFORMER_PROVIDER
    return Figure.PERFORMER_UNKNOWN


def _known(resolution: Resolution) -> bool:
    return resolution.kind in ("practice", "other-provider")


def _differ(a: Resolution, b: Resolution, claimant: str, reading: Reading, programme: str, rules: Rules) -> bool:
    """Two known organisations that are not one provider, seen from the practice that claims the dose."""
    parties = [party(each, claimant, reading, programme, rules) for each in (a, b)]
    if claimant and Party.CLAIMANT in parties:
        return any(each in ELSEWHERE for each in parties)
    if a.practice and b.practice:
        return not rules.directory.same_claimant(a.practice, b.practice, reading.on)
    return (a.practice or a.organisation or a.code) != (b.practice or b.organisation or b.code)


def _twin_disagrees(reading: Reading, group: Sequence[Reading], programme: str, rules: Rules) -> bool:
    if len(group) == 1 or not _known(reading.performer):
        return False
    feed = reading.record.feed.name
    twins = [one for one in group if one.live and one.record.feed.name != feed and _known(one.performer)]
    return any(
        _differ(reading.performer, twin.performer, reading.claimant or twin.claimant, reading, programme, rules)
        for twin in twins
    )


def _born_in_another_practice(reading: Reading, rules: Rules) -> bool:
    own = {reading.claimant, *rules.directory.family(reading.claimant)}
    births = [rules.catalogue.born(each.system) for each in reading.record.identifiers]
    return any(birth.kind == "transferred" or (birth.practice and birth.practice not in own) for birth in births)


def _new_codes(reading: Reading, rules: Rules) -> tuple[tuple[str, str], ...]:
    statement = reading.record.statement
    found = set()
    for coding in (*statement.procedure, *statement.vaccine):
        meaning = rules.catalogue.look_up(coding)
        if meaning.kind == "unlisted":
            code = HIDDEN if nhs_number.occurs_in(meaning.concept) else meaning.concept
            found.add((rules.catalogue.reads_as(coding.system), code))
    return tuple(sorted(found))
