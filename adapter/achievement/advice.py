"""What a practice does about a vaccination: for each reason to ask or to leave it out, one plain instruction.

Source: what practices were told in autumn 2024 (open the patient's record, not a search; see who gave the dose; mark
somebody else's as not GMS or recode it), and the rules: what a review answers, and what only a better record does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from adapter.reasons import Outcome, Reason

WHO_GAVE_IT: Final = (
    "Open the patient's record (not a search) and see who gave the dose. Given here: confirm it by a review. "
    "Given elsewhere: mark it Not GMS or recode it, or say so by a review."
)
_RECODE = "Open the patient's record and enter the vaccination again with its proper procedure code, dose and product"
_NOTHING = "Nothing, unless the record is wrong: then"
_IF_GIVEN_HERE = "Nothing, if that is so. If your practice gave the dose:"

QUERIED: Final[Mapping[Reason, str]] = {
    Reason.LOCATION_CONFLICT: (
        "See where and by whom it was given. Given by your staff at that place: confirm it by a review. "
        "Given by others: mark it Not GMS or recode it."
    ),
    Reason.COPIED_IN: WHO_GAVE_IT,
    Reason.SECONDARY_SOURCE: WHO_GAVE_IT,
    Reason.GMS_MISSING: (
        "Open the patient's record (not a search) and see who gave the dose. Given here: set its GMS mark, or confirm "
        "it by a review. Given elsewhere: mark it Not GMS or recode it."
    ),
    Reason.PERFORMER_UNRESOLVED: (
        "See who gave the dose and record it: your practice as the performer, or mark it Not GMS. "
        "Or confirm it by a review."
    ),
    Reason.CLAIMED_TWICE: (
        "Another practice has a record of the same dose. See who gave it. Given here: confirm it by a review. "
        "Given there: mark it Not GMS or recode it."
    ),
    Reason.CODE_DEGRADED: f"{_RECODE}. A review cannot answer this.",
    Reason.CODE_INVALID: f"{_RECODE}. A review cannot answer this.",
    Reason.CODES_CONTRADICT: f"{_RECODE}: now they contradict each other. A review cannot answer this.",
    Reason.PROGRAMME_AMBIGUOUS: (
        f"{_RECODE}. For a vaccination in pregnancy, record the pregnancy on the same date. "
        "A review cannot answer this."
    ),
    Reason.PATIENT_UNKNOWN: "Trace the patient's NHS number and correct the registration. A review cannot answer this.",
    Reason.DATE_IMPRECISE: "Enter the full date on which it was given. A review cannot answer this.",
    Reason.AGE_UNKNOWN: "Complete the patient's date of birth in the registration. A review cannot answer this.",
}
"""Of a record that is queried."""

EXCLUDED: Final[Mapping[Reason, str]] = {
    Reason.RETRACTED: f"{_NOTHING} enter the vaccination again.",
    Reason.NOT_GIVEN: f"{_NOTHING} enter the vaccination that was given.",
    Reason.REVIEWED_ELSEWHERE: f"{_NOTHING} hand in another review, which replaces the earlier one.",
    Reason.CODED_ELSEWHERE: f"{_IF_GIVEN_HERE} recode it as given, or confirm it by a review.",
    Reason.NON_GMS: f"{_IF_GIVEN_HERE} set its GMS mark, or confirm it by a review.",
    Reason.TWIN_ELSEWHERE: f"{_IF_GIVEN_HERE} confirm it by a review; the other provider's record is wrong.",
    Reason.PERFORMER_ELSEWHERE: (
        f"{_IF_GIVEN_HERE} correct the performer, or confirm it by a review. A sub-contractor of yours can be listed."
    ),
    Reason.AGE_OUTSIDE_INDICATOR: f"{_NOTHING} correct the date of birth or the date of the vaccination.",
    Reason.INTERVAL_TOO_SHORT: f"{_NOTHING} correct the date of this dose or of the one before.",
    Reason.DOSE_BEYOND_COURSE: f"{_NOTHING} correct the doses of the course: one may be entered twice.",
    Reason.OUT_OF_SEASON: f"{_NOTHING} correct its date.",
    Reason.OUTSIDE_SERVICE_DATES: f"{_NOTHING} correct its date or the product.",
    Reason.FIRST_DOSE_TOO_LATE: f"{_NOTHING} correct the date of the first dose.",
    Reason.NO_PREGNANCY_CODE: (
        "If the patient was pregnant: record the pregnancy on the date of the vaccination. Otherwise nothing."
    ),
    Reason.NOT_IN_PREGNANCY: f"{_NOTHING} correct the sex in the registration.",
    Reason.NO_AT_RISK_CODE: "If the patient was at risk: record why, on or before that date. Otherwise nothing.",
    Reason.NASAL_NOT_CONTRAINDICATED: (
        "If the nasal vaccine was contraindicated: record that it was. Otherwise nothing."
    ),
    Reason.HISTORY_COMPLETE: f"{_NOTHING} correct the doses of the history.",
    Reason.ALREADY_THIS_YEAR: f"{_NOTHING} correct the dates of the two health checks.",
}
"""Of a record that is excluded."""


def advice(outcome: Outcome, reason: Reason) -> str:
    """What to do about a record; of one that is counted, what confirms it."""
    match outcome:
        case Outcome.QUERIED:
            return QUERIED[reason]
        case Outcome.EXCLUDED:
            return EXCLUDED[reason]
        case Outcome.COUNTED:
            return WHO_GAVE_IT
        case Outcome.MERGED | Outcome.OUT_OF_SCOPE:
            return "Nothing: another record speaks for the dose, or nobody pays for it."
