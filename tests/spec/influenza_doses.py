"""Influenza: the children's programme and the seasonal one."""

from __future__ import annotations

from typing import Any

from adapter.fhir.statement import Coding, ContextCode
from case import Case, counted, doses, excluded
from small_england import FLU, SNOMED, dose

NASAL_1, NASAL_2, INJECTED_1, INJECTED_2 = "884861000000100", "884881000000109", "985151000000100", "985171000000109"

NASAL_ANY, NASAL_CONTRAINDICATED = "787016008", "1239871000000107"

INJECTED_PRODUCT, NASAL_PRODUCT = "3255011000001100", "19820511000001106"

INTRAMUSCULAR, NASAL_ROUTE = "78421000", "46713006"

OCTOBER, THREE = "2024-10-01", "2021-08-31"


def why_injected(day: str = "2024-09-01") -> dict[str, Any]:
    return {"context": (ContextCode(SNOMED, NASAL_CONTRAINDICATED, day),)}


CFLU006: tuple[Case, ...] = (
    doses("Two years old on 31 August.", dose(NASAL_1, OCTOBER, "2022-08-31"), counted("CFLU006")),
    doses("Two on 1 September: the seasonal programme's.", dose(NASAL_1, OCTOBER, "2022-09-01"), counted("LOCAL-FLU")),
    doses("Four on 1 September.", dose(NASAL_1, OCTOBER, "2020-09-01"), counted("CFLU006")),
    doses("Four on 31 August: the seasonal programme's.", dose(NASAL_1, OCTOBER, "2020-08-31"), counted("LOCAL-FLU")),
    doses(
        "The season's 31 August is asked in spring too.", dose(NASAL_1, "2025-03-31", "2022-08-31"), counted("CFLU006")
    ),
    doses(
        "A dose of 31 August belongs to the season before.",
        dose(NASAL_1, "2024-08-31", "2021-08-31"),
        counted("CFLU006"),
    ),
    doses(
        "Born on 29 February 2024, not two on 31 August 2025.",
        dose(NASAL_1, "2025-10-01", "2024-02-29"),
        counted("LOCAL-FLU"),
    ),
    doses("And two on 31 August 2026.", dose(NASAL_1, "2026-10-01", "2024-02-29"), counted("CFLU006")),
    doses(
        "A vaccine of which nothing tells the form is taken as the nasal one.",
        dose(FLU, OCTOBER, THREE),
        counted("CFLU006"),
    ),
    doses("The route tells it.", dose(FLU, OCTOBER, THREE, route=(Coding(SNOMED, NASAL_ROUTE),)), counted("CFLU006")),
    doses(
        "The product tells it.", dose(FLU, OCTOBER, THREE, vaccine=(Coding(SNOMED, NASAL_PRODUCT),)), counted("CFLU006")
    ),
    doses(
        "The order runs within a season: last winter's dose is another course's.",
        [dose(NASAL_ANY, OCTOBER, THREE), dose(NASAL_ANY, "2023-10-01", THREE, "last winter")],
        counted("CFLU006"),
        counted("CFLU006"),
    ),
)

CFLU007: tuple[Case, ...] = (
    doses("The code states dose 2.", dose(NASAL_2, OCTOBER, THREE), counted("CFLU007")),
    doses(
        "The second of a season.",
        [dose(NASAL_ANY, "2024-11-01", THREE), dose(NASAL_ANY, OCTOBER, THREE, "first")],
        counted("CFLU007"),
        counted("CFLU006"),
    ),
    doses(
        "The third of a season.",
        [
            dose(NASAL_ANY, "2024-12-01", THREE),
            dose(NASAL_ANY, "2024-11-01", THREE, "second"),
            dose(NASAL_ANY, OCTOBER, THREE, "first"),
        ],
        excluded("dose-beyond-course", "CFLU007"),
    ),
    doses("Two years old on 31 August.", dose(NASAL_2, OCTOBER, "2022-08-31"), counted("CFLU007")),
    doses("Two on 1 September.", dose(NASAL_2, OCTOBER, "2022-09-01"), counted("LOCAL-FLU")),
    doses("Four on 1 September.", dose(NASAL_2, OCTOBER, "2020-09-01"), counted("CFLU007")),
    doses("Four on 31 August.", dose(NASAL_2, OCTOBER, "2020-08-31"), counted("LOCAL-FLU")),
    doses(
        "Born on 29 February 2020, four on 31 August 2024.", dose(NASAL_2, OCTOBER, "2020-02-29"), counted("LOCAL-FLU")
    ),
)

