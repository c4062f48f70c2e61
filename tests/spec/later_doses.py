"""The vaccines of youth and age, COVID-19, and the health check, which is none."""

from __future__ import annotations

from typing import Any

from adapter.reconcile.record import Record
from case import Case, counted, doses, excluded, queried
from small_england import dose, gp

MENACWY, MENACWY_2 = "871874000", "957691000000104"

HPV, HPV_1, HPV_2, HPV_3 = "761841000", "428741008", "429396009", "428931000"

SHINGLES, SHINGLES_1, SHINGLES_2 = "722215002", "1326101000000105", "1326111000000107"

COVID, PPV, PNEUMOCOCCAL = "1362591000000103", "571631000119106", "170337005"

HEALTH_CHECK = "199751000000100"


def fourteen_to_25(code: str, indicator: str) -> tuple[Case, ...]:
    too_young_or_old = excluded("age-outside-indicator", indicator)
    return (
        doses("14 on the day.", dose(code, "2024-09-12", "2010-09-12"), counted(indicator)),
        doses("14 on the next day.", dose(code, "2024-09-12", "2010-09-13"), too_young_or_old),
        doses("25 on the next day.", dose(code, "2024-09-12", "1999-09-13"), counted(indicator)),
        doses("25 on the day.", dose(code, "2024-09-12", "1999-09-12"), too_young_or_old),
        doses(
            "Born on 29 February: 14 on 1 March of a common year.",
            dose(code, "2026-03-01", "2012-02-29"),
            counted(indicator),
        ),
        doses("Not on 28 February.", dose(code, "2026-02-28", "2012-02-29"), too_young_or_old),
    )


MACWY04: tuple[Case, ...] = (
    *fourteen_to_25(MENACWY, "MACWY04"),
    doses(
        "The day before 14.", dose(MENACWY, "2024-09-11", "2010-09-12"), excluded("age-outside-indicator", "MACWY04")
    ),
    doses("Any dose: a second one too.", dose(MENACWY_2, "2024-09-12", "2008-01-01"), counted("MACWY04")),
    doses(
        "A school's dose is the school service's.",
        dose(MENACWY, "2024-09-12", "2010-01-01", location="100001"),
        queried("location-conflict"),
    ),
)

HPV003 = fourteen_to_25(HPV_1, "HPV003")

HPV004: tuple[Case, ...] = (
    *fourteen_to_25(HPV_2, "HPV004"),
    doses(
        "The school's dose was the first.",
        [dose(HPV, "2024-09-12", "2010-01-01"), dose(HPV, "2023-05-01", "2010-01-01", "school", performer="RVV")],
        counted("HPV004"),
        excluded("performer-elsewhere"),
    ),
)

HPV005: tuple[Case, ...] = (
    doses("15 on the day.", dose(HPV_3, "2025-09-12", "2010-09-12"), counted("HPV005")),
    doses("15 on the next day.", dose(HPV_3, "2025-09-11", "2010-09-12"), excluded("age-outside-indicator", "HPV005")),
    doses("14.", dose(HPV_3, "2024-09-12", "2010-09-12"), excluded("age-outside-indicator", "HPV005")),
    doses("25 on the next day.", dose(HPV_3, "2024-09-12", "1999-09-13"), counted("HPV005")),
    doses("25 on the day.", dose(HPV_3, "2024-09-12", "1999-09-12"), excluded("age-outside-indicator", "HPV005")),
    doses(
        "Born on 29 February: 15 on 1 March of a common year.",
        dose(HPV_3, "2027-03-01", "2012-02-29"),
        counted("HPV005"),
    ),
    doses("Not on 28 February.", dose(HPV_3, "2027-02-28", "2012-02-29"), excluded("age-outside-indicator", "HPV005")),
)

