"""Person, date, indicator, and who would be counted twice."""

from __future__ import annotations

from case import Rule, counted, doses, excluded, merged, queried
from small_england import (
    FLU,
    MARKED,
    NEW_GP,
    OLD_GP,
    OTHER_GP,
    PERTUSSIS,
    RSV,
    gp,
    poc,
    sent,
    verdict,
)

PATIENT_UNKNOWN = Rule(
    "Person: no NHS number",
    (
        "person, date",
        "no valid NHS number (a wrong check digit is never a reason for quarantine)",
        "queried",
        "`patient-unknown`",
    ),
    (
        doses("None, or one whose check digit fails.", gp(patient=""), queried("patient-unknown")),
        doses("Asked before the date.", gp(patient="", occurred="2024-09"), queried("patient-unknown")),
    ),
)

DATE_IMPRECISE = Rule(
    "Date: imprecise",
    (
        "person, date",
        "no date, a year or a year-month (a day that is in no calendar is quarantined)",
        "queried",
        "`date-imprecise`",
    ),
    (
        doses("No date.", gp(occurred=""), queried("date-imprecise")),
        doses("A year.", gp(occurred="2024"), queried("date-imprecise")),
        doses("A month.", gp(occurred="2024-09"), queried("date-imprecise")),
        doses(
            "A time without a day in London before midnight UTC counts for London's day.",
            gp(occurred="2024-09-30T23:30:00+00:00"),
            counted(supporting=("month-boundary",)),
        ),
    ),
)

AGE_UNKNOWN = Rule(
    "Person: age unknown",
    ("person, date", "an age that the indicator needs and no linked record gives", "queried", "`age-unknown`"),
    (
        doses("No birth date.", gp(code="720539004", born=""), queried("age-unknown", "MENBI01")),
        doses(
            "A birth year that leaves it open.", gp(code="720539004", born="2022"), queried("age-unknown", "MENBI01")
        ),
        doses("A birth year that is enough.", gp(code="720539004", born="2023"), counted("MENBI01")),
        doses(
            "A linked record gives it.",
            [gp(code="720539004", born=""), poc(code="720539004", born="2023-06-01")],
            counted("MENBI01"),
        ),
        doses(
            "A withdrawn record gives none.",
            [gp(code="720539004", born=""), poc(code="720539004", born="2023-06-01", withdrawn=True)],
            queried("age-unknown"),
        ),
        doses(
            "Two linked records that contradict one another give none.",
            [
                gp(code="720539004", born=""),
                poc("a", code="720539004", born="2023-06-01"),
                poc("b", code="720539004", born="2022-01-01"),
            ],
            queried("age-unknown"),
        ),
        doses("An indicator without an age needs none.", gp(born=""), counted("PT001")),
    ),
)

INDICATOR = Rule(
    "Indicator",
    (
        "indicator",
        "it fails a rule of every indicator of its programme: age window, dose, interval, season, cohort, pregnancy or "
        "at-risk evidence",
        "excluded",
        "the rule's, of the indicator nearest to its dose: `age-outside-indicator`, `interval-too-short`, "
        "`dose-beyond-course`, `first-dose-too-late`, `out-of-season`, `outside-service-dates`, `history-complete`, "
        "`already-this-year`, `no-pregnancy-code`, `no-at-risk-code`, `not-in-pregnancy`, `nasal-not-contraindicated`",
    ),
    (
        doses(
            "Every rule of every indicator is in [indicators](indicators.md); here one for each reason. Age.",
            gp(code="720539004", born="2022-09-12"),
            excluded("age-outside-indicator", "MENBI01"),
        ),
        doses(
            "Interval: 27 days.",
            [
                gp(code="720540002", born="2024-01-01"),
                gp("first", code="720539004", born="2024-01-01", occurred="2024-08-16"),
            ],
            excluded("interval-too-short", "MENBI03"),
        ),
        doses("A dose too many.", gp(code="170433008", dose=3, born="2020-01-01"), counted("LOCAL-MMR-2")),
        doses(
            "A third dose of two.",
            gp(code="38598009", dose=3, born="2020-01-01"),
            excluded("dose-beyond-course", "LOCAL-MMR-2"),
        ),
        doses(
            "A booster whose course began after the first birthday.",
            [
                gp(code="720544006", born="2023-01-01"),
                gp("first", code="720539004", born="2023-01-01", occurred="2024-01-01"),
            ],
            excluded("first-dose-too-late", "MENBI09"),
        ),
        doses("Outside the season.", gp(code=FLU, occurred="2025-04-01"), excluded("out-of-season", "LOCAL-FLU")),
        doses(
            "Before the service paid.",
            gp(code=RSV, born="1940-01-01", occurred="2024-08-31"),
            excluded("outside-service-dates", "RSV003"),
        ),
        doses(
            "A history that is complete.",
            [
                gp(code="414619005", born="2009-01-01"),
                *(gp(f"dose {n}", code="1162640003", born="2009-01-01", occurred=f"201{n}-03-01") for n in range(5)),
            ],
            excluded("history-complete", "LOCAL-6IN1"),
        ),
        doses(
            "A second health check of the financial year.",
            [gp(code="199751000000100"), gp("first", code="199751000000100", occurred="2024-04-01")],
            excluded("already-this-year", "LOCAL-LDHC"),
        ),
        doses(
            "A woman, and nothing says that she was pregnant.",
            gp(code=PERTUSSIS),
            excluded("no-pregnancy-code", "PT001"),
        ),
        doses("A man.", gp(sex="male"), excluded("not-in-pregnancy", "PT001")),
        doses(
            "No evidence of risk.",
            gp(code="170370000", born="2024-09-12"),
            excluded("no-at-risk-code", "LOCAL-HEPB-BIRTH"),
        ),
        doses(
            "Injected, and nothing says why not nasal.",
            gp(code="985151000000100", born="2021-08-31", occurred="2024-10-01"),
            excluded("nasal-not-contraindicated", "CFLU008"),
        ),
    ),
)

