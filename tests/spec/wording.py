"""A record in the words of the field. Only what differs from the ordinary record is told, and all of that."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from adapter.fhir.statement import Coding, ContextCode, OrganisationRef, Statement
from adapter.reconcile.record import Record
from adapter.reconcile.review import Review
from small_england import EMIS, GMS_EXTENSION, HOME, ORGANISATIONS, RAVS, SNOMED, TRANSFERRED, catalogue, statement

ORDINARY = statement()
ORDINARY_IN_WORDS = (
    "Unless a case says otherwise, a record is this one: a completed dose of pertussis vaccine in pregnancy (SNOMED CT "
    "956951000000104), given on 12 September 2024 to a woman born on 2 May 1994 and recorded the same day; the "
    "performer is the practice, D83013; primarySource is true; there is no location and no GMS marker; it came by the "
    "practice's own GP feed and was born in its own system. A case tells what differs, and nothing else differs."
)
_SYSTEMS = {
    EMIS: "the practice's own system",
    "https://EMISWeb/G81086": "the system of G81086",
    RAVS: "a point-of-care system (RAVS)",
    TRANSFERRED: "a GP-to-GP transfer",
}


def day(text: str) -> str:
    """`2024-09-12` as 12 September 2024, a month as September 2024, with the time and offset where there are any."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(.+))?", text)
    if not found:
        return text or "no date"
    year, month, date, time = found.groups()
    words = " ".join(filter(None, (date and str(int(date)), month and calendar.month_name[int(month)], year)))
    return f"{words} at {time}" if time else words


def record_in_words(record: Record, several: bool) -> str:
    """`several`: the case has more than one record, so that each needs its name, the identifier's value."""
    facts = list(_facts(record))
    name = f" *{record.identifiers[0].value}*" if several else ""
    return f"{_feed(record)}{name}: {'; '.join(facts) or 'the ordinary record'}"


def review_in_words(review: Review) -> str:
    return f"a person looked for {review.practice} on {day(review.when)} at *{review.value}*: {review.verdict}"


def coding_in_words(coding: Coding | ContextCode) -> str:
    """The code and what the tables call it."""
    meaning = catalogue().look_up(Coding(coding.system, coding.code))
    shown = coding.code if coding.system == SNOMED else f"{catalogue().reads_as(coding.system)} {coding.code}"
    if isinstance(coding, Coding) and coding.description:
        shown += f", description id {coding.description}"
    return f"{shown} ({meaning.entry.term})" if meaning.entry else shown


def organisation_in_words(sent: OrganisationRef) -> str:
    if not sent.code:
        return "something that is no code"
    school = " under the school number system" if "urn-school-number" in sent.system else ""
    return f"{sent.code}{school}, {ORGANISATIONS[sent.code]}"


def _feed(record: Record) -> str:
    feed = record.feed
    marks = ", declared to carry GMS markers" if feed.gms_markers else ""
    if feed.kind == "poc":
        return f"Point of care{marks}"
    return f"GP feed of {feed.practice}{marks}"


def _facts(record: Record) -> Iterator[str]:
    said = record.statement
    if record.withdrawn:
        yield "withdrawn since"
    yield from _born(record)
    yield from _codes(said)
    yield from _dates(said)
    yield from _person(said)
    yield from _giver(said)


def _born(record: Record) -> Iterator[str]:
    systems = [one.system for one in record.identifiers]
    if systems != [_home(record)]:
        yield "identifier of " + " and of ".join(
            _SYSTEMS.get(one, f"`{one}`" if one else "no system") for one in systems
        )
    if record.statement.event_keys:
        yield f"event key {' and '.join(record.statement.event_keys)}"


def _home(record: Record) -> str:
    return HOME.get(record.feed.name, f"https://EMISWeb/{record.feed.practice}")


def _codes(said: Statement) -> Iterator[str]:
    if said.resource != ORDINARY.resource:
        yield f"a {said.resource}"
    if said.status != ORDINARY.status:
        yield f"status {said.status}"
    if said.not_given:
        yield "notGiven"
    if said.procedure != ORDINARY.procedure:
        yield "procedure " + (" and ".join(map(coding_in_words, said.procedure)) or "without a code")
    if said.vaccine:
        yield "product " + " and ".join(map(coding_in_words, said.vaccine))
    if said.has_text:
        yield "a text beside"
    if said.diseases:
        yield "against " + " + ".join(" and ".join(map(coding_in_words, one)) for one in said.diseases)
    if said.dose is not None:
        yield f"dose field {said.dose}"
    if said.route:
        yield "route " + " and ".join(map(coding_in_words, said.route))
    if said.lot:
        yield f"lot {said.lot}"
    for code in said.context:
        yield f"beside it {coding_in_words(code)}, " + (f"of {day(code.date)}" if code.date else "without a date")


def _dates(said: Statement) -> Iterator[str]:
    if said.occurred != ORDINARY.occurred:
        yield f"given {day(said.occurred)}" if said.occurred else "no date given"
    usual = said.occurred[:10] if len(said.occurred) >= 10 else ORDINARY.recorded
    if said.recorded != usual:
        yield f"recorded {day(said.recorded)}" if said.recorded else "no recorded date"


def _person(said: Statement) -> Iterator[str]:
    if said.patient != ORDINARY.patient:
        yield "another patient" if said.patient else "no valid NHS number"
    if said.born != ORDINARY.born:
        yield f"born {day(said.born)}" if said.born else "no birth date"
    if said.sex != ORDINARY.sex:
        yield said.sex or "no sex"


def _giver(said: Statement) -> Iterator[str]:
    if said.performer != ORDINARY.performer:
        told = " and ".join(map(organisation_in_words, said.performer))
        yield f"performer {told}" if told else "no performer"
    if said.location:
        yield f"location {organisation_in_words(said.location)}"
    if said.gms_notes:
        yield "marked " + " and ".join(f"`{note}`" for note in said.gms_notes)
    if GMS_EXTENSION in said.flags:
        yield f"GMS extension {str(said.flags[GMS_EXTENSION]).lower()}"
    if said.primary_source is not ORDINARY.primary_source:
        yield "primarySource " + ("absent" if said.primary_source is None else "false")
