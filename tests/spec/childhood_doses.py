"""The vaccines of childhood: 6-in-1 and its family, MMR, PCV, Hib/MenC, rotavirus."""

from __future__ import annotations

from case import Case, counted, doses, excluded, out_of_scope, queried
from small_england import FOUR_IN_ONE, dose, history

SIX, FIVE_1, FIVE_2, TD_IPV, FOUR_1 = "1162640003", "310306005", "310307001", "414619005", "412762002"

MMR, MMR_1, MMR_2, MMRV = "38598009", "308081000000105", "170433008", "432636005"

MMR_1_ELSEWHERE, MMR_2_ELSEWHERE = "1037251000000102", "1037271000000106"

ROTA, ROTA_1, ROTA_2 = "415354003", "868631000000102", "868651000000109"

PCV, PCV_1, HIBMENC = "43961000119109", "247631000000101", "428975001"

EARLY = ("2010-03-01", "2011-03-01", "2012-03-01", "2013-03-01", "2014-03-01")

SIX_IN_ONE: tuple[Case, ...] = (
    doses("6-in-1 at 8 weeks, to the day.", dose(SIX, "2024-03-26", "2024-01-30"), counted("LOCAL-6IN1")),
    doses(
        "6-in-1 a day before 8 weeks.",
        dose(SIX, "2024-03-25", "2024-01-30"),
        excluded("age-outside-indicator", "LOCAL-6IN1"),
    ),
    doses("6-in-1 on the last day before ten.", dose(SIX, "2024-09-11", "2014-09-12"), counted("LOCAL-6IN1")),
    doses("6-in-1 at ten.", dose(SIX, "2024-09-12", "2014-09-12"), excluded("age-outside-indicator", "LOCAL-6IN1")),
    doses(
        "Born on 29 February: ten on 1 March of a common year, not before.",
        dose(SIX, "2026-02-28", "2016-02-29"),
        counted("LOCAL-6IN1"),
    ),
    doses("On 1 March.", dose(SIX, "2026-03-01", "2016-02-29"), excluded("age-outside-indicator", "LOCAL-6IN1")),
    doses(
        "Every dose counts, a fourth too.",
        [
            dose(SIX, "2024-09-12", "2022-01-01", dose=4),
            *history(SIX, "2022-01-01", "2022-03-01", "2022-04-01", "2022-05-01"),
        ],
        *([counted("LOCAL-6IN1")] * 4),
    ),
    doses(
        "Four-in-one at 3 years 4 months, to the day.",
        dose(FOUR_IN_ONE, "2024-05-12", "2021-01-12"),
        counted("LOCAL-6IN1"),
    ),
    doses(
        "Four-in-one a day before 3 years 4 months.",
        dose(FOUR_IN_ONE, "2024-05-11", "2021-01-12"),
        excluded("age-outside-indicator", "LOCAL-6IN1"),
    ),
    doses(
        "Where the month is too short for the day, on the first of the next: born on 31 October.",
        dose(FOUR_IN_ONE, "2024-03-01", "2020-10-31"),
        counted("LOCAL-6IN1"),
    ),
    doses(
        "Not on 29 February.",
        dose(FOUR_IN_ONE, "2024-02-29", "2020-10-31"),
        excluded("age-outside-indicator", "LOCAL-6IN1"),
    ),
    doses(
        "Born on 29 February, 3 years 4 months on 29 June.",
        dose(FOUR_IN_ONE, "2023-06-29", "2020-02-29"),
        counted("LOCAL-6IN1"),
    ),
    doses("Four-in-one on the last day before ten.", dose(FOUR_1, "2024-09-11", "2014-09-12"), counted("LOCAL-6IN1")),
    doses(
        "Four-in-one at ten.", dose(FOUR_1, "2024-09-12", "2014-09-12"), excluded("age-outside-indicator", "LOCAL-6IN1")
    ),
    doses("Td/IPV at ten.", dose(TD_IPV, "2024-09-12", "2014-09-12"), counted("LOCAL-6IN1")),
    doses(
        "Td/IPV a day before ten.",
        dose(TD_IPV, "2024-09-11", "2014-09-12"),
        excluded("age-outside-indicator", "LOCAL-6IN1"),
    ),
    doses(
        "Born on 29 February, Td/IPV at ten on 1 March.",
        dose(TD_IPV, "2026-03-01", "2016-02-29"),
        counted("LOCAL-6IN1"),
    ),
    doses("Td/IPV has no upper age.", dose(TD_IPV, "2024-09-12", "1950-01-01"), counted("LOCAL-6IN1")),
    doses(
        "Td/IPV after four known doses of the family: the history is incomplete.",
        [dose(TD_IPV, "2024-09-12", "2009-01-01"), *history(SIX, "2009-01-01", *EARLY[:4])],
        counted("LOCAL-6IN1"),
    ),
    doses(
        "After five it is complete.",
        [dose(TD_IPV, "2024-09-12", "2009-01-01"), *history(SIX, "2009-01-01", *EARLY)],
        excluded("history-complete", "LOCAL-6IN1"),
    ),
    doses(
        "Doses given elsewhere are known doses.",
        [
            dose(TD_IPV, "2024-09-12", "2009-01-01"),
            *history(SIX, "2009-01-01", *EARLY[:4]),
            dose(SIX, EARLY[4], "2009-01-01", "elsewhere", performer="RVV"),
        ],
        excluded("history-complete", "LOCAL-6IN1"),
    ),
    doses(
        "Withdrawn ones are not.",
        [
            dose(TD_IPV, "2024-09-12", "2009-01-01"),
            *history(SIX, "2009-01-01", *EARLY[:4]),
            dose(SIX, EARLY[4], "2009-01-01", "old", withdrawn=True),
        ],
        counted("LOCAL-6IN1"),
    ),
    doses(
        "A 5-in-1 code, the vaccine before 6-in-1, orders the course and is not paid.",
        dose(FIVE_1, "2016-03-01", "2016-01-01"),
        excluded("outside-service-dates", "LOCAL-6IN1"),
    ),
    doses("No birth date.", dose(SIX, "2024-09-12", ""), queried("age-unknown", "LOCAL-6IN1")),
)