LAST_ROWS = Rule(
    "Rows 8 to 15 after the indicator",
    ("rows 8-15", "", "queried / counted", "the row's"),
    (
        doses(
            "A doubt about the place is not asked where the age fits nothing.",
            gp(code=RSV, born="1969-01-01", location="RVV"),
            excluded("age-outside-indicator", "RSVP001"),
        ),
        doses(
            "Nor where no mark stands in a feed that marks.",
            sent(MARKED, code=RSV, born="1969-01-01"),
            excluded("age-outside-indicator"),
        ),
        doses("Where it fits, it is.", gp(location="RVV"), queried("location-conflict")),
    ),
)

RIVAL = sent(OTHER_GP, "x", performer="G81086")

OURS, THEIRS = verdict("given-by-practice"), verdict("given-by-practice", "G81086", "x", feed=OTHER_GP)

CLAIMED_TWICE = Rule(
    "Once: two claimants",
    (
        "once",
        "two claimants would be counted: where exactly one has a review given-by-practice it is counted and the "
        "others are excluded, `reviewed-elsewhere`; where several have, the conflict is shown with both reviews "
        "until one is changed; else",
        "queried for all",
        "`claimed-twice`",
    ),
    (
        doses("No review.", [gp(), RIVAL], queried("claimed-twice"), queried("claimed-twice")),
        doses(
            "One review.",
            [gp(), RIVAL],
            counted(reason="reviewed-given"),
            excluded("reviewed-elsewhere"),
            reviews=(OURS,),
        ),
        doses(
            "Both have one.", [gp(), RIVAL], queried("claimed-twice"), queried("claimed-twice"), reviews=(OURS, THEIRS)
        ),
        doses(
            "One would be excluded anyway: no conflict.",
            [gp(), sent(OTHER_GP, "x", performer="RVV")],
            counted(),
            excluded("performer-elsewhere"),
        ),
    ),
)

LATER = gp("later", occurred="2024-09-30")

PATIENT_ONCE = Rule(
    "Once: a patient",
    (
        "once",
        "its indicator counts patients (PT001 counts women), and an earlier one of the same patient counts for the "
        "same practice in the same month",
        "merged",
        "`patient-already-counted`",
    ),
    (
        doses(
            "A second dose in the month.",
            [gp(), LATER],
            counted("PT001"),
            merged("patient-already-counted"),
            vaccinations=2,
        ),
        doses("In the next month she counts again.", [gp(), gp("later", occurred="2024-10-01")], counted(), counted()),
        doses(
            "An earlier one that is not counted takes nothing away.",
            [gp(performer=None), LATER],
            queried("performer-unresolved"),
            counted(),
        ),
        doses(
            "An earlier one of another practice takes nothing away.",
            [sent(OTHER_GP, "x", performer="G81086"), LATER],
            counted(practice="G81086"),
            counted(practice="D83013"),
        ),
        doses(
            "A practice and its successor are one.",
            [
                sent(OLD_GP, "a", performer="H81001", occurred="2024-09-02"),
                sent(NEW_GP, "b", performer="H81002", occurred="2024-09-20"),
            ],
            counted(practice="H81001"),
            merged("patient-already-counted", practice="H81002"),
        ),
        doses(
            "An indicator that counts doses counts both.",
            [
                gp(code="38598009", born="2020-01-01"),
                gp("later", code="38598009", born="2020-01-01", occurred="2024-09-30"),
            ],
            counted("LOCAL-MMR-1"),
            counted("LOCAL-MMR-2"),
        ),
    ),
)
