"""A record seen through the tables and the directory: what every rule of reconciliation asks it."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from adapter.fhir.dates import london_date
from adapter.fhir.statement import OrganisationRef
from adapter.normalise.interpretation import Interpretation, Role, interpret
from adapter.organisations.resolution import Resolution
from adapter.reconcile.record import Record
from adapter.reconcile.rules import Rules


class Reading(Struct, frozen=True):
    """`on` is the Europe/London date, None where it is no full date. `claimant` is "" where nobody claims it."""

    record: Record
    meaning: Interpretation
    on: date | None
    performer: Resolution
    location: Resolution
    claimant: str

    @property
    def live(self) -> bool:
        return not self.record.withdrawn

    @property
    def from_gp(self) -> bool:
        return self.record.feed.kind == "gp"

    @property
    def given(self) -> bool:
        """It says that a vaccine was given, here or elsewhere; what says the opposite is decided alone."""
        statement = self.record.statement
        return not (statement.not_given or statement.status == "not-done" or self.meaning.role in NOT_GIVEN_ROLES)


NOT_GIVEN_ROLES = frozenset({Role.NOT_DONE, Role.DECLINED, Role.CONTRAINDICATED, Role.REQUIRES})


def read(record: Record, rules: Rules) -> Reading:
    statement = record.statement
    on = _day(statement.occurred)
    performer = rules.directory.resolve(_performer(statement.performer), on)
    if record.feed.kind == "gp":
        claimant = rules.directory.claimant(record.feed.practice, performer, on)
    else:
        claimant = performer.practice or ""
    return Reading(
        record=record,
        meaning=interpret(statement, rules.catalogue),
        on=on,
        performer=performer,
        location=rules.directory.resolve(statement.location, on),
        claimant=claimant,
    )


def _performer(performers: tuple[OrganisationRef, ...]) -> OrganisationRef | None:
    """The one performing organisation; several cannot be told apart and are none."""
    return performers[0] if len({performer.code for performer in performers}) == 1 else None


def _day(occurred: str) -> date | None:
    text = london_date(occurred)
    return date.fromisoformat(text) if text else None
