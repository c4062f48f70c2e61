"""Why a record was decided as it was: one enum member, one plain sentence.

The documentation's table is made from this file, and a test holds that a fixture reaches every member.
"""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of a record. Every record of a run has exactly one."""

    COUNTED = "counted"
    EXCLUDED = "excluded"
    QUERIED = "queried"
    MERGED = "merged"
    OUT_OF_SCOPE = "out_of_scope"

    __hash__ = str.__hash__  # the enum's own is a call of Python for each look-up


class Reason(StrEnum):
    """The deciding reason of a decision, or a supporting one. `sentence` says it in words."""

    sentence: str
    __hash__ = str.__hash__

    def __new__(cls, value: str, sentence: str) -> Reason:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    # scope
    TWIN = "twin", "Another record of the same vaccination carries the decision."
    NO_CLAIMANT = "no-claimant", "No GP practice's feed brought it and its performer is no GP practice."
    NO_PROGRAMME = "no-programme", "Its codes are sound and name no programme that CQRS pays for."

    # rows 1 to 7: nobody would pay this claimant
    RETRACTED = "retracted", "The source withdrew the record: deleted, or entered in error."
    NOT_GIVEN = "not-given", "The record says that the vaccine was not given."
    REVIEWED_ELSEWHERE = "reviewed-elsewhere", "A person looked at the patient record: somebody else gave it."
    CODED_ELSEWHERE = "coded-elsewhere", "A code of the vaccination says that another provider gave it."
    NON_GMS = "non-gms", "The record is marked as not given under this practice's GMS contract."
    TWIN_ELSEWHERE = "twin-elsewhere", "The point-of-care record of the same dose names another provider as its giver."
    PERFORMER_ELSEWHERE = "performer-elsewhere", "The performer is another provider or another practice."

    # codes
    CODE_DEGRADED = (
        "code-degraded",
        "The vaccine is named in text only, or by a code that lost its meaning in a transfer.",
    )
    CODE_INVALID = "code-invalid", "No usable code: a check digit fails, the code was mangled, or it maps to nothing."
    CODES_CONTRADICT = "codes-contradict", "Diseases, procedure and product name programmes that do not overlap."
    PROGRAMME_AMBIGUOUS = "programme-ambiguous", "The codes allow more than one programme, and nothing tells which."

    # person and date
    PATIENT_UNKNOWN = "patient-unknown", "There is no valid NHS number."
    DATE_IMPRECISE = "date-imprecise", "The date given is missing, a year or a month only."
    AGE_UNKNOWN = "age-unknown", "The indicator needs an age, and no linked record gives a birth date."

    # indicator
    AGE_OUTSIDE_INDICATOR = "age-outside-indicator", "The patient's age on the day fits no indicator of the programme."
    INTERVAL_TOO_SHORT = "interval-too-short", "Too few days since the dose before."
    DOSE_BEYOND_COURSE = "dose-beyond-course", "The course pays for fewer doses than this one."
    OUT_OF_SEASON = "out-of-season", "The date lies outside the months in which the service pays."
    OUTSIDE_SERVICE_DATES = "outside-service-dates", "The service did not pay for this vaccine on that date."
    FIRST_DOSE_TOO_LATE = (
        "first-dose-too-late",
        "The booster counts only where the first dose came before the first birthday.",
    )
    NO_PREGNANCY_CODE = "no-pregnancy-code", "Nothing says that the patient was pregnant on that date."
    NOT_IN_PREGNANCY = "not-in-pregnancy", "Pertussis counts in pregnancy only, and the patient is a man."
    NO_AT_RISK_CODE = "no-at-risk-code", "Nothing says that the patient was at risk on or before that date."
    NASAL_NOT_CONTRAINDICATED = (
        "nasal-not-contraindicated",
        "The injected vaccine counts only where the nasal one is contraindicated, and nothing says so.",
    )
    HISTORY_COMPLETE = "history-complete", "Five doses of the family are known already: Td/IPV no longer counts."
    ALREADY_THIS_YEAR = "already-this-year", "A health check of the same financial year came before."

    # rows 8 to 15
    LOCATION_CONFLICT = "location-conflict", "The practice is the performer, the place belongs to somebody else."
    COPIED_IN = (
        "copied-in",
        "A point-of-care system's record in a GP feed, and no source of its own confirms the giver.",
    )
    SECONDARY_SOURCE = "secondary-source", "The record says itself that it is second-hand."
    GMS_MISSING = "gms-missing", "The feed marks own doses, and this one carries no clear mark."
    PERFORMER_IS_CLAIMANT = "performer-is-claimant", "The practice, its branch or its listed sub-contractor gave it."
    GMS = "gms", "The record is marked as given under this practice's GMS contract."
    TWIN_CONFIRMS = "twin-confirms", "The point-of-care record of the same dose names the practice as its giver."
    PERFORMER_UNRESOLVED = "performer-unresolved", "Nobody can tell from the record who gave it."
    REVIEWED_GIVEN = "reviewed-given", "A person looked at the patient record: the practice gave it."

    # once
    CLAIMED_TWICE = "claimed-twice", "Two practices would be paid for the same dose."
    PATIENT_ALREADY_COUNTED = (
        "patient-already-counted",
        "The indicator counts patients, and this one is counted for the practice and month already.",
    )

    # supporting only
    PRIMARY_SOURCE_CONTRADICTS = (
        "primary-source-contradicts",
        "The code says given elsewhere, yet the record calls itself a primary source.",
    )
    PERFORMER_CONTRADICTS = "performer-contradicts", "The code says given elsewhere, yet the performer is the practice."
    MONTH_BOUNDARY = "month-boundary", "In UTC or as written, the date lies in another month than in London."
    RECORDED_LATE = "recorded-late", "Recorded more than 31 days after it was given."


SUPPORTING_ONLY = frozenset(
    {
        Reason.PRIMARY_SOURCE_CONTRADICTS,
        Reason.PERFORMER_CONTRADICTS,
        Reason.MONTH_BOUNDARY,
        Reason.RECORDED_LATE,
    }
)

_ORDER = list(Reason)
EXCLUDING = (
    *_ORDER[_ORDER.index(Reason.RETRACTED) : _ORDER.index(Reason.PERFORMER_ELSEWHERE) + 1],
    *_ORDER[_ORDER.index(Reason.AGE_OUTSIDE_INDICATOR) : _ORDER.index(Reason.ALREADY_THIS_YEAR) + 1],
)
"""The reasons by which a record is excluded: rows 1 to 7, and the rules of indicators."""