MMR_FIRST: tuple[Case, ...] = (
    doses("The code states dose 1.", dose(MMR_1, "2024-09-12", "2023-09-01"), counted("LOCAL-MMR-1")),
    doses("The dose field states it.", dose(MMR, "2024-09-12", "2023-09-01", dose=1), counted("LOCAL-MMR-1")),
    doses(
        "Nothing states it, and no dose is known before.", dose(MMR, "2024-09-12", "2023-09-01"), counted("LOCAL-MMR-1")
    ),
    doses(
        "Any child or young person, and no upper age is public.",
        dose(MMR, "2024-09-12", "1990-01-01"),
        counted("LOCAL-MMR-1"),
    ),
    doses("MMRV is paid with MMR.", dose(MMRV, "2026-02-01", "2025-01-01"), counted("LOCAL-MMR-1")),
    doses(
        "The order runs within a vaccine: MMRV after MMR is its own first dose.",
        [dose(MMRV, "2026-06-01", "2025-01-01"), dose(MMR, "2026-02-01", "2025-01-01", "before")],
        counted("LOCAL-MMR-1"),
        counted("LOCAL-MMR-1"),
    ),
)

MMR_SECOND: tuple[Case, ...] = (
    doses("The code states dose 2.", dose(MMR_2, "2024-09-12", "2020-09-01"), counted("LOCAL-MMR-2")),
    doses("The code before the dose field.", dose(MMR_2, "2024-09-12", "2020-09-01", dose=1), counted("LOCAL-MMR-2")),
    doses("The dose field states it.", dose(MMR, "2024-09-12", "2020-09-01", dose=2), counted("LOCAL-MMR-2")),
    doses(
        "The history tells it.",
        [dose(MMR, "2024-09-12", "2020-09-01"), dose(MMR, "2021-09-12", "2020-09-01", "before")],
        counted("LOCAL-MMR-2"),
        counted("LOCAL-MMR-1"),
    ),
    doses(
        "A dose given elsewhere orders the course and is not paid.",
        [dose(MMR, "2024-06-01", "2023-01-31"), dose(MMR_1_ELSEWHERE, "2024-02-10", "2023-01-31", "elsewhere")],
        counted("LOCAL-MMR-2"),
        excluded("coded-elsewhere"),
    ),
    doses(
        "So does one that is queried.",
        [dose(MMR, "2024-06-01", "2023-01-31"), dose(MMR, "2024-02-10", "2023-01-31", "before", performer=None)],
        counted("LOCAL-MMR-2"),
        queried("performer-unresolved"),
    ),
    doses(
        "One that was withdrawn does not.",
        [dose(MMR, "2024-06-01", "2023-01-31"), dose(MMR, "2024-02-10", "2023-01-31", "before", withdrawn=True)],
        counted("LOCAL-MMR-1"),
        excluded("retracted"),
    ),
    doses(
        "Nor one that was not given.",
        [dose(MMR, "2024-06-01", "2023-01-31"), dose(MMR, "2024-02-10", "2023-01-31", "before", status="not-done")],
        counted("LOCAL-MMR-1"),
        excluded("not-given"),
    ),
    doses(
        "A third dose.",
        [dose(MMR, "2024-06-01", "2020-01-31"), *history(MMR, "2020-01-31", "2021-02-10", "2023-06-10")],
        excluded("dose-beyond-course", "LOCAL-MMR-2"),
    ),
    doses(
        "Two doses elsewhere leave none to be paid.",
        [
            dose(MMR, "2024-06-01", "2020-01-31"),
            dose(MMR_1_ELSEWHERE, "2021-02-10", "2020-01-31", "a"),
            dose(MMR_2_ELSEWHERE, "2023-06-10", "2020-01-31", "b"),
        ],
        excluded("dose-beyond-course", "LOCAL-MMR-2"),
    ),
    doses(
        "A booster code in a course without a booster is its last dose.",
        dose("170431005", "2024-09-12", "2020-09-01"),
        counted("LOCAL-MMR-2"),
    ),
)

