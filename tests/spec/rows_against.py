"""Rows 1 to 7: nobody would pay this claimant for it."""

from __future__ import annotations

from adapter.fhir.statement import Coding
from case import Rule, counted, doses, excluded, merged, queried
from small_england import (
    GIVEN_ELSEWHERE,
    GMS_EXTENSION,
    ORGANISATIONS,
    OTHER_GP,
    SNOMED,
    TRANSFERRED,
    gp,
    poc,
    sent,
    verdict,
)

WITHDRAWN = Rule(
    "Row 1",
    ("1", "the deciding record is withdrawn", "excluded", "`retracted`"),
    (
        doses("A delete, or a status entered-in-error, came after it.", gp(withdrawn=True), excluded("retracted")),
        doses(
            "Withdrawn and not given: the withdrawal is told.",
            gp(withdrawn=True, not_given=True),
            excluded("retracted"),
        ),
        doses(
            "A withdrawn record beside a live one is merged, and what it says is no evidence.",
            [gp(), gp("old", code=GIVEN_ELSEWHERE, withdrawn=True)],
            counted(),
            merged(),
        ),
        doses(
            "A withdrawn point-of-care twin is no evidence either.",
            [gp(), poc(performer="RVV", withdrawn=True)],
            counted(),
            merged(),
        ),
    ),
)

NOT_GIVEN = Rule(
    "Row 2",
    (
        "2",
        "the deciding record: status not-done, `notGiven`, or the code role is not-done, declined, contraindicated or "
        "requires",
        "excluded",
        "`not-given`",
    ),
    (
        doses("The status says so.", gp(status="not-done"), excluded("not-given")),
        doses("The element notGiven of an STU3 record says so.", gp(not_given=True), excluded("not-given")),
        doses("The code says that it was not done.", gp(code="6021000175100"), excluded("not-given")),
        doses("The code says that it was declined.", gp(code="866641000000105"), excluded("not-given")),
        doses("The code says that it is contraindicated.", gp(code="957291000000102"), excluded("not-given")),
        doses("The code says that it is due.", gp(code="1730561000000103"), excluded("not-given")),
        doses(
            "Such a code as the vaccine code counts alike.",
            gp(vaccine=(Coding(SNOMED, "866641000000105"),)),
            excluded("not-given"),
        ),
    ),
)

REVIEWED_ELSEWHERE = Rule(
    "Row 3",
    ("3", "a review says given-elsewhere", "excluded", "`reviewed-elsewhere`"),
    (
        doses(
            "Somebody opened the patient record: another provider gave it.",
            gp(),
            excluded("reviewed-elsewhere"),
            reviews=(verdict("given-elsewhere"),),
        ),
        doses(
            "Of two reviews the latest holds.",
            gp(performer="RVV"),
            counted(reason="reviewed-given"),
            reviews=(verdict("given-elsewhere"), verdict("given-by-practice", when="2025-02-01")),
        ),
        doses(
            "A review of one of the practice's copies holds for the dose.",
            [gp(), gp("copy", recorded="2024-09-20")],
            excluded("reviewed-elsewhere"),
            merged(),
            reviews=(verdict("given-elsewhere", value="copy"),),
        ),
        doses(
            "A review for another practice says nothing for this one.",
            gp(),
            counted(),
            reviews=(verdict("given-elsewhere", practice="G81086"),),
        ),
        doses(
            "A review does not make a dose out of what was not given.",
            gp(status="not-done"),
            excluded("not-given"),
            reviews=(verdict("given-elsewhere"),),
        ),
    ),
)

CODED_ELSEWHERE = Rule(
    "Row 4",
    (
        "4",
        "a live record of the claimant, or from a non-GP feed, carries a given-elsewhere code",
        "excluded",
        "`coded-elsewhere`",
    ),
    (
        doses(
            "The practice's own record carries it. That it calls itself a primary source and names the practice as "
            "performer is told beside.",
            gp(code=GIVEN_ELSEWHERE),
            excluded("coded-elsewhere", supporting=("performer-contradicts", "primary-source-contradicts")),
        ),
        doses(
            "One coding of several is enough.",
            gp(procedure=(Coding(SNOMED, "956951000000104"), Coding(SNOMED, GIVEN_ELSEWHERE))),
            excluded("coded-elsewhere"),
        ),
        doses(
            "Another copy of the same practice carries it.",
            [gp(), gp("copy", code=GIVEN_ELSEWHERE, recorded="2024-09-20")],
            excluded("coded-elsewhere"),
            merged(),
        ),
        doses(
            "Another practice's copy does not speak for this one.",
            [gp(), sent(OTHER_GP, "x", code=GIVEN_ELSEWHERE)],
            counted(),
            excluded("coded-elsewhere"),
        ),
        doses(
            "A point-of-care twin's code speaks.",
            [gp(), poc(code=GIVEN_ELSEWHERE)],
            excluded("coded-elsewhere"),
        ),
    ),
)

NON_GMS = Rule(
    "Row 5",
    ("5", "GMS attribute other", "excluded", "`non-gms`"),
    (
        doses("The note says Not GMS.", gp(gms_notes=("Not GMS",)), excluded("non-gms")),
        doses("The note says another practice.", gp(gms_notes=("GMS (Another Practice)",)), excluded("non-gms")),
        doses("The extension says false.", gp(flags={GMS_EXTENSION: False}), excluded("non-gms")),
        doses(
            "Such a mark speaks in a transferred record too.",
            gp(system=TRANSFERRED, gms_notes=("Not GMS",)),
            excluded("non-gms"),
        ),
    ),
)

TWIN_ELSEWHERE = Rule(
    "Row 6",
    (
        "6",
        "a live twin from a non-GP feed has a performer that resolves to another provider; or to another practice, "
        "where the deciding record is from a GP feed",
        "excluded",
        "`twin-elsewhere`",
    ),
    (
        doses("A site of a trust.", [gp(), poc(performer="RVVKC")], excluded("twin-elsewhere"), merged()),
        doses(
            "Another practice: then that practice claims its own record.",
            [gp(), poc(performer="G81086")],
            excluded("twin-elsewhere"),
            counted(practice="G81086"),
        ),
        doses(
            "Another GP feed is no witness of who gave it.",
            [gp(), sent(OTHER_GP, "x", performer="RVV")],
            counted(),
            excluded("performer-elsewhere"),
        ),
        doses(
            "Of two twins, one that names another provider is enough.",
            [gp(), poc(performer="D83013"), poc("three", performer="RVV")],
            excluded("twin-elsewhere"),
        ),
        doses(
            "Where no GP feed brought it, twins of two practices leave two claims.",
            [poc(performer="D83013"), poc("three", performer="G81086")],
            queried("claimed-twice"),
            queried("claimed-twice"),
        ),
    ),
)

PERFORMER_ELSEWHERE = Rule(
    "Row 7",
    (
        "7",
        "performer resolves to another provider or another practice",
        "excluded",
        "`performer-elsewhere`",
    ),
    (
        *(
            doses(f"The performer is {ORGANISATIONS[code]}.", gp(performer=code), excluded("performer-elsewhere"))
            for code in ("RVV", "RVVKC", "FA123", "G81086")
        ),
        doses(
            "Marked as the practice's own, and the performer a trust: the performer speaks first.",
            gp(performer="RVV", gms_notes=("GMS",)),
            excluded("performer-elsewhere"),
        ),
    ),
)
