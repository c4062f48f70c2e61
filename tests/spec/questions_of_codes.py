"""Scope and codes: is it anybody's, and what do its codes name?"""

from __future__ import annotations

from adapter.fhir.statement import Coding
from case import Doses, Rule, counted, doses, excluded, merged, out_of_scope, queried
from small_england import (
    FLU,
    FOUR_IN_ONE,
    RSV,
    SNOMED,
    gp,
    poc,
)

PNEUMOCOCCAL, PCV, PPV = "170337005", "247631000000101", "571631000119106"

ABRYSVO, AREXVY = "42605811000001109", "42223111000001107"

DEGRADED, DESCRIPTION_ONLY = "196411000000103", "1210999013"

TEN_YEARS_OLD, NEARLY_TEN = "2014-09-12", "2014-09-13"


def against(*codes: str) -> tuple[tuple[Coding, ...], ...]:
    return tuple((Coding(SNOMED, code),) for code in codes)


def codings(*codes: str) -> tuple[Coding, ...]:
    return tuple(Coding(SNOMED, code) for code in codes)


NOBODY = Rule(
    "Scope: nobody claims it",
    ("scope", "nobody claims it", "merged / out_of_scope", "`twin` / `no-claimant`"),
    (
        doses("A trust's own record of a dose that a practice claims.", [poc(performer="RVV"), gp()], merged("twin")),
        doses("A trust's own record, alone.", poc(performer="RVV"), out_of_scope("no-claimant")),
    ),
)

NO_PROGRAMME = Rule(
    "Scope: no programme",
    ("scope", "its codes are sound and name no programme that we count", "out_of_scope", "`no-programme`"),
    (
        doses("BCG is known and never counted.", gp(code="42284007"), out_of_scope("no-programme")),
        doses("Hib alone is known and never counted.", gp(code="127787002"), out_of_scope("no-programme")),
        doses("Tick-borne encephalitis is no programme's.", gp(code="281658005"), out_of_scope("no-programme")),
        doses(
            "A well-formed code that no table has names nothing.", gp(code="404684003"), out_of_scope("no-programme")
        ),
        doses("A heading of the terminology names no vaccine.", gp(code="33879002"), out_of_scope("no-programme")),
        doses(
            "Even withdrawn it stays out of scope.", gp(code="42284007", withdrawn=True), out_of_scope("no-programme")
        ),
    ),
)

FIRST_ROWS = Rule(
    "Rows 1 to 7 before the codes",
    (
        "rows 1-7",
        "nobody would pay this claimant for it. A review that says given-by-practice answers rows 3-15",
        "excluded",
        "the row's",
    ),
    (
        doses(
            "Withdrawn, and its codes are a text: not asked about.",
            gp(code=None, has_text=True, withdrawn=True),
            excluded("retracted"),
        ),
        doses(
            "A trust's, and its codes are a text: not asked about.",
            gp(code=None, has_text=True, performer="RVV"),
            excluded("performer-elsewhere"),
        ),
        doses(
            "A trust's, without an NHS number: not asked about.",
            gp(patient="", performer="RVV"),
            excluded("performer-elsewhere"),
        ),
        doses(
            "A trust's, and the age fits nothing: the row is told.",
            gp(code=RSV, born="1969-01-01", performer="RVV"),
            excluded("performer-elsewhere"),
        ),
    ),
)

DEGRADED_CODE = Rule(
    "Codes: degraded",
    ("codes", "only text or a degraded code", "queried", "`code-degraded`"),
    (
        doses("A text and no code.", gp(code=None, has_text=True), queried("code-degraded")),
        doses("The code that a transfer leaves in place of a lost one.", gp(code=DEGRADED), queried("code-degraded")),
        doses(
            "Active immunisation with a text stands for a lost code.",
            gp(code="33879002", has_text=True),
            queried("code-degraded"),
        ),
        doses(
            "A code system that is not read here, and a text.",
            gp(procedure=(Coding("http://example.org/codes", "x"),), has_text=True),
            queried("code-degraded"),
        ),
        doses("Beside a sound code it does no harm.", gp(procedure=codings("956951000000104", DEGRADED)), counted()),
    ),
)

INVALID_CODE = Rule(
    "Codes: invalid",
    (
        "codes",
        "no usable code: the check digit fails, known to be mangled (rounded by a spreadsheet or a float), a "
        "description id with neither a concept nor a role in the table",
        "queried",
        "`code-invalid`",
    ),
    (
        doses("Its check digit fails.", gp(code="956951000000105"), queried("code-invalid")),
        doses("A spreadsheet rounded it.", gp(code="1.30350E+09"), queried("code-invalid")),
        doses(
            "A program rounded it, and the check digit happens to pass.",
            gp(procedure=(Coding(SNOMED, "253790221000087110", number=True),)),
            queried("code-invalid"),
        ),
        doses("A description id that leads nowhere.", gp(code=DESCRIPTION_ONLY), queried("code-invalid")),
        doses("Neither a code nor a text.", gp(code=None), queried("code-invalid")),
        doses(
            "A description id that leads to a concept is read.",
            gp(code="2142081000000112", occurred="2024-10-01"),
            counted(programme="seasonal-flu"),
        ),
        doses(
            "A description id with a role of its own is read.", gp(code="1986701000006115"), excluded("coded-elsewhere")
        ),
        doses(
            "Beside a sound code it is told, and does no harm.",
            gp(procedure=codings("956951000000104", "956951000000105")),
            counted(supporting=("code-invalid",)),
        ),
    ),
)

