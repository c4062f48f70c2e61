"""Pertussis and RSV: in pregnancy, and RSV for older adults."""

from __future__ import annotations

from adapter.fhir.statement import Coding
from case import Case, counted, doses, excluded, merged, queried
from small_england import FOUR_IN_ONE, PERTUSSIS, RSV, SNOMED, gp, poc

FIRST_FOUR_IN_ONE = "412762002"
BOOSTRIX_IPV, ABRYSVO, AREXVY = "26267211000001100", "42605811000001109", "42223111000001107"
DAY = "2024-09-12"


def product(code: str) -> tuple[Coding, ...]:
    return (Coding(SNOMED, code),)


PT001: tuple[Case, ...] = (
    doses("A code that says pregnancy needs no other evidence.", gp(), counted("PT001")),
    doses("A plain code and a pregnancy code of the same day.", gp(code=PERTUSSIS, pregnant=DAY), counted("PT001")),
    doses(
        "A pregnancy code of the day before.",
        gp(code=PERTUSSIS, pregnant="2024-09-11"),
        excluded("no-pregnancy-code", "PT001"),
    ),
    doses(
        "A pregnancy code of the day after.",
        gp(code=PERTUSSIS, pregnant="2024-09-13"),
        excluded("no-pregnancy-code", "PT001"),
    ),
    doses(
        "A plain code and no evidence: a healthcare worker's dose looks like this.",
        gp(code=PERTUSSIS, vaccine=product(BOOSTRIX_IPV)),
        excluded("no-pregnancy-code", "PT001"),
    ),
    doses("A man.", gp(sex="male"), excluded("not-in-pregnancy", "PT001")),
    doses("A man with a plain code.", gp(code=PERTUSSIS, sex="male"), excluded("not-in-pregnancy", "PT001")),
    doses("A sex that nobody recorded is not a man's.", gp(sex=""), counted("PT001")),
    doses(
        "The evidence of a linked record counts.",
        [gp(code=PERTUSSIS), poc(code=PERTUSSIS, performer="D83013", pregnant=DAY)],
        counted("PT001"),
        merged(),
    ),
    doses(
        "That of a withdrawn one does not.",
        [gp(code=PERTUSSIS), poc(code=PERTUSSIS, performer="D83013", pregnant=DAY, withdrawn=True)],
        excluded("no-pregnancy-code", "PT001"),
    ),
    doses("Pertussis or four-in-one, and pregnant.", gp(code=FOUR_IN_ONE, pregnant=DAY), counted("PT001")),
    doses(
        "A four-in-one code of a pregnant patient belongs here, not to the 6-in-1 service.",
        gp(code=FIRST_FOUR_IN_ONE, pregnant=DAY),
        counted("PT001"),
    ),
    doses("The same without a birth date.", gp(code=FIRST_FOUR_IN_ONE, born="", pregnant=DAY), counted("PT001")),
    doses(
        "Pregnant the day before: the 6-in-1 service's, and too old for it.",
        gp(code=FIRST_FOUR_IN_ONE, pregnant="2024-09-11"),
        excluded("age-outside-indicator", "LOCAL-6IN1"),
    ),
    doses(
        "Below ten years it stays in the 6-in-1 service.",
        gp(code=FIRST_FOUR_IN_ONE, born="2014-09-13", pregnant=DAY),
        counted("LOCAL-6IN1"),
    ),
    doses("No age is asked.", gp(born="1960-01-01"), counted("PT001")),
    doses("On the programme's first day, 1 October 2012.", gp(occurred="2012-10-01"), counted("PT001")),
    doses("The day before it.", gp(occurred="2012-09-30"), excluded("outside-service-dates", "PT001")),
    doses(
        "She counts once a month.",
        [gp(), gp("later", occurred="2024-09-30")],
        counted("PT001"),
        merged("patient-already-counted"),
    ),
    doses(
        "And again in another month.", [gp(), gp("later", occurred="2024-10-01")], counted("PT001"), counted("PT001")
    ),
)


def rsv(day: str = DAY, born: str = "1994-05-02", pregnant: str = "", value: str = "one", **more: object):  # type: ignore[no-untyped-def]
    said = {"pregnant": pregnant} if pregnant else {}
    return gp(value, code=RSV, occurred=day, born=born, **said, **more)  # type: ignore[arg-type]


