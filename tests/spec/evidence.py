"""What the rows ask about, and how each piece of it is read."""

from __future__ import annotations

from adapter.fhir.statement import Coding, Identifier, OrganisationRef
from case import Chapter, Rule, counted, doses, excluded, merged, queried
from small_england import (
    EMIS,
    GIVEN_ELSEWHERE,
    GMS_EXTENSION,
    NEW_GP,
    ODS,
    OTHER_EMIS,
    PERTUSSIS_IN_PREGNANCY,
    RAVS,
    SNOMED,
    TRANSFERRED,
    URN,
    gp,
    poc,
    sent,
    verdict,
)

DECLINED, NOT_DONE = "866641000000105", "6021000175100"
BOOSTRIX_IPV = "26267211000001100"


def codings(*codes: str) -> tuple[Coding, ...]:
    return tuple(Coding(SNOMED, code) for code in codes)


CODE_ROLE = Rule(
    "Code role",
    (
        "code role",
        "given · given-elsewhere · not-done · declined · contraindicated · requires · unknown. Of the procedure "
        "code, read from every one of its codings: given-elsewhere wins, then not-done; the vaccine code only where "
        "it holds such a code; never of a reason code",
    ),
    (
        doses(
            "Given elsewhere wins over not done.",
            gp(procedure=codings(NOT_DONE, GIVEN_ELSEWHERE)),
            excluded("coded-elsewhere"),
        ),
        doses(
            "Not done wins over given.", gp(procedure=codings(PERTUSSIS_IN_PREGNANCY, NOT_DONE)), excluded("not-given")
        ),
        doses(
            "Declined wins over given.", gp(procedure=codings(PERTUSSIS_IN_PREGNANCY, DECLINED)), excluded("not-given")
        ),
        doses(
            "A vaccine code that says given elsewhere.",
            gp(vaccine=codings(GIVEN_ELSEWHERE)),
            excluded("coded-elsewhere"),
        ),
        doses(
            "A vaccine code that names a product says nothing of the giving.",
            gp(vaccine=codings(BOOSTRIX_IPV)),
            counted(),
        ),
    ),
)

STATUS = Rule(
    "Status",
    ("status", "completed · not-done · entered-in-error · retracted"),
    (
        doses("Completed.", gp(), counted()),
        doses("Not done.", gp(status="not-done"), excluded("not-given")),
        doses("Entered in error, or deleted: withdrawn.", gp(withdrawn=True), excluded("retracted")),
    ),
)

TWICE = (OrganisationRef(ODS, "D83013"), OrganisationRef("https://directory.example/ods", "D83013"))

PERFORMER = Rule(
    "Performer",
    ("performer", "the one performing organisation. Several organisations: absent"),
    (
        doses(
            "Two organisations.",
            gp(performer=(OrganisationRef(ODS, "D83013"), OrganisationRef(ODS, "RVV"))),
            queried("performer-unresolved"),
        ),
        doses("One organisation written twice is one.", gp(performer=TWICE), counted()),
    ),
)

RESOLVED = Rule(
    "Performer and location resolved",
    (
        "performer, location resolved through ODS as at the vaccination date",
        "claimant (itself, a branch or site it operates, a listed sub-contractor) · other practice · other provider "
        "· care home · not a provider (supplier or system code, X99999, a person's code) · unknown code · absent. A "
        "predecessor is the claimant for dates before the succession; its code after that date means the successor. "
        "A code closed on the date and without a successor is unknown. A school number is a location outside the "
        "practice",
    ),
    (
        doses("A branch is its practice.", gp(performer="D83013001"), counted()),
        doses("While it is open.", gp(performer="D83013002", occurred="2024-08-31"), counted()),
        doses("Closed, it is nobody.", gp(performer="D83013002"), queried("performer-unresolved")),
        doses("A branch of two practices is asked about.", gp(performer="D83013003"), queried("performer-unresolved")),
        doses(
            "The practice's own mark does not answer that.",
            gp(performer="D83013003", gms_notes=("GMS",)),
            queried("performer-unresolved"),
        ),
        doses(
            "A prescribing cost centre that is no GP practice is another provider.",
            gp(performer="Y00001"),
            excluded("performer-elsewhere"),
        ),
        doses("A site is its trust.", gp(performer="RVVKC"), excluded("performer-elsewhere")),
        doses("A supplier's code is no provider.", gp(performer="X26"), queried("performer-unresolved")),
        doses("A doctor's code is no provider.", gp(performer="G9999998"), queried("performer-unresolved")),
        doses("A care home gives no vaccines.", gp(performer="VLN01"), queried("performer-unresolved")),
        doses("A school as performer tells nobody.", gp(performer="100001"), queried("performer-unresolved")),
        doses(
            "The code of a practice that closed means its successor afterwards.",
            sent(NEW_GP, performer="H81001", occurred="2024-09-20"),
            counted(practice="H81002"),
        ),
        doses(
            "A successor's code on a day on which it was not open yet is unknown, where the feed is another "
            "practice's.",
            gp(performer="H81002", occurred="2024-09-12"),
            queried("performer-unresolved"),
        ),
        doses("A location equal to the performer adds nothing.", gp(location="D83013"), counted()),
        doses(
            "A school is a location outside the practice.",
            gp(location=OrganisationRef(URN, "100001")),
            queried("location-conflict"),
        ),
    ),
)

