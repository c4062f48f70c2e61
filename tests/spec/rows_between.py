"""Rows 8 to 15: the evidence says that the practice gave it, or a person is asked; and the review that answers."""

from __future__ import annotations

from adapter.fhir.statement import OrganisationRef
from case import Doses, Rule, counted, doses, excluded, merged, queried
from small_england import (
    GIVEN_ELSEWHERE,
    GMS_EXTENSION,
    MARKED,
    MARKED_POC,
    ODS,
    ORGANISATIONS,
    OTHER_EMIS,
    RAVS,
    TRANSFERRED,
    URN,
    gp,
    poc,
    sent,
    verdict,
)

LOCATION_CONFLICT = Rule(
    "Row 8",
    (
        "8",
        "performer is the claimant, location resolves to another provider or another practice, or is a school (a URN "
        "under either system). A care home or a private address is no conflict",
        "queried",
        "`location-conflict`",
    ),
    (
        *(
            doses(f"The place is {ORGANISATIONS[code]}.", gp(location=code), queried("location-conflict"))
            for code in ("RVV", "RVVKC", "G81086", "100001")
        ),
        doses(
            "The place is a school, under its own number system.",
            gp(location=OrganisationRef(URN, "100001")),
            queried("location-conflict"),
        ),
        *(
            doses(f"No conflict: the place is {ORGANISATIONS[code]}.", gp(location=code), counted())
            for code in ("D83013", "D83013001", "VLN01", "X99999", "ZZZ99")
        ),
    ),
)

COPIED = gp(system=RAVS)

COPIED_IN = Rule(
    "Row 9",
    (
        "9",
        "performer is the claimant, and the record in the GP feed was born in a point-of-care system (its identifier "
        "system says so) with no live twin from a non-GP feed whose performer is the claimant",
        "queried",
        "`copied-in`",
    ),
    (
        doses("Nobody confirms it.", COPIED, queried("copied-in")),
        doses("Its source confirms that the practice gave it.", [COPIED, poc(performer="D83013")], counted(), merged()),
        doses("Its source says that a trust gave it.", [COPIED, poc(performer="RVV")], excluded("twin-elsewhere")),
        doses(
            "Its source was withdrawn, and confirms nothing.",
            [COPIED, poc(performer="D83013", withdrawn=True)],
            queried("copied-in"),
        ),
        doses(
            "The same record straight from the point-of-care feed is not copied in.",
            poc(performer="D83013"),
            counted(practice="D83013"),
        ),
    ),
)

SECONDARY_SOURCE = Rule(
    "Row 10",
    (
        "10",
        "performer is the claimant, primarySource false, GMS attribute not own",
        "queried",
        "`secondary-source`",
    ),
    (
        doses("It says itself that it is second-hand.", gp(primary_source=False), queried("secondary-source")),
        doses("Marked as own: counted.", gp(primary_source=False, gms_notes=("GMS",)), counted()),
        doses("Nothing said is not false.", gp(primary_source=None), counted()),
    ),
)

GMS_MISSING = Rule(
    "Row 11",
    (
        "11",
        "performer is the claimant, GMS attribute absent, in a feed that is declared to carry GMS markers "
        "(`--gms-markers`), no live twin from a non-GP feed whose performer is the claimant; or two different marks",
        "queried",
        "`gms-missing`",
    ),
    (
        doses("A feed that marks, and no mark.", sent(MARKED), queried("gms-missing")),
        doses("Marked as own.", sent(MARKED, gms_notes=("GMS",)), counted()),
        doses("A twin confirms.", [sent(MARKED), poc(performer="D83013")], counted()),
        doses(
            "A second entry of the same feed and organisation is no twin.",
            [sent(MARKED_POC, "a"), sent(MARKED_POC, "b")],
            queried("gms-missing"),
            merged(),
        ),
        doses("In a feed that does not mark, no mark means nothing.", gp(), counted()),
        doses(
            "Two different marks are as none, and are asked about in any feed.",
            gp(gms_notes=("GMS", "Not GMS")),
            queried("gms-missing"),
        ),
    ),
)

LISTED = "D83013,FA123,pertussis,contract,2024-09-01,2024-09-30,,"

PERFORMER_IS_CLAIMANT = Rule(
    "Row 12",
    ("12", "performer is the claimant", "counted", "`performer-is-claimant`"),
    (
        doses("The practice itself.", gp(), counted()),
        doses("Its branch.", gp(performer="D83013001"), counted()),
        doses(
            "A sub-contractor that is listed for the programme and the date.",
            gp(performer="FA123"),
            counted(),
            sub_contractor=LISTED,
        ),
        doses(
            "On the last day of the listing.",
            gp(performer="FA123", occurred="2024-09-30"),
            counted(),
            sub_contractor=LISTED,
        ),
        doses(
            "A day after it.",
            gp(performer="FA123", occurred="2024-10-01"),
            excluded("performer-elsewhere"),
            sub_contractor=LISTED,
        ),
        doses(
            "Listed for another programme.",
            gp(performer="FA123"),
            excluded("performer-elsewhere"),
            sub_contractor="D83013,FA123,seasonal-flu,contract,2024-09-01,,,",
        ),
        doses(
            "Listed for another practice.",
            gp(performer="FA123"),
            excluded("performer-elsewhere"),
            sub_contractor="G81086,FA123,pertussis,contract,2024-09-01,,,",
        ),
    ),
)