SHINGLES_FIRST: tuple[Case, ...] = (
    doses("65 on the day.", dose(SHINGLES_1, "2024-09-12", "1959-09-12"), counted("LOCAL-SHING-1")),
    doses(
        "65 on the next day.",
        dose(SHINGLES_1, "2024-09-12", "1959-09-13"),
        excluded("age-outside-indicator", "LOCAL-SHING-1"),
    ),
    doses("80 on the next day.", dose(SHINGLES_1, "2024-09-12", "1944-09-13"), counted("LOCAL-SHING-1")),
    doses(
        "80 on the day.",
        dose(SHINGLES_1, "2024-09-13", "1944-09-13"),
        excluded("age-outside-indicator", "LOCAL-SHING-1"),
    ),
    doses(
        "Born on 29 February: 65 on 1 March of a common year.",
        dose(SHINGLES_1, "2025-03-01", "1960-02-29"),
        counted("LOCAL-SHING-1"),
    ),
    doses(
        "Not on 28 February.",
        dose(SHINGLES_1, "2025-02-28", "1960-02-29"),
        excluded("age-outside-indicator", "LOCAL-SHING-1"),
    ),
    doses(
        "A severely immunosuppressed patient of 50 cannot be told from the record.",
        dose(SHINGLES_1, "2024-09-12", "1974-01-01"),
        excluded("age-outside-indicator", "LOCAL-SHING-1"),
    ),
)

SHINGLES_SECOND: tuple[Case, ...] = (
    doses("80, dose 2.", dose(SHINGLES_2, "2024-09-13", "1944-09-13"), counted("LOCAL-SHING-2")),
    doses("81 on the next day.", dose(SHINGLES_2, "2024-09-12", "1943-09-13"), counted("LOCAL-SHING-2")),
    doses(
        "81 on the day.",
        dose(SHINGLES_2, "2024-09-13", "1943-09-13"),
        excluded("age-outside-indicator", "LOCAL-SHING-2"),
    ),
    doses("65 on the day.", dose(SHINGLES_2, "2024-09-12", "1959-09-12"), counted("LOCAL-SHING-2")),
    doses(
        "65 on the next day.",
        dose(SHINGLES_2, "2024-09-12", "1959-09-13"),
        excluded("age-outside-indicator", "LOCAL-SHING-2"),
    ),
    doses(
        "The history tells dose 2.",
        [dose(SHINGLES, "2025-03-12", "1955-01-01"), dose(SHINGLES, "2024-09-12", "1955-01-01", "first")],
        counted("LOCAL-SHING-2"),
        counted("LOCAL-SHING-1"),
    ),
    doses(
        "Born on 29 February: 65 on 1 March of a common year.",
        dose(SHINGLES_2, "2025-03-01", "1960-02-29"),
        counted("LOCAL-SHING-2"),
    ),
    doses(
        "A third dose.",
        dose(SHINGLES, "2024-09-12", "1955-01-01", dose=3),
        excluded("dose-beyond-course", "LOCAL-SHING-2"),
    ),
)

PPV_ANY: tuple[Case, ...] = (
    doses(
        "Any dose by the practice: no age or risk group is public.",
        dose(PPV, "2024-09-12", "1959-01-01"),
        counted("LOCAL-PPV"),
    ),
    doses(
        "Where the code tells neither, from two years.",
        dose(PNEUMOCOCCAL, "2024-09-12", "2022-09-12"),
        counted("LOCAL-PPV"),
    ),
)


def covid(day: str, born: str = "1950-01-01") -> Record:
    return dose(COVID, day, born)


def months_of(indicator: str, *edges: tuple[str, str, str]) -> tuple[Case, ...]:
    """(day, its words, the indicator that counts it)"""
    return tuple(doses(f"{words}.", covid(day), counted(found)) for day, words, found in edges)


COV001: tuple[Case, ...] = (
    *months_of(
        "COV001",
        ("2026-04-01", "On 1 April", "COV001"),
        ("2026-03-31", "On 31 March", "COV003"),
        ("2026-06-30", "On 30 June", "COV001"),
        ("2026-07-01", "On 1 July", "COV003"),
    ),
    doses("In May.", covid("2026-05-01"), counted("COV001")),
    doses("Before the service began.", covid("2025-05-01"), excluded("outside-service-dates", "COV001")),
    doses("Six months old.", covid("2026-05-01", "2025-11-01"), counted("COV001")),
    doses("A day younger.", covid("2026-05-01", "2025-11-02"), excluded("age-outside-indicator", "COV001")),
    doses(
        "Born on 31 October: six months on 1 May, since April has no 31st.",
        covid("2026-05-01", "2025-10-31"),
        counted("COV001"),
    ),
    doses("Not on 30 April.", covid("2026-04-30", "2025-10-31"), excluded("age-outside-indicator", "COV001")),
    doses("Born on 29 February, any age from six months.", covid("2026-05-01", "2024-02-29"), counted("COV001")),
)