GMS = Rule(
    "GMS attribute",
    (
        "GMS attribute",
        "own · other · absent. `Not GMS` and `GMS (Another Practice)` are other. `GMS` is own only in a record born "
        "in the claimant's own system; in a transferred record it speaks for an earlier practice and is absent here. "
        "Outside STU3 an extension whose URL is a setting: true own, false other",
    ),
    (
        doses("Own.", gp(performer=None, gms_notes=("GMS",)), counted(reason="gms")),
        doses("Other.", gp(performer=None, gms_notes=("Not GMS",)), excluded("non-gms")),
        doses("Another practice.", gp(performer=None, gms_notes=("GMS (Another Practice)",)), excluded("non-gms")),
        doses("The extension, true.", gp(performer=None, flags={GMS_EXTENSION: True}), counted(reason="gms")),
        doses("The extension, false.", gp(performer=None, flags={GMS_EXTENSION: False}), excluded("non-gms")),
        doses(
            "A transferred record's mark is absent.",
            gp(system=TRANSFERRED, performer=None, gms_notes=("GMS",)),
            queried("performer-unresolved"),
        ),
        doses(
            "Born in another practice's system: absent.",
            gp(system=OTHER_EMIS, performer=None, gms_notes=("GMS",)),
            queried("performer-unresolved"),
        ),
        doses(
            "A second identifier that tells of a transfer is enough.",
            gp(
                identifiers=(Identifier(EMIS, "one"), Identifier(TRANSFERRED, "one")),
                performer=None,
                gms_notes=("GMS",),
            ),
            queried("performer-unresolved"),
        ),
        doses(
            "A point-of-care record's mark is no practice's.",
            poc(performer="D83013", gms_notes=("GMS",), primary_source=False),
            queried("secondary-source"),
        ),
    ),
)

PRIMARY = Rule(
    "primarySource",
    ("primarySource", "true · false · absent. Weak: GP systems send true when they do not know"),
    (
        doses("True proves nothing.", gp(performer=None), queried("performer-unresolved")),
        doses("False asks.", gp(primary_source=False), queried("secondary-source")),
        doses("Absent asks nothing.", gp(primary_source=None), counted()),
    ),
)

BORN = Rule(
    "identifier.system",
    (
        "identifier.system",
        "names the system the record was born in; a point-of-care system's identifier inside a GP feed is a sign of a "
        "copied-in record. Its absence proves nothing: filing can drop it",
    ),
    (
        doses("A point-of-care system's identifier in a GP feed.", gp(system=RAVS), queried("copied-in")),
        doses(
            "Beside the practice's own identifier it is seen as well.",
            gp(identifiers=(Identifier(EMIS, "one"), Identifier(RAVS, "one"))),
            queried("copied-in"),
        ),
        doses("No system proves nothing.", gp(system=""), counted()),
        doses("A transfer proves nothing of who gave it.", gp(system=TRANSFERRED), counted()),
    ),
)

REVIEW = Rule(
    "Review",
    (
        "review",
        "a person's recorded verdict for a claimant and record after looking at the patient record: "
        "given-by-practice · given-elsewhere. It survives re-runs and new twins",
    ),
    (
        doses(
            "It survives a new twin.",
            [gp(), poc(performer="RVV")],
            counted(reason="reviewed-given"),
            merged(),
            reviews=(verdict("given-by-practice"),),
        ),
        doses(
            "It holds for the practice's whole line of succession.",
            sent(NEW_GP, performer="RVV"),
            counted(reason="reviewed-given"),
            reviews=(verdict("given-by-practice", practice="H81001", feed=NEW_GP),),
        ),
    ),
)

EVIDENCE = Chapter(
    "Evidence",
    "How each piece is read. Display text and reasons are never read; what the administrator's role, the Encounter or "
    "an extension say is read into these few values before any rule is asked.",
    ("evidence", "values"),
    (CODE_ROLE, STATUS, PERFORMER, RESOLVED, GMS, PRIMARY, BORN, REVIEW),
)