CFLU008: tuple[Case, ...] = (
    doses(
        "Injected, because the nasal vaccine is contraindicated.",
        dose(INJECTED_1, OCTOBER, THREE, **why_injected()),
        counted("CFLU008"),
    ),
    doses(
        "The contraindication is of the same day.",
        dose(INJECTED_1, OCTOBER, THREE, **why_injected(OCTOBER)),
        counted("CFLU008"),
    ),
    doses(
        "It is of a later day.",
        dose(INJECTED_1, OCTOBER, THREE, **why_injected("2024-10-02")),
        excluded("nasal-not-contraindicated", "CFLU008"),
    ),
    doses("Nothing says why.", dose(INJECTED_1, OCTOBER, THREE), excluded("nasal-not-contraindicated", "CFLU008")),
    doses(
        "A record of its own says that the nasal vaccine is contraindicated.",
        [dose(INJECTED_1, OCTOBER, THREE), dose(NASAL_CONTRAINDICATED, "2024-09-20", THREE, "why")],
        counted("CFLU008"),
        excluded("not-given"),
    ),
    doses(
        "The product tells that it was injected.",
        dose(FLU, OCTOBER, THREE, vaccine=(Coding(SNOMED, INJECTED_PRODUCT),)),
        excluded("nasal-not-contraindicated", "CFLU008"),
    ),
    doses(
        "The route tells it.",
        dose(FLU, OCTOBER, THREE, route=(Coding(SNOMED, INTRAMUSCULAR),)),
        excluded("nasal-not-contraindicated", "CFLU008"),
    ),
    doses("Two years old on 31 August.", dose(INJECTED_1, OCTOBER, "2022-08-31", **why_injected()), counted("CFLU008")),
    doses("Two on 1 September.", dose(INJECTED_1, OCTOBER, "2022-09-01", **why_injected()), counted("LOCAL-FLU")),
    doses("Four on 1 September.", dose(INJECTED_1, OCTOBER, "2020-09-01", **why_injected()), counted("CFLU008")),
    doses("Four on 31 August.", dose(INJECTED_1, OCTOBER, "2020-08-31", **why_injected()), counted("LOCAL-FLU")),
    doses(
        "Born on 29 February 2020, four on 31 August 2024.",
        dose(INJECTED_1, OCTOBER, "2020-02-29", **why_injected()),
        counted("LOCAL-FLU"),
    ),
)

CFLU009: tuple[Case, ...] = (
    doses("The code states dose 2.", dose(INJECTED_2, OCTOBER, THREE, **why_injected()), counted("CFLU009")),
    doses(
        "Nothing says why not nasal.",
        dose(INJECTED_2, OCTOBER, THREE),
        excluded("nasal-not-contraindicated", "CFLU009"),
    ),
    doses("Two years old on 31 August.", dose(INJECTED_2, OCTOBER, "2022-08-31", **why_injected()), counted("CFLU009")),
    doses("Two on 1 September.", dose(INJECTED_2, OCTOBER, "2022-09-01", **why_injected()), counted("LOCAL-FLU")),
    doses("Four on 1 September.", dose(INJECTED_2, OCTOBER, "2020-09-01", **why_injected()), counted("CFLU009")),
    doses("Four on 31 August.", dose(INJECTED_2, OCTOBER, "2020-08-31", **why_injected()), counted("LOCAL-FLU")),
    doses(
        "Born on 29 February 2020, four on 31 August 2024.",
        dose(INJECTED_2, OCTOBER, "2020-02-29", **why_injected()),
        counted("LOCAL-FLU"),
    ),
)

SEASONAL: tuple[Case, ...] = (
    doses("On 1 September.", dose(FLU, "2024-09-01", "1950-01-01"), counted("LOCAL-FLU")),
    doses("On 31 August.", dose(FLU, "2024-08-31", "1950-01-01"), excluded("out-of-season", "LOCAL-FLU")),
    doses("On 31 March.", dose(FLU, "2025-03-31", "1950-01-01"), counted("LOCAL-FLU")),
    doses("On 1 April.", dose(FLU, "2025-04-01", "1950-01-01"), excluded("out-of-season", "LOCAL-FLU")),
    doses(
        "Risk groups are not public as a rule, and are not tested: 30 years old.",
        dose(FLU, OCTOBER, "1994-05-02"),
        counted("LOCAL-FLU"),
    ),
    doses(
        "A pharmacist's dose is not the practice's.",
        dose("985171000000109", OCTOBER, "1950-01-01", performer="FA123"),
        excluded("performer-elsewhere"),
    ),
)

CASES: dict[str, tuple[Case, ...]] = {
    "CFLU006": CFLU006,
    "CFLU007": CFLU007,
    "CFLU008": CFLU008,
    "CFLU009": CFLU009,
    "LOCAL-FLU": SEASONAL,
}