COV002: tuple[Case, ...] = (
    *months_of(
        "COV002",
        ("2026-09-01", "On 1 September", "COV002"),
        ("2026-08-31", "On 31 August", "COV003"),
        ("2027-01-31", "On 31 January", "COV002"),
        ("2027-02-01", "On 1 February", "COV003"),
    ),
    doses("In October.", covid("2026-10-01"), counted("COV002")),
    doses("On the service's first day, 1 January 2026.", covid("2026-01-01"), counted("COV002")),
    doses("The day before it.", covid("2025-12-31"), excluded("outside-service-dates", "COV002")),
    doses("Six months old.", covid("2026-10-01", "2026-04-01"), counted("COV002")),
    doses("A day younger.", covid("2026-10-01", "2026-04-02"), excluded("age-outside-indicator", "COV002")),
    doses(
        "Born on 29 February: six months on 29 August, so long since.",
        covid("2028-09-01", "2028-02-29"),
        counted("COV002"),
    ),
)

COV003: tuple[Case, ...] = (
    *months_of(
        "COV003",
        ("2026-02-01", "On 1 February", "COV003"),
        ("2026-01-31", "On 31 January", "COV002"),
        ("2026-03-31", "On 31 March", "COV003"),
        ("2026-04-01", "On 1 April", "COV001"),
        ("2026-07-01", "On 1 July", "COV003"),
        ("2026-06-30", "On 30 June", "COV001"),
        ("2026-08-31", "On 31 August", "COV003"),
        ("2026-09-01", "On 1 September", "COV002"),
    ),
    doses("Before the service began.", covid("2025-07-01"), excluded("outside-service-dates", "COV003")),
    doses("Six months old.", covid("2026-07-01", "2026-01-01"), counted("COV003")),
    doses("A day younger.", covid("2026-07-01", "2026-01-02"), excluded("age-outside-indicator", "COV003")),
    doses("Born on 29 February: six months on 29 August.", covid("2028-08-29", "2028-02-29"), counted("COV003")),
    doses("Not on 28 August.", covid("2028-08-28", "2028-02-29"), excluded("age-outside-indicator", "COV003")),
)


def check(day: str, born: str = "1980-01-01", value: str = "one", **more: Any) -> Record:
    return gp(value, code=HEALTH_CHECK, occurred=day, born=born, resource="Procedure", **more)


LDHC: tuple[Case, ...] = (
    doses("14 on the day.", check("2024-09-12", "2010-09-12"), counted("LOCAL-LDHC")),
    doses("14 on the next day.", check("2024-09-12", "2010-09-13"), excluded("age-outside-indicator", "LOCAL-LDHC")),
    doses(
        "Born on 29 February: 14 on 1 March of a common year.", check("2026-03-01", "2012-02-29"), counted("LOCAL-LDHC")
    ),
    doses("Not on 28 February.", check("2026-02-28", "2012-02-29"), excluded("age-outside-indicator", "LOCAL-LDHC")),
    doses(
        "A second check on the last day of the financial year.",
        [check("2025-03-31"), check("2024-04-02", value="first")],
        excluded("already-this-year", "LOCAL-LDHC"),
        counted("LOCAL-LDHC"),
    ),
    doses(
        "In the next financial year.",
        [check("2025-04-01"), check("2024-04-02", value="first")],
        counted("LOCAL-LDHC"),
        counted("LOCAL-LDHC"),
    ),
    doses(
        "A first check elsewhere takes the year as well.",
        [check("2025-03-31"), check("2024-04-02", value="first", performer="G81086")],
        excluded("already-this-year", "LOCAL-LDHC"),
        excluded("performer-elsewhere"),
    ),
    doses(
        "The same rules of who did it.",
        check("2024-09-12", performer="RVV"),
        excluded("performer-elsewhere", "LOCAL-LDHC"),
    ),
    doses("It comes as an Observation too.", gp(code=HEALTH_CHECK, resource="Observation"), counted("LOCAL-LDHC")),
)

CASES: dict[str, tuple[Case, ...]] = {
    "MACWY04": MACWY04,
    "LOCAL-PPV": PPV_ANY,
    "LOCAL-SHING-1": SHINGLES_FIRST,
    "LOCAL-SHING-2": SHINGLES_SECOND,
    "HPV003": HPV003,
    "HPV004": HPV004,
    "HPV005": HPV005,
    "COV001": COV001,
    "COV002": COV002,
    "COV003": COV003,
    "LOCAL-LDHC": LDHC,
}
