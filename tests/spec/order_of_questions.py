"""What is asked around the rows: scope, codes, person and date, indicator, and who would be counted twice."""

from __future__ import annotations

from case import Chapter, Rule, counted, doses, excluded
from questions_of_codes import (
    AMBIGUOUS,
    CONTRADICTION,
    DEGRADED_CODE,
    FIRST_ROWS,
    INVALID_CODE,
    NO_PROGRAMME,
    NOBODY,
    codings,
)
from questions_of_person import (
    AGE_UNKNOWN,
    CLAIMED_TWICE,
    DATE_IMPRECISE,
    INDICATOR,
    LAST_ROWS,
    PATIENT_ONCE,
    PATIENT_UNKNOWN,
)
from small_england import (
    GIVEN_ELSEWHERE,
    gp,
)

QUESTIONS = Chapter(
    "The order of the questions",
    "A query costs a person's time: it is asked only where the answer could change a payment. First match wins, from "
    "top to bottom.",
    ("step", "when", "outcome", "reason"),
    (
        NOBODY,
        NO_PROGRAMME,
        FIRST_ROWS,
        DEGRADED_CODE,
        INVALID_CODE,
        CONTRADICTION,
        AMBIGUOUS,
        PATIENT_UNKNOWN,
        DATE_IMPRECISE,
        AGE_UNKNOWN,
        INDICATOR,
        LAST_ROWS,
        CLAIMED_TWICE,
        PATIENT_ONCE,
    ),
)

SUPPORTING = Chapter(
    "Supporting reasons",
    "What a reader of a decision should also know, though it did not decide.",
    ("reason", "when"),
    (
        Rule(
            "`primary-source-contradicts`",
            ("`primary-source-contradicts`", "a given-elsewhere code with primarySource true"),
            (
                doses(
                    "The code and the element contradict one another.",
                    gp(code=GIVEN_ELSEWHERE, performer="RVV"),
                    excluded("coded-elsewhere", supporting=("primary-source-contradicts",)),
                ),
            ),
        ),
        Rule(
            "`performer-contradicts`",
            ("`performer-contradicts`", "a given-elsewhere code with the claimant as performer"),
            (
                doses(
                    "The code and the performer contradict one another.",
                    gp(code=GIVEN_ELSEWHERE, primary_source=False),
                    excluded("coded-elsewhere", supporting=("performer-contradicts",)),
                ),
            ),
        ),
        Rule(
            "`code-invalid` beside",
            ("`code-invalid`", "an unusable code beside sound ones"),
            (
                doses(
                    "One coding of two is broken.",
                    gp(procedure=codings("956951000000104", "956951000000105")),
                    counted(supporting=("code-invalid",)),
                ),
            ),
        ),
        Rule(
            "`month-boundary`",
            ("`month-boundary`", "the month in UTC or as written is not the London month"),
            (
                doses(
                    "Half past midnight on 1 October in London is still September in UTC.",
                    gp(occurred="2024-10-01T00:30:00+01:00"),
                    counted(supporting=("month-boundary",)),
                ),
                doses(
                    "The same hour on another day is no boundary.",
                    gp(occurred="2024-10-02T00:30:00+01:00"),
                    counted(supporting=()),
                ),
            ),
        ),
        Rule(
            "`recorded-late`",
            ("`recorded-late`", "recorded more than 31 days after"),
            (
                doses("31 days after.", gp(recorded="2024-10-13"), counted(supporting=())),
                doses("32 days after.", gp(recorded="2024-10-14"), counted(supporting=("recorded-late",))),
            ),
        ),
    ),
)
