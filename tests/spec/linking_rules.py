"""Which records speak of one real dose: each rule where it joins and where it does not."""

from __future__ import annotations

from case import Chapter, Doses, Rule, counted, doses, merged, out_of_scope, queried
from record_versions import IDENTITY, NEWEST
from small_england import FLU, FOUR_IN_ONE, OTHER_GP, RAVS, RSV, TRANSFERRED, gp, poc, sent

GUID = "C93659E1-1107-441C-BE25-C5EF4B7831D1"
KEY = GUID.replace("-", "")
NOT_DONE, DECLINED = "6021000175100", "866641000000105"


def one(says: str, *given: object) -> Doses:
    return doses(says, given, vaccinations=1)  # type: ignore[arg-type]


def apart(says: str, *given: object) -> Doses:
    return doses(says, given, vaccinations=len(given))  # type: ignore[arg-type]


SAME_IDENTIFIER = Rule(
    "Rule 2",
    (
        "2",
        "same patient, and the same identifier comes by another feed, or its value or event key reappears under "
        "another system, as after a GP-to-GP transfer: same vaccination, where the value is a GUID or the candidate "
        "programmes overlap",
    ),
    (
        one(
            "The same identifier by another feed, five weeks apart.",
            gp("x", RAVS),
            poc("x", occurred="2024-10-20", code=FOUR_IN_ONE),
        ),
        apart(
            "The same identifier by another feed, and programmes that do not overlap.",
            gp("x", RAVS),
            poc("x", occurred="2024-10-20", code=RSV),
        ),
        one(
            "A GUID under another system, whatever the date and programme.",
            gp(GUID, event_keys=(KEY,)),
            sent(OTHER_GP, GUID.lower(), TRANSFERRED, code=RSV, event_keys=(KEY,), occurred="2023-01-01"),
        ),
        one(
            "A GUID by another feed, whatever the programme.",
            gp(GUID, RAVS, event_keys=(KEY,)),
            poc(GUID, code=RSV, event_keys=(KEY,), occurred="2024-10-20"),
        ),
        one(
            "A plain value under another system, and programmes that overlap.",
            gp("17", "a"),
            poc("17", "b", occurred="2024-10-20", code=FOUR_IN_ONE),
        ),
        apart(
            "A plain value under another system, and programmes that do not.",
            gp("17", "a"),
            poc("17", "b", occurred="2024-10-20", code=RSV),
        ),
        apart("The same identifier of another patient.", gp("x", RAVS), poc("x", patient="b" * 64)),
    ),
)

SAME_DAY = Rule(
    "Rule 3",
    (
        "3",
        "same patient + overlapping candidate programmes + same Europe/London date: same vaccination. Candidates are "
        "the programmes that a record's own codes allow",
    ),
    (
        one("Pertussis, and pertussis or four-in-one: they overlap.", gp(), poc(code=FOUR_IN_ONE)),
        apart("Pertussis and influenza do not.", gp(), poc(code=FLU)),
        apart("A day apart.", gp(), poc(occurred="2024-09-13")),
        one(
            "Half past eleven at night in UTC is the next day in London.",
            gp(),
            poc(occurred="2024-09-11T23:30:00+00:00"),
        ),
        apart("Half past ten is not.", gp(), poc(occurred="2024-09-11T22:30:00+00:00")),
        one("In winter London's day is UTC's.", gp(occurred="2024-12-02"), poc(occurred="2024-12-02T23:30:00+00:00")),
        one(
            "Two event keys in one feed on one day: one vaccination entered twice.",
            gp("a" * 32, event_keys=("A" * 32,)),
            gp("b" * 32, event_keys=("B" * 32,)),
        ),
        one(
            "Two records of one feed, one without an identifier system.",
            gp("a", ""),
            gp("b"),
        ),
        apart("Another patient's dose of the day.", gp(), poc(patient="b" * 64)),
    ),
)

SAME_LOT = Rule(
    "Rule 4",
    (
        "4",
        "same patient + overlapping candidate programmes, dates at most 3 days apart, and the same lot number (upper "
        "case, no blanks; not a filler such as 0, NA, UNKNOWN or one character): same vaccination",
    ),
    (
        one("Three days before.", gp(lot="AB12"), poc(lot="AB12", occurred="2024-09-09")),
        one("Three days after.", gp(lot="AB12"), poc(lot="AB12", occurred="2024-09-15")),
        apart("Four days.", gp(lot="AB12"), poc(lot="AB12", occurred="2024-09-16")),
        apart("Another lot.", gp(lot="AB12"), poc(lot="AB13", occurred="2024-09-13")),
        apart("Programmes that do not overlap.", gp(lot="AB12"), poc(lot="AB12", occurred="2024-09-13", code=FLU)),
        *(
            apart(f"A filler is no lot: {lot or 'nothing'}.", gp(lot=lot), poc(lot=lot, occurred="2024-09-13"))
            for lot in ("", "0", "A", "000", "NA", "N/A", "NONE", "UNKNOWN", "TBC")
        ),
    ),
)

ANOTHER = Rule(
    "Rule 5",
    ("5", "anything else is another dose"),
    (
        apart("Two days, two lots, two identifiers.", gp(lot="AB12"), poc(lot="CD34", occurred="2024-10-12")),
        one(
            "Linking is transitive: the first and the last are joined through the middle one.",
            gp(lot="AB12"),
            poc(lot="AB12", occurred="2024-09-14"),
            sent(OTHER_GP, "three", occurred="2024-09-14"),
        ),
        apart("Without the middle one they are not.", gp(lot="AB12"), sent(OTHER_GP, "three", occurred="2024-09-14")),
    ),
)

WHAT_LINKS = Rule(
    "What is joined at all",
    (
        "",
        "rules 3 and 4 join only statements that a vaccine was given, here or elsewhere; one that it was not given "
        "is decided alone and is no twin. A patient is known by a valid NHS number only; a record without one never "
        "links. A date that is a year, a year-month or absent never links by date",
    ),
    (
        apart("Not done.", gp(), poc(status="not-done")),
        apart("Not done, under the same identifier.", gp("x", RAVS), poc("x", status="not-done")),
        apart("Declined, by its code.", gp(), poc(code=DECLINED)),
        apart("Not done, by its code.", gp(), poc(code=NOT_DONE)),
        one("Given elsewhere is given.", gp(), poc(code="956971000000108")),
        apart("A year.", gp(occurred="2024"), poc(occurred="2024")),
        apart("A month.", gp(occurred="2024-09"), poc(occurred="2024-09")),
        apart("No date.", gp(occurred=""), poc(occurred="")),
        apart("No patient.", gp(patient=""), poc(patient="")),
        doses(
            "No patient: each is decided alone.",
            [gp(patient=""), poc(patient="", performer="RVV")],
            queried("patient-unknown"),
            out_of_scope("no-claimant"),
            vaccinations=2,
        ),
        doses(
            "A withdrawn twin still belongs to its vaccination.",
            [gp(), poc(withdrawn=True, performer="RVV")],
            counted(),
            merged(),
            vaccinations=1,
        ),
    ),
)

LINKING = Chapter(
    "Linking records into vaccinations",
    "Linking is transitive, looks only inside one patient, and within what the source's own order leaves open any "
    "order of arrival gives the same vaccinations.",
    ("rule", "joins"),
    (NEWEST, SAME_IDENTIFIER, SAME_DAY, SAME_LOT, ANOTHER, WHAT_LINKS, IDENTITY),
)