CONTRADICTION = Rule(
    "Codes: contradiction",
    (
        "codes",
        "disease set, procedure and product name programmes that do not overlap",
        "queried",
        "`codes-contradict`",
    ),
    (
        doses("Procedure and product.", gp(vaccine=codings(AREXVY)), queried("codes-contradict")),
        doses("Procedure and disease set.", gp(diseases=against("6142004")), queried("codes-contradict")),
        doses("Two procedure codes.", gp(procedure=codings("956951000000104", FLU)), queried("codes-contradict")),
        doses("An unknown disease set says nothing.", gp(diseases=against("27836007", "6142004")), counted()),
        doses(
            "Their overlap is the programme.",
            gp(code=FOUR_IN_ONE, diseases=against("27836007"), pregnant="2024-09-12"),
            counted("PT001"),
        ),
    ),
)

A_DAY = "2024-09-12"


def told(says: str, code: str, programme: str, **more: object) -> Doses:
    """A case of which only the programme matters: excluded or counted, the reason is the programme's."""
    return doses(says, gp(code=code, **more), _OF_PROGRAMME[programme])  # type: ignore[arg-type]


_OF_PROGRAMME = {
    "child-flu": counted(programme="child-flu"),
    "seasonal-flu": counted(programme="seasonal-flu"),
    "rsv-older": counted(programme="rsv-older"),
    "rsv-pregnant": excluded("no-pregnancy-code", programme="rsv-pregnant"),
    "six-in-one": counted(programme="six-in-one"),
    "pertussis": excluded("no-pregnancy-code", programme="pertussis"),
    "pcv": counted(programme="pcv"),
    "pneumococcal": counted(programme="pneumococcal"),
}

AMBIGUOUS = Rule(
    "Codes: more than one programme",
    (
        "codes",
        "they leave more than one programme. The product and procedure first; then age: child-flu at 2 and 3 years "
        "on 31 August, seasonal-flu at any other; RSV for older adults from 56 on; four-in-one below 10 years; pcv "
        "below 2 years, pneumococcal from 2 years (inference). Then, between a pregnancy programme and another, "
        "pregnancy evidence; otherwise",
        "queried",
        "`programme-ambiguous`",
    ),
    (
        doses(
            "The product tells: an RSV vaccine for older adults only.",
            gp(code=RSV, vaccine=codings(AREXVY), born="1950-01-01"),
            counted("RSV003"),
        ),
        doses("The procedure tells: a conjugate vaccine.", gp(code=PCV, born="1950-01-01"), counted("LOCAL-PCV")),
        told(
            "Influenza, two years old on 31 August: the children's programme.",
            FLU,
            "child-flu",
            born="2022-08-31",
            occurred="2024-10-01",
        ),
        told(
            "Two years old a day later: the seasonal programme.",
            FLU,
            "seasonal-flu",
            born="2022-09-01",
            occurred="2024-10-01",
        ),
        told(
            "Not yet four on 31 August: the children's programme.",
            FLU,
            "child-flu",
            born="2020-09-01",
            occurred="2024-10-01",
        ),
        told(
            "Four on 31 August: the seasonal programme.", FLU, "seasonal-flu", born="2020-08-31", occurred="2024-10-01"
        ),
        told("RSV at 56: older adults.", RSV, "rsv-older", born="1968-09-12"),
        doses(
            "RSV a day before 56: pregnancy's, and too old for it.",
            gp(code=RSV, born="1968-09-13"),
            excluded("age-outside-indicator", "RSVP001"),
        ),
        told("RSV at 54: pregnancy's.", RSV, "rsv-pregnant", born="1970-09-12"),
        told("Four-in-one or pertussis, a day before ten: four-in-one.", FOUR_IN_ONE, "six-in-one", born=NEARLY_TEN),
        told("Four-in-one or pertussis at ten: pertussis.", FOUR_IN_ONE, "pertussis", born=TEN_YEARS_OLD),
        told("Pneumococcal vaccine a day before two: conjugate.", PNEUMOCOCCAL, "pcv", born="2022-09-13"),
        told("Pneumococcal vaccine at two: polysaccharide.", PNEUMOCOCCAL, "pneumococcal", born="2022-09-12"),
        doses(
            "Without a birth date, pregnancy evidence tells RSV.",
            gp(code=RSV, born="", pregnant=A_DAY),
            queried("age-unknown", "RSVP001"),
        ),
        doses(
            "Without a birth date, pregnancy evidence tells four-in-one.",
            gp(code=FOUR_IN_ONE, born="", pregnant=A_DAY),
            counted("PT001"),
        ),
        doses("Neither age nor pregnancy: RSV.", gp(code=RSV, born=""), queried("programme-ambiguous")),
        doses("Neither age nor pregnancy: four-in-one.", gp(code=FOUR_IN_ONE, born=""), queried("programme-ambiguous")),
        doses("No age: influenza.", gp(code=FLU, born="", occurred="2024-10-01"), queried("programme-ambiguous")),
        doses("No age: pneumococcal vaccine.", gp(code=PNEUMOCOCCAL, born=""), queried("programme-ambiguous")),
        doses(
            "A birth year that gives one answer on every day of it tells.",
            gp(code=PNEUMOCOCCAL, born="2020"),
            counted("LOCAL-PPV"),
        ),
        doses(
            "A birth year that does not: ambiguous.", gp(code=PNEUMOCOCCAL, born="2022"), queried("programme-ambiguous")
        ),
    ),
)
