"""The decision table and the order of its questions, for one claim: the first row that matches decides.

Every function is a run of rows; it answers with a verdict or None, "no row of mine matches". The numbers are those
of docs/reference/decision-table.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from adapter.normalise.indicator import Indicator
from adapter.normalise.interpretation import Role
from adapter.reasons import Outcome, Reason
from adapter.reconcile.course import Dose
from adapter.reconcile.eligibility import Eligibility, eligibility
from adapter.reconcile.evidence import ELSEWHERE, UNTOLD, Gms, Party, copied_in
from adapter.reconcile.reading import Reading
from adapter.reconcile.rules import Rules
from adapter.reconcile.vaccination import Claim


class Verdict(Struct, frozen=True):
    """What a claim's deciding record becomes, and the indicator it counts for or would have."""

    outcome: Outcome
    reason: Reason
    indicator: Indicator | None = None


def judge(claim: Claim, doses: Sequence[Dose], rules: Rules) -> Verdict:
    """Scope, rows 1 to 7, codes, person and date, indicator, rows 8 to 15. `doses` are all given doses of the
    patient; `once` is asked later, when every claim has its verdict.
    """
    indicators = rules.catalogue.indicators_among(claim.programmes)
    fits = _fits(claim, indicators, doses)
    shown = fits.indicator if fits else (indicators[0] if claim.programme and indicators else None)
    verdict = (
        _scope(claim, rules)
        or _never_paid(claim)
        or _codes(claim)
        or _person_and_date(claim, fits)
        or (Verdict(Outcome.EXCLUDED, fits.reason) if fits and fits.reason else None)
        or _who_gave_it(claim, rules)
    )
    return Verdict(verdict.outcome, verdict.reason, shown)


def _fits(claim: Claim, indicators: tuple[Indicator, ...], doses: Sequence[Dose]) -> Eligibility | None:
    own = dose(claim.deciding, claim.vaccination, claim.programmes)
    if own is None or not indicators or not claim.programme:
        return None
    meaning = claim.deciding.meaning
    return eligibility(indicators, own, doses, claim.person, meaning.form, meaning.order_only)


def dose(reading: Reading, vaccination: str, programmes: frozenset[str]) -> Dose | None:
    """The dose that a record speaks of, by its own word: the number in the code before the dose field. None where
    the record tells no full date.
    """
    if reading.on is None:
        return None
    coded = reading.meaning.dose
    stated = coded if isinstance(coded, int) else None if coded else reading.record.statement.dose
    return Dose(reading.on, vaccination, programmes, stated, coded == "booster")


def _scope(claim: Claim, rules: Rules) -> Verdict | None:
    meaning = claim.deciding.meaning
    if meaning.problem:
        return None
    if not any(rules.catalogue.programmes[key].counted for key in meaning.programmes):
        return Verdict(Outcome.OUT_OF_SCOPE, Reason.NO_PROGRAMME)
    return None


def _never_paid(claim: Claim) -> Verdict | None:
    """Rows 1 to 7."""
    reason = _row_1_or_2(claim)
    if reason is None and claim.review and claim.review.verdict == "given-elsewhere":
        reason = Reason.REVIEWED_ELSEWHERE
    if reason is None and not claim.review:
        reason = _rows_4_to_7(claim)
    return Verdict(Outcome.EXCLUDED, reason) if reason else None


def _row_1_or_2(claim: Claim) -> Reason | None:
    if not claim.deciding.live:
        return Reason.RETRACTED
    return None if claim.deciding.given else Reason.NOT_GIVEN


def _rows_4_to_7(claim: Claim) -> Reason | None:
    if any(
        reading.live and reading.meaning.role is Role.GIVEN_ELSEWHERE
        for reading in claim.linked
        if reading in claim.own or not reading.from_gp
    ):
        return Reason.CODED_ELSEWHERE
    if claim.gms is Gms.OTHER:
        return Reason.NON_GMS
    if claim.elsewhere:
        return Reason.TWIN_ELSEWHERE
    return Reason.PERFORMER_ELSEWHERE if claim.performer in ELSEWHERE else None


def _codes(claim: Claim) -> Verdict | None:
    if claim.deciding.meaning.problem:
        return Verdict(Outcome.QUERIED, claim.deciding.meaning.problem)
    return None if claim.programme else Verdict(Outcome.QUERIED, Reason.PROGRAMME_AMBIGUOUS)


def _person_and_date(claim: Claim, fits: Eligibility | None) -> Verdict | None:
    if not claim.deciding.record.statement.patient:
        return Verdict(Outcome.QUERIED, Reason.PATIENT_UNKNOWN)
    if claim.deciding.on is None:
        return Verdict(Outcome.QUERIED, Reason.DATE_IMPRECISE)
    if fits and fits.reason is Reason.AGE_UNKNOWN:
        return Verdict(Outcome.QUERIED, Reason.AGE_UNKNOWN)
    return None


def _who_gave_it(claim: Claim, rules: Rules) -> Verdict:
    """Rows 8 to 15, or the review that answers them."""
    if claim.review:
        return Verdict(Outcome.COUNTED, Reason.REVIEWED_GIVEN)
    if claim.performer is Party.CLAIMANT:
        reason = _doubt(claim, rules)
        return Verdict(Outcome.QUERIED, reason) if reason else Verdict(Outcome.COUNTED, Reason.PERFORMER_IS_CLAIMANT)
    if claim.performer in UNTOLD and claim.gms is Gms.OWN:
        return Verdict(Outcome.COUNTED, Reason.GMS)
    if claim.performer in UNTOLD and claim.confirming and claim.gms is not Gms.CONTRADICTORY:
        return Verdict(Outcome.COUNTED, Reason.TWIN_CONFIRMS)
    return Verdict(Outcome.QUERIED, Reason.PERFORMER_UNRESOLVED)


def _doubt(claim: Claim, rules: Rules) -> Reason | None:
    """Rows 8 to 11: the performer is the claimant, and something speaks against it."""
    statement = claim.deciding.record.statement
    if claim.location in ELSEWHERE or claim.location is Party.SCHOOL:
        return Reason.LOCATION_CONFLICT
    if copied_in(claim.deciding, rules) and not claim.confirming:
        return Reason.COPIED_IN
    if statement.primary_source is False and claim.gms is not Gms.OWN:
        return Reason.SECONDARY_SOURCE
    unmarked = claim.gms is Gms.ABSENT and claim.deciding.record.feed.gms_markers and not claim.confirming
    return Reason.GMS_MISSING if unmarked or claim.gms is Gms.CONTRADICTORY else None
