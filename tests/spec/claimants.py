"""Whom a vaccination would be paid to, and which of its records decides for them."""

from __future__ import annotations

from case import Chapter, Rule, counted, doses, excluded, merged, out_of_scope, queried
from small_england import NEW_GP, OLD_GP, OTHER_GP, gp, poc, sent

GP_FEED = Rule(
    "A record from a GP feed",
    ("a record from a GP feed", "claims for the practice that the feed belongs to"),
    (
        doses("Its own dose.", gp(), counted(practice="D83013")),
        doses(
            "Somebody else's dose is claimed, and excluded.",
            gp(performer="RVV"),
            excluded("performer-elsewhere", practice="D83013"),
        ),
    ),
)

OTHER_FEED = Rule(
    "A record from any other feed",
    (
        "a record from any other feed",
        "claims for the practice that the performer resolves to, if it resolves to one; otherwise for nobody: it "
        "serves as a twin (`merged`), or where there is nothing to be a twin of, it is `out_of_scope`, `no-claimant` "
        "(of several such, the earliest recorded; the others are `merged`)",
    ),
    (
        doses("Performed by the practice's branch.", poc(performer="D83013001"), counted(practice="D83013")),
        doses("Performed by a trust, and no GP feed has the dose.", poc(performer="RVV"), out_of_scope("no-claimant")),
        doses("Performed by nobody that is known.", poc(performer=None), out_of_scope("no-claimant")),
        doses(
            "Performed by a trust, and the practice has a copy: the copy decides.",
            [gp(), poc(performer="RVV")],
            excluded("twin-elsewhere"),
            merged(),
        ),
        doses(
            "Of several that nobody claims the earliest recorded is told.",
            [
                poc("a", performer="RVV", recorded="2024-09-13"),
                poc("b", performer="RVV", recorded="2024-09-12"),
            ],
            merged(),
            out_of_scope("no-claimant"),
        ),
    ),
)

DECIDING = Rule(
    "The deciding record",
    (
        "one vaccination, several records of one claimant",
        "decided on a live one if there is one; its own GP-feed record before one whose performer is it; the earliest "
        "recorded (a missing date last), then the smallest identifier. The others are `merged`",
    ),
    (
        doses(
            "A live one before a withdrawn one.",
            [gp("first", withdrawn=True), gp("second", recorded="2024-09-20")],
            merged(),
            counted(),
        ),
        doses(
            "The GP feed's before the point of care's, even recorded later.",
            [poc(performer="D83013"), gp(recorded="2024-09-20")],
            merged(),
            counted(),
        ),
        doses(
            "The earliest recorded.",
            [gp("a", recorded="2024-09-20"), gp("b", recorded="2024-09-13")],
            merged(),
            counted(),
        ),
        doses(
            "The earliest by the clock, whatever offset it is written with.",
            [gp("a", recorded="2024-09-12T09:30:00+00:00"), gp("b", recorded="2024-09-12T10:00:00+01:00")],
            merged(),
            counted(),
        ),
        doses(
            "One moment written in two ways, as a transfer does it: the smallest identifier.",
            [gp("b", recorded="2024-09-12T04:59:00+00:00"), gp("a", recorded="2024-09-12T05:59:00+01:00")],
            merged(),
            counted(),
        ),
        doses(
            "One without a recorded date last.",
            [gp("a", recorded=""), gp("b", recorded="2024-09-20")],
            merged(),
            counted(),
        ),
        doses("Recorded on one day: the smallest identifier.", [gp("b"), gp("a")], merged(), counted()),
        doses(
            "It is the deciding record that is asked who gave it, not its copies.",
            [gp("a", performer="RVV"), gp("b", recorded="2024-09-20")],
            excluded("performer-elsewhere"),
            merged(),
        ),
        doses(
            "All withdrawn: retracted, once.",
            [gp("a", withdrawn=True), gp("b", withdrawn=True)],
            excluded("retracted"),
            merged(),
        ),
    ),
)

SEVERAL = Rule(
    "Several claimants",
    (
        "one vaccination, several claimants",
        "each is decided for itself (a patient who moved brings a copy to the new practice); counted for one at most",
    ),
    (
        doses(
            "The practice that gave it is counted, the one that received the copy is not.",
            [gp(), sent(OTHER_GP, "x", performer="D83013")],
            counted(practice="D83013"),
            excluded("performer-elsewhere", practice="G81086"),
        ),
        doses(
            "The copy alone: the new practice is not paid for what the former one gave.",
            sent(OTHER_GP, "x", performer="D83013"),
            excluded("performer-elsewhere", practice="G81086"),
        ),
        doses(
            "Both name themselves: nobody is counted before a person has looked.",
            [gp(), sent(OTHER_GP, "x", performer="G81086")],
            queried("claimed-twice", practice="D83013"),
            queried("claimed-twice", practice="G81086"),
        ),
    ),
)

SUCCESSION = Rule(
    "A practice and its successor",
    (
        "a practice and its successor",
        "are one claimant: the one that was open on the day, whichever feed brings the record",
    ),
    (
        doses(
            "Given by the predecessor before the succession, brought by the successor's feed: the predecessor's dose.",
            sent(NEW_GP, performer="H81001", occurred="2024-09-13"),
            counted(practice="H81001"),
        ),
        doses(
            "Given after it under the old code: the code means the successor.",
            sent(NEW_GP, performer="H81001", occurred="2024-09-14"),
            counted(practice="H81002"),
        ),
        doses(
            "Brought by the predecessor's feed after the succession: the successor's dose.",
            sent(OLD_GP, performer="H81002", occurred="2024-09-14"),
            counted(practice="H81002"),
        ),
        doses(
            "Both feeds have the dose: one claimant, one count.",
            [
                sent(OLD_GP, "a", performer="H81001", occurred="2024-09-13"),
                sent(NEW_GP, "b", performer="H81001", occurred="2024-09-13"),
            ],
            counted(practice="H81001"),
            merged(practice="H81001"),
            vaccinations=1,
        ),
        doses(
            "One dose, dated on both sides of the succession: each record claims by its own day; a person is asked.",
            [
                sent(OLD_GP, "a", performer="H81001", occurred="2024-09-13", lot="AB12"),
                sent(NEW_GP, "b", performer="H81002", occurred="2024-09-14", lot="AB12"),
            ],
            queried("claimed-twice", practice="H81001"),
            queried("claimed-twice", practice="H81002"),
            vaccinations=1,
        ),
    ),
)

CLAIMANTS = Chapter(
    "The claimant",
    "The GP practice that the vaccination would be paid to. That a patient is on a practice's list is shown in a trace "
    "and decides nothing: no row asks for it.",
    ("what", "claims for"),
    (GP_FEED, OTHER_FEED, DECIDING, SEVERAL, SUCCESSION),
)