ROTA_FIRST: tuple[Case, ...] = (
    doses("The code states dose 1.", dose(ROTA_1, "2024-03-01", "2024-01-01"), counted("LOCAL-ROTA-1")),
    doses("None is known before.", dose(ROTA, "2024-03-01", "2024-01-01"), counted("LOCAL-ROTA-1")),
)

ROTA_SECOND: tuple[Case, ...] = (
    doses("The code states dose 2.", dose(ROTA_2, "2024-04-01", "2024-01-01"), counted("LOCAL-ROTA-2")),
    doses(
        "A third dose is beyond a course of two.",
        [
            dose(ROTA, "2024-05-01", "2024-01-01", "dose 5"),
            dose(ROTA, "2024-04-01", "2024-01-01", "dose 4"),
            dose(ROTA, "2024-03-01", "2024-01-01", "dose 3"),
        ],
        excluded("dose-beyond-course", "LOCAL-ROTA-2"),
        counted("LOCAL-ROTA-2"),
        counted("LOCAL-ROTA-1"),
    ),
)

PCV_ANY: tuple[Case, ...] = (
    doses(
        "Any dose by the practice: no age or order is public.",
        dose(PCV_1, "2024-04-01", "2024-01-01"),
        counted("LOCAL-PCV"),
    ),
    doses("At any age, where the code says conjugate.", dose(PCV, "2024-04-01", "1950-01-01"), counted("LOCAL-PCV")),
    doses(
        "Where the code tells neither, below two years.",
        dose("170337005", "2024-09-12", "2022-09-13"),
        counted("LOCAL-PCV"),
    ),
)

HIBMENC_ANY: tuple[Case, ...] = (
    doses(
        "Any dose by the practice: no age or order is public.",
        dose(HIBMENC, "2025-01-15", "2024-01-01"),
        counted("LOCAL-HIBMENC"),
    ),
    doses(
        "Hib alone is none of it, and never counted.",
        dose("127787002", "2025-01-15", "2024-01-01"),
        out_of_scope("no-programme"),
    ),
)

CASES: dict[str, tuple[Case, ...]] = {
    "LOCAL-6IN1": SIX_IN_ONE,
    "LOCAL-MMR-1": MMR_FIRST,
    "LOCAL-MMR-2": MMR_SECOND,
    "LOCAL-PCV": PCV_ANY,
    "LOCAL-HIBMENC": HIBMENC_ANY,
    "LOCAL-ROTA-1": ROTA_FIRST,
    "LOCAL-ROTA-2": ROTA_SECOND,
}
