"""The last questions, asked when every claim of a patient has its verdict: is a dose or a patient counted twice?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from adapter.reasons import Outcome, Reason
from adapter.reconcile.rules import Rules
from adapter.reconcile.table import Verdict
from adapter.reconcile.vaccination import Claim

Judged = tuple[Claim, Verdict]


def once(judged: Sequence[Judged], rules: Rules) -> list[Judged]:
    """A vaccination is counted for one claimant at most, a patient once where the indicator counts patients."""
    return _patients_once(_doses_once(judged), rules)


def _doses_once(judged: Sequence[Judged]) -> list[Judged]:
    counted: dict[str, list[Claim]] = defaultdict(list)
    for claim, verdict in judged:
        if verdict.outcome is Outcome.COUNTED:
            counted[claim.vaccination].append(claim)
    return [(claim, _among(claim, verdict, counted[claim.vaccination])) for claim, verdict in judged]


def _among(claim: Claim, verdict: Verdict, rivals: Sequence[Claim]) -> Verdict:
    if verdict.outcome is not Outcome.COUNTED or len(rivals) < 2:
        return verdict
    reviewed = [rival.claimant for rival in rivals if rival.review and rival.review.verdict == "given-by-practice"]
    if reviewed == [claim.claimant]:
        return verdict
    if len(reviewed) == 1:
        return Verdict(Outcome.EXCLUDED, Reason.REVIEWED_ELSEWHERE, verdict.indicator)
    return Verdict(Outcome.QUERIED, Reason.CLAIMED_TWICE, verdict.indicator)


def _patients_once(judged: Sequence[Judged], rules: Rules) -> list[Judged]:
    """A practice and its successor are one claimant: a patient of both counts once in the month of the succession."""
    seen: dict[tuple[str, str], list[str]] = defaultdict(list)
    settled = []
    for claim, verdict in sorted(judged, key=_by_date):
        if verdict.outcome is Outcome.COUNTED and verdict.indicator and verdict.indicator.counts == "patients":
            month = claim.deciding.on.isoformat()[:7] if claim.deciding.on else ""
            practices = seen[(verdict.indicator.id, month)]
            if any(rules.directory.same_claimant(one, claim.claimant, claim.deciding.on) for one in practices):
                verdict = Verdict(Outcome.MERGED, Reason.PATIENT_ALREADY_COUNTED, verdict.indicator)
            practices.append(claim.claimant)
        settled.append((claim, verdict))
    return settled


def _by_date(judgement: Judged) -> tuple[str, str, str]:
    claim, _ = judgement
    return (claim.deciding.on.isoformat() if claim.deciding.on else "", claim.vaccination, claim.claimant)
