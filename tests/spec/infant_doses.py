"""Hepatitis B for infants at risk, and MenB."""

from __future__ import annotations

from typing import Any

from adapter.fhir.statement import ContextCode
from case import Case, counted, doses, excluded, merged
from small_england import CTV3, dose, poc

SIX = "1162640003"

HEPB, HEPB_1 = "16584000", "170370000"

MENB, MENB_1, MENB_2, MENB_3, MENB_BOOSTER = "720537002", "720539004", "720540002", "957541000000105", "720544006"

NEWBORN_AT_RISK, AT_RISK = "XaYVx", "XahoH"


def risk(day: str, code: str = NEWBORN_AT_RISK) -> dict[str, Any]:
    return {"context": (ContextCode(CTV3, code, day),)}


HEPB_BIRTH: tuple[Case, ...] = (
    doses(
        "On the day of birth, at risk.",
        dose(HEPB_1, "2024-09-12", "2024-09-12", **risk("2024-09-12")),
        counted("LOCAL-HEPB-BIRTH"),
    ),
    doses(
        "The evidence may be older.",
        dose(HEPB_1, "2024-09-12", "2024-09-12", **risk("2024-09-01")),
        counted("LOCAL-HEPB-BIRTH"),
    ),
    doses(
        "The other code of risk.",
        dose(HEPB_1, "2024-09-12", "2024-09-12", **risk("2024-09-12", AT_RISK)),
        counted("LOCAL-HEPB-BIRTH"),
    ),
    doses(
        "It may not be younger.",
        dose(HEPB_1, "2024-09-12", "2024-09-12", **risk("2024-09-13")),
        excluded("no-at-risk-code", "LOCAL-HEPB-BIRTH"),
    ),
    doses("No evidence.", dose(HEPB, "2024-09-12", "2024-09-12"), excluded("no-at-risk-code", "LOCAL-HEPB-BIRTH")),
    doses("27 days old.", dose(HEPB, "2024-09-12", "2024-08-16", **risk("2024-08-16")), counted("LOCAL-HEPB-BIRTH")),
    doses(
        "The evidence of a linked record counts.",
        [
            dose(HEPB, "2024-09-12", "2024-09-12"),
            poc(code=HEPB, performer="D83013", born="2024-09-12", **risk("2024-09-12")),
        ],
        counted("LOCAL-HEPB-BIRTH"),
        merged(),
    ),
    doses(
        "28 days old: the dose at 4 weeks.",
        dose(HEPB, "2024-09-12", "2024-08-15", **risk("2024-08-15")),
        counted("LOCAL-HEPB-4W"),
    ),
    doses(
        "A trust's birth dose is the trust's.",
        dose(HEPB, "2024-09-12", "2024-09-12", performer="RVV", **risk("2024-09-12")),
        excluded("performer-elsewhere"),
    ),
)

HEPB_4W: tuple[Case, ...] = (
    doses("28 days old.", dose(HEPB, "2024-09-12", "2024-08-15", **risk("2024-08-15")), counted("LOCAL-HEPB-4W")),
    doses(
        "27 days old: the dose at birth.",
        dose(HEPB, "2024-09-12", "2024-08-16", **risk("2024-08-16")),
        counted("LOCAL-HEPB-BIRTH"),
    ),
    doses(
        "The day before twelve months.",
        dose(HEPB, "2024-09-11", "2023-09-12", **risk("2023-09-12")),
        counted("LOCAL-HEPB-4W"),
    ),
    doses(
        "Twelve months old: the dose at 12 months.",
        dose(HEPB, "2024-09-12", "2023-09-12", **risk("2023-09-12")),
        counted("LOCAL-HEPB-12M"),
    ),
    doses("No evidence.", dose(HEPB, "2024-09-12", "2024-08-15"), excluded("no-at-risk-code", "LOCAL-HEPB-4W")),
    doses(
        "Born on 29 February: not twelve months on 28 February.",
        dose(HEPB, "2025-02-28", "2024-02-29", **risk("2024-02-29")),
        counted("LOCAL-HEPB-4W"),
    ),
    doses(
        "At 8, 12 and 16 weeks an infant at risk has 6-in-1, which is paid as 6-in-1.",
        dose(SIX, "2024-09-12", "2024-07-18", **risk("2024-07-18")),
        counted("LOCAL-6IN1"),
    ),
)

HEPB_12M: tuple[Case, ...] = (
    doses(
        "Twelve months old.", dose(HEPB, "2024-09-12", "2023-09-12", **risk("2023-09-12")), counted("LOCAL-HEPB-12M")
    ),
    doses(
        "A day before: the dose at 4 weeks.",
        dose(HEPB, "2024-09-11", "2023-09-12", **risk("2023-09-12")),
        counted("LOCAL-HEPB-4W"),
    ),
    doses(
        "The day before two.", dose(HEPB, "2024-09-11", "2022-09-12", **risk("2022-09-12")), counted("LOCAL-HEPB-12M")
    ),
    doses(
        "Two years old.",
        dose(HEPB, "2024-09-12", "2022-09-12", **risk("2022-09-12")),
        excluded("age-outside-indicator", "LOCAL-HEPB-BIRTH"),
    ),
    doses("No evidence.", dose(HEPB, "2024-09-12", "2023-09-12"), excluded("no-at-risk-code", "LOCAL-HEPB-12M")),
    doses(
        "Two years old and no evidence: the age is told.",
        dose(HEPB, "2024-09-12", "2022-09-12"),
        excluded("age-outside-indicator", "LOCAL-HEPB-BIRTH"),
    ),
    doses(
        "Born on 29 February: twelve months on 1 March.",
        dose(HEPB, "2025-03-01", "2024-02-29", **risk("2024-02-29")),
        counted("LOCAL-HEPB-12M"),
    ),
)

