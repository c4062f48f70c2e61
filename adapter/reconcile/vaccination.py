"""One vaccination seen from one claimant: which record decides, and what the other records say beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from adapter.fhir.dates import in_utc, london_date
from adapter.reconcile.evidence import ELSEWHERE, Gms, Party, gms, party, review
from adapter.reconcile.person import Person, person
from adapter.reconcile.programme import narrow
from adapter.reconcile.reading import Reading
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules


class Claim(Struct, frozen=True):
    """A vaccination and a practice that it would be paid to. `programmes` are the fine keys that codes, age and
    pregnancy leave; `programme` is their one public key, None where they leave several or none.
    """

    claimant: str
    vaccination: str
    deciding: Reading
    own: tuple[Reading, ...]
    """The claimant's records, the deciding one among them."""
    linked: tuple[Reading, ...]
    """All records of the vaccination."""
    person: Person
    programmes: frozenset[str]
    programme: str | None
    performer: Party
    location: Party
    gms: Gms
    review: Review | None
    elsewhere: tuple[Reading, ...]
    """Live twins from point-of-care feeds whose performer is somebody else."""
    confirming: tuple[Reading, ...]
    """Live twins from other feeds, point-of-care ones, whose performer is the claimant."""


def claims(vaccination: str, group: Sequence[Reading], nasal: Sequence[date], rules: Rules) -> list[Claim]:
    """One for each claimant of a vaccination (its id, its records), in the order of the practices' codes."""
    claimants = {reading.claimant for reading in group if reading.claimant}
    return [_claim(claimant, vaccination, group, nasal, rules) for claimant in sorted(claimants)]


def _claim(claimant: str, vaccination: str, group: Sequence[Reading], nasal: Sequence[date], rules: Rules) -> Claim:
    own = [reading for reading in group if reading.claimant == claimant]
    deciding = (
        own[0]
        if len(own) == 1
        else min(own, key=lambda reading: (not reading.live, not reading.from_gp, *earliest(reading)))
    )
    about = person(deciding, group, nasal)
    programmes = narrow(deciding.meaning.programmes, about)
    programme = rules.catalogue.one_public_key(programmes)
    twins = [reading for reading in group if reading is not deciding and reading.live and not reading.from_gp]
    parties = [(twin, party(twin.performer, claimant, twin, programme, rules)) for twin in twins]
    return Claim(
        claimant=claimant,
        vaccination=vaccination,
        deciding=deciding,
        own=tuple(own),
        linked=tuple(group),
        person=about,
        programmes=programmes,
        programme=programme,
        performer=party(deciding.performer, claimant, deciding, programme, rules),
        location=party(deciding.location, claimant, deciding, programme, rules),
        gms=gms(deciding, claimant, rules),
        review=review(own, claimant, rules),
        elsewhere=tuple(twin for twin, who in parties if _gives_elsewhere(who, deciding)),
        confirming=tuple(twin for twin, who in parties if _confirms(twin, who, deciding)),
    )


def _gives_elsewhere(who: Party, deciding: Reading) -> bool:
    """Another provider always speaks against the claimant; another practice only against a record of a GP feed."""
    return who is Party.OTHER_PROVIDER or (who in ELSEWHERE and deciding.from_gp)


def _confirms(twin: Reading, who: Party, deciding: Reading) -> bool:
    """A second entry of the same feed and organisation is no twin: it says nothing that the first one did not say."""
    return who is Party.CLAIMANT and twin.record.feed.name != deciding.record.feed.name


def earliest(reading: Reading) -> tuple[bool, str, str, str, str]:
    """Sorts by recorded date, a missing one last, then by the smallest identifier and the feed."""
    recorded = reading.record.statement.recorded
    feed, system, value = reading.key
    return (not recorded, comparable(recorded), system, value, feed)


def comparable(recorded: str) -> str:
    """A recorded date as text that sorts by its Europe/London day, then by the moment, however its offset is written; a
    date without a time comes first of its day.
    """
    return f"{london_date(recorded) or recorded} {in_utc(recorded)}"