OWN_MARK = Rule(
    "Row 13",
    ("13", "performer absent, unknown or not a provider; GMS attribute own", "counted", "`gms`"),
    (
        *(
            doses(f"{said}, and marked as own.", gp(performer=code, gms_notes=("GMS",)), counted(reason="gms"))
            for code, said in (
                (None, "No performer"),
                ("", "A performer that is no code"),
                ("X99999", "A performer that stands for nobody"),
                ("ZZZ99", "A performer that no directory knows"),
            )
        ),
        doses("The extension says true.", gp(performer=None, flags={GMS_EXTENSION: True}), counted(reason="gms")),
        *(
            doses(
                f"The mark of a record that was born in {where} speaks for that place, and is absent here.",
                gp(system=system, performer=None, gms_notes=("GMS",)),
                queried("performer-unresolved"),
            )
            for system, where in (
                (TRANSFERRED, "a transfer"),
                (OTHER_EMIS, "another practice's system"),
                (RAVS, "a point-of-care system"),
            )
        ),
    ),
)

TWIN_CONFIRMS = Rule(
    "Row 14",
    (
        "14",
        "performer absent, unknown or not a provider; a live twin from a non-GP feed whose performer is the claimant",
        "counted",
        "`twin-confirms`",
    ),
    (
        doses(
            "The point of care names the practice.",
            [gp(performer=None), poc(performer="D83013")],
            counted(reason="twin-confirms"),
            merged(),
        ),
        doses(
            "The point of care names nobody either.",
            [gp(performer=None), poc(performer=None)],
            queried("performer-unresolved"),
            merged(),
        ),
        doses(
            "Two different marks are a doubt that a twin does not take away.",
            [gp(performer=None, gms_notes=("GMS", "Not GMS")), poc(performer="D83013")],
            queried("performer-unresolved"),
        ),
    ),
)

SEVERAL = (OrganisationRef(ODS, "D83013"), OrganisationRef(ODS, "RVV"))

UNRESOLVED = Rule(
    "Row 15",
    ("15", "performer absent, unknown or not a provider", "queried", "`performer-unresolved`"),
    (
        *(
            doses(f"{said}.", gp(performer=code), queried("performer-unresolved"))
            for code, said in (
                (None, "No performer"),
                ("", "A performer that is no code"),
                ("X99999", "The code for an unknown place"),
                ("YGA", "A supplier's code"),
                ("G9999998", "A doctor's code"),
                ("ZZZ99", "A code that no directory knows"),
                ("97R", "A commissioner, who gives no vaccines"),
                ("VLN01", "A care home, which gives none either"),
            )
        ),
        doses("Several organisations are as none.", gp(performer=SEVERAL), queried("performer-unresolved")),
    ),
)


def _reviewed(says: str, **more: object) -> Doses:
    return doses(says, gp(**more), counted(reason="reviewed-given"), reviews=(verdict("given-by-practice"),))  # type: ignore[arg-type]


REVIEWED_GIVEN = Rule(
    "A review that says given-by-practice",
    (
        "review",
        "a review says given-by-practice: it answers rows 3 to 15; the steps below that are not rows still apply, and "
        "if they pass",
        "counted",
        "`reviewed-given`",
    ),
    (
        _reviewed("It answers row 4.", code=GIVEN_ELSEWHERE),
        _reviewed("It answers row 5.", gms_notes=("Not GMS",)),
        doses(
            "It answers row 6.",
            [gp(), poc(performer="RVV")],
            counted(reason="reviewed-given"),
            reviews=(verdict("given-by-practice"),),
        ),
        _reviewed("It answers row 7.", performer="RVV"),
        _reviewed("It answers row 8.", location="RVV"),
        _reviewed("It answers row 10.", primary_source=False),
        _reviewed("It answers row 15.", performer=None),
        doses(
            "It does not answer row 1.",
            gp(withdrawn=True),
            excluded("retracted"),
            reviews=(verdict("given-by-practice"),),
        ),
        doses(
            "It does not answer row 2.",
            gp(status="not-done"),
            excluded("not-given"),
            reviews=(verdict("given-by-practice"),),
        ),
        doses(
            "It does not make an indicator fit.",
            gp(sex="male"),
            excluded("not-in-pregnancy"),
            reviews=(verdict("given-by-practice"),),
        ),
        doses(
            "It does not make a code sound.",
            gp(code=None, has_text=True),
            queried("code-degraded"),
            reviews=(verdict("given-by-practice"),),
        ),
    ),
)