MENBI01: tuple[Case, ...] = (
    doses("56 days old.", dose(MENB_1, "2024-03-27", "2024-01-31"), counted("MENBI01")),
    doses("55 days old.", dose(MENB_1, "2024-03-26", "2024-01-31"), excluded("age-outside-indicator", "MENBI01")),
    doses("The day before two.", dose(MENB_1, "2026-01-30", "2024-01-31"), counted("MENBI01")),
    doses("Two years old.", dose(MENB_1, "2026-01-31", "2024-01-31"), excluded("age-outside-indicator", "MENBI01")),
    doses("Born on 29 February: not two on 28 February.", dose(MENB_1, "2026-02-28", "2024-02-29"), counted("MENBI01")),
    doses("Two on 1 March.", dose(MENB_1, "2026-03-01", "2024-02-29"), excluded("age-outside-indicator", "MENBI01")),
    doses(
        "Nothing states the dose, and none is known before.", dose(MENB, "2024-05-01", "2024-01-31"), counted("MENBI01")
    ),
)

MENBI03: tuple[Case, ...] = (
    doses("112 days old.", dose(MENB_2, "2024-05-22", "2024-01-31"), counted("MENBI03")),
    doses("111 days old.", dose(MENB_2, "2024-05-21", "2024-01-31"), excluded("age-outside-indicator", "MENBI03")),
    doses(
        "28 days after the dose before.",
        [dose(MENB_2, "2024-07-02", "2024-02-01"), dose(MENB_1, "2024-06-04", "2024-02-01", "before")],
        counted("MENBI03"),
        counted("MENBI01"),
    ),
    doses(
        "27 days after.",
        [dose(MENB_2, "2024-07-01", "2024-02-01"), dose(MENB_1, "2024-06-04", "2024-02-01", "before")],
        excluded("interval-too-short", "MENBI03"),
        counted("MENBI01"),
    ),
    doses(
        "27 days after a dose given elsewhere.",
        [dose(MENB_2, "2024-07-01", "2024-02-01"), dose(MENB_1, "2024-06-04", "2024-02-01", "before", performer="RVV")],
        excluded("interval-too-short", "MENBI03"),
        excluded("performer-elsewhere"),
    ),
    doses(
        "No dose before is recorded: the rule does not fail for that.",
        dose(MENB_2, "2024-07-01", "2024-02-01"),
        counted("MENBI03"),
    ),
    doses("The day before two.", dose(MENB_2, "2026-01-30", "2024-01-31"), counted("MENBI03")),
    doses("Two years old.", dose(MENB_2, "2026-01-31", "2024-01-31"), excluded("age-outside-indicator", "MENBI03")),
    doses(
        "Born on 29 February: two on 1 March.",
        dose(MENB_2, "2026-03-01", "2024-02-29"),
        excluded("age-outside-indicator", "MENBI03"),
    ),
)

MENBI09: tuple[Case, ...] = (
    doses("364 days old.", dose(MENB_BOOSTER, "2024-01-30", "2023-01-31"), counted("MENBI09")),
    doses(
        "363 days old.", dose(MENB_BOOSTER, "2024-01-29", "2023-01-31"), excluded("age-outside-indicator", "MENBI09")
    ),
    doses("The day before two.", dose(MENB_BOOSTER, "2025-01-30", "2023-01-31"), counted("MENBI09")),
    doses(
        "Two years old.", dose(MENB_BOOSTER, "2025-01-31", "2023-01-31"), excluded("age-outside-indicator", "MENBI09")
    ),
    doses(
        "Born on 29 February: two on 1 March.",
        dose(MENB_BOOSTER, "2026-03-01", "2024-02-29"),
        excluded("age-outside-indicator", "MENBI09"),
    ),
    doses(
        "Dose 1 at ten months.",
        [dose(MENB_BOOSTER, "2024-06-01", "2023-01-31"), dose(MENB_1, "2023-12-01", "2023-01-31", "first")],
        counted("MENBI09"),
        counted("MENBI01"),
    ),
    doses(
        "Dose 1 on the last day before twelve months.",
        [dose(MENB_BOOSTER, "2024-06-01", "2023-01-31"), dose(MENB_1, "2024-01-30", "2023-01-31", "first")],
        counted("MENBI09"),
        counted("MENBI01"),
    ),
    doses(
        "Dose 1 at twelve months.",
        [dose(MENB_BOOSTER, "2024-06-01", "2023-01-31"), dose(MENB_1, "2024-01-31", "2023-01-31", "first")],
        excluded("first-dose-too-late", "MENBI09"),
        counted("MENBI01"),
    ),
    doses(
        "28 days after the dose before.",
        [dose(MENB_BOOSTER, "2024-06-01", "2023-06-01"), dose(MENB_1, "2024-05-04", "2023-06-01", "first")],
        counted("MENBI09"),
    ),
    doses(
        "27 days after.",
        [dose(MENB_BOOSTER, "2024-06-01", "2023-06-01"), dose(MENB_1, "2024-05-05", "2023-06-01", "first")],
        excluded("interval-too-short", "MENBI09"),
    ),
    doses(
        "A third dose is the booster: the course has two before it.",
        dose(MENB_3, "2024-06-01", "2023-06-01"),
        counted("MENBI09"),
    ),
)

CASES: dict[str, tuple[Case, ...]] = {
    "LOCAL-HEPB-BIRTH": HEPB_BIRTH,
    "LOCAL-HEPB-4W": HEPB_4W,
    "LOCAL-HEPB-12M": HEPB_12M,
    "MENBI01": MENBI01,
    "MENBI03": MENBI03,
    "MENBI09": MENBI09,
}
