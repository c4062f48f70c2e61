"""Supporting reasons: what a reader of a decision should also know, though it did not decide."""

from __future__ import annotations

from datetime import date

from adapter.fhir.dates import london_date, months
from adapter.normalise.interpretation import Role
from adapter.reasons import Reason
from adapter.reconcile.evidence import Party
from adapter.reconcile.reading import Reading
from adapter.reconcile.vaccination import Claim

LATE_AFTER_DAYS = 31


def supporting(claim: Claim) -> tuple[Reason, ...]:
    """Those of a claim's deciding record, in alphabetical order."""
    deciding = claim.deciding
    found = set(supporting_dates(deciding))
    if deciding.meaning.role is Role.GIVEN_ELSEWHERE:
        if deciding.record.statement.primary_source:
            found.add(Reason.PRIMARY_SOURCE_CONTRADICTS)
        if claim.performer is Party.CLAIMANT:
            found.add(Reason.PERFORMER_CONTRADICTS)
    return tuple(sorted(found))


def supporting_dates(reading: Reading) -> tuple[Reason, ...]:
    """Those that any record has by itself."""
    statement = reading.record.statement
    found = []
    if reading.meaning.invalid_beside:
        found.append(Reason.CODE_INVALID)
    if len(set(months(statement.occurred))) > 1:
        found.append(Reason.MONTH_BOUNDARY)
    recorded = london_date(statement.recorded)
    if recorded and reading.on and (date.fromisoformat(recorded) - reading.on).days > LATE_AFTER_DAYS:
        found.append(Reason.RECORDED_LATE)
    return tuple(found)
