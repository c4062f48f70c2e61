"""A record seen through the tables and the directory: what every rule of reconciliation asks it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from msgspec import Struct

from adapter.fhir.dates import london_date
from adapter.fhir.statement import OrganisationRef, Statement
from adapter.normalise.interpretation import Interpretation, Role
from adapter.organisations.resolution import Resolution
from adapter.reconcile.record import Record
from adapter.reconcile.rules import Rules


class Reading(Struct, frozen=True):
    """`on` is the Europe/London date, None where it is no full date. `claimant` is "" where nobody claims it. `given`
    says that a vaccine was given, here or elsewhere; what says the opposite is decided alone.
    """

    record: Record
    key: tuple[str, str, str]
    meaning: Interpretation
    on: date | None
    performer: Resolution
    location: Resolution
    claimant: str
    live: bool
    from_gp: bool
    given: bool
    context: tuple[tuple[str, date], ...]
    """What dated codes beside it are evidence of, and their days."""


NOT_GIVEN_ROLES = frozenset({Role.NOT_DONE, Role.DECLINED, Role.CONTRAINDICATED, Role.REQUIRES})


def read(record: Record, rules: Rules) -> Reading:
    statement = record.statement
    on = day(statement.occurred)
    performer = rules.directory.resolve(_performer(statement.performer), on)
    from_gp = record.feed.kind == "gp"
    claimant = rules.directory.claimant(record.feed.practice, performer, on) if from_gp else performer.practice or ""
    meaning = rules.interpreter.interpret(statement)
    return Reading(
        record=record,
        key=record.key,
        meaning=meaning,
        on=on,
        performer=performer,
        location=rules.directory.resolve(statement.location, on),
        claimant=claimant,
        live=not record.withdrawn,
        from_gp=from_gp,
        given=not (statement.not_given or statement.status == "not-done" or meaning.role in NOT_GIVEN_ROLES),
        context=_context(statement, rules) if statement.context else (),
    )


def _context(statement: Statement, rules: Rules) -> tuple[tuple[str, date], ...]:
    """The role of each dated code that has one."""
    return tuple(
        (role, date.fromisoformat(code.date))
        for code in statement.context
        if code.date and (role := rules.catalogue.context_role(code.system, code.code))
    )


def _performer(performers: tuple[OrganisationRef, ...]) -> OrganisationRef | None:
    """The one performing organisation; several cannot be told apart and are none."""
    if len(performers) == 1:
        return performers[0]
    return performers[0] if len({performer.code for performer in performers}) == 1 else None


@lru_cache(maxsize=65_536)
def day(occurred: str) -> date | None:
    """The Europe/London day of a date as sent; None where it names no full one."""
    text = london_date(occurred)
    return date.fromisoformat(text) if text else None