RSVP001: tuple[Case, ...] = (
    doses("A pregnancy code on the day of the dose.", rsv(pregnant=DAY), counted("RSVP001")),
    doses(
        "On the day before: there is no look-back.",
        rsv(pregnant="2024-09-11"),
        excluded("no-pregnancy-code", "RSVP001"),
    ),
    doses("On the day after.", rsv(pregnant="2024-09-13"), excluded("no-pregnancy-code", "RSVP001")),
    doses("Without one.", rsv(), excluded("no-pregnancy-code", "RSVP001")),
    doses("Ten years old on the day.", rsv(born="2014-09-12", pregnant=DAY), counted("RSVP001")),
    doses("Ten on the next day.", rsv(born="2014-09-13", pregnant=DAY), excluded("age-outside-indicator", "RSVP001")),
    doses("55 on the next day.", rsv(born="1969-09-13", pregnant=DAY), counted("RSVP001")),
    doses(
        "55 on the day: that age fits neither RSV indicator.",
        rsv(born="1969-09-12", pregnant=DAY),
        excluded("age-outside-indicator", "RSVP001"),
    ),
    doses(
        "Born on 29 February, ten on 1 March of a common year.",
        rsv("2026-03-01", "2016-02-29", "2026-03-01"),
        counted("RSVP001"),
    ),
    doses(
        "Not yet on 28 February.",
        rsv("2026-02-28", "2016-02-29", "2026-02-28"),
        excluded("age-outside-indicator", "RSVP001"),
    ),
    doses(
        "Born on 29 February, not yet 55 on 28 February.",
        rsv("2027-02-28", "1972-02-29", "2027-02-28"),
        counted("RSVP001"),
    ),
    doses(
        "55 on 1 March.", rsv("2027-03-01", "1972-02-29", "2027-03-01"), excluded("age-outside-indicator", "RSVP001")
    ),
    doses(
        "On the programme's first day, 1 September 2024.", rsv("2024-09-01", pregnant="2024-09-01"), counted("RSVP001")
    ),
    doses("The day before it.", rsv("2024-08-31", pregnant="2024-08-31"), excluded("outside-service-dates", "RSVP001")),
    doses("On the last day of keying by hand.", rsv("2025-08-31", pregnant="2025-08-31"), counted("RSVP001")),
    doses("On the first day of automatic entry.", rsv("2025-09-01", pregnant="2025-09-01"), counted("RSVP001")),
    doses(
        "The month counts her once.",
        [rsv(pregnant=DAY), rsv("2024-09-26", pregnant="2024-09-26", value="later")],
        counted("RSVP001"),
        merged("patient-already-counted"),
    ),
    doses(
        "A second dose of the month is judged by its own day.",
        [rsv(), rsv("2024-09-26", pregnant="2024-09-26", value="later")],
        excluded("no-pregnancy-code", "RSVP001"),
        counted("RSVP001"),
    ),
    doses(
        "A product for older adults only contradicts nothing that the code allows: it is not this programme's.",
        rsv(pregnant=DAY, vaccine=product(AREXVY)),
        excluded("age-outside-indicator", "RSV003"),
    ),
)

RSV003: tuple[Case, ...] = (
    doses("56 on the day.", rsv(born="1968-09-12"), counted("RSV003")),
    doses(
        "56 on the next day: too young for this one, too old for the other.",
        rsv("2024-09-11", "1968-09-12"),
        excluded("age-outside-indicator", "RSVP001"),
    ),
    doses(
        "55 and a product for older adults only: too young here.",
        rsv(born="1968-09-13", vaccine=product(AREXVY)),
        excluded("age-outside-indicator", "RSV003"),
    ),
    doses("There is no upper end.", rsv(born="1914-01-01"), counted("RSV003")),
    doses("The clinical offer from 75 on is no payment test: 60.", rsv(born="1964-01-01"), counted("RSV003")),
    doses("Born on 29 February, 56 on 29 February of a leap year.", rsv("2028-02-29", "1972-02-29"), counted("RSV003")),
    doses("Not yet on 28 February.", rsv("2028-02-28", "1972-02-29"), excluded("age-outside-indicator", "RSVP001")),
    doses("On the programme's first day.", rsv("2024-09-01", "1945-01-01"), counted("RSV003")),
    doses("The day before it.", rsv("2024-08-31", "1945-01-01"), excluded("outside-service-dates", "RSV003")),
    doses("Given in a care home by the practice.", rsv(born="1940-01-01", location="VLN01"), counted("RSV003")),
    doses("Pregnancy decides nothing here.", rsv(born="1968-09-12", pregnant=DAY), counted("RSV003")),
    doses(
        "The month counts the patient once.",
        [rsv(born="1945-01-01"), rsv("2024-09-30", "1945-01-01", value="later")],
        counted("RSV003"),
        merged("patient-already-counted"),
    ),
    doses("Without a birth date nothing tells the programme.", rsv(born=""), queried("programme-ambiguous")),
)

CASES = {"PT001": PT001, "RSVP001": RSVP001, "RSV003": RSV003}
