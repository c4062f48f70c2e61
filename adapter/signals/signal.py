"""The signals: what each looks at, in a sentence, and what somebody who sees it can do."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from adapter.signals.figure import Figure


class Signal(StrEnum):
    """`sentence` says what is off; `advice` where to look first."""

    sentence: str
    advice: str

    def __new__(cls, value: str, sentence: str, advice: str) -> Signal:
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence, member.advice = sentence, advice
        return member

    VOLUME_LOW = (
        "volume-low",
        "Fewer records than its own past leads to expect.",
        "Ask the source whether an export has stopped; `adapter quarantine` shows what could not be read.",
    )
    VOLUME_HIGH = (
        "volume-high",
        "More records than its own past leads to expect.",
        "See whether somebody else's doses are copied in, or doses are sent twice.",
    )
    PERFORMER = (
        "performer-share",
        "The share of this kind of performer has risen.",
        "Compare the performer with who gave the doses: a system may fill in its default.",
    )
    PERFORMER_MISSING = (
        "performer-missing",
        "More records than usual name no performer.",
        "Ask the supplier what changed: a release may have dropped the element.",
    )
    PERFORMER_LOCATION = (
        "performer-location",
        "Performer and place belong to different providers more often than usual.",
        "See which of the two is a default: doses may be copied in from where the place lies.",
    )
    BORN_ELSEWHERE = (
        "born-elsewhere",
        "More records of the practice's feed than usual were born in another system.",
        "Somebody else's doses are being filed here: see that they are not coded as the practice's own.",
    )
    TWINS_DISAGREE = (
        "twins-disagree",
        "More records than usual name another performer than another feed does for the same dose.",
        "One of the two is wrong about who gave it: ask whoever gave the doses.",
    )
    CODE_NEW = (
        "code-new",
        "A code that never came before, and that no table has.",
        "`adapter mappings explain` and `look-up` tell what it is; until a table has it, it counts nowhere.",
    )
    CODE_UNREADABLE = (
        "code-unreadable",
        "More records than usual have codes that cannot be used.",
        "See whether an export mangles long numbers, or a transfer loses codes.",
    )
    RECORDED_LATE = (
        "recorded-late",
        "More records than usual were made over 31 days after the vaccination.",
        "Somebody else's doses may be entered in bulk: see who gave them.",
    )
    DELIVERY_OVERDUE = (
        "delivery-overdue",
        "Nothing has come for longer than the feed's own rhythm explains.",
        "Ask whoever sends it; what is missing is missing from every count.",
    )


VOLUMES = (Signal.VOLUME_LOW, Signal.VOLUME_HIGH)


class Share(Struct, frozen=True):
    """A figure as a share of another, watched for a rise. `of` tells apart what one signal looks at."""

    signal: Signal
    part: Figure
    whole: Figure = Figure.RECORDS
    of: str = ""
    gp: bool | None = None
    """Only in practices' own feeds, only in others, or in both."""


SHARES = (
    Share(Signal.PERFORMER, Figure.PERFORMER_PRACTICE, of="another practice", gp=True),
    Share(Signal.PERFORMER, Figure.PERFORMER_PRACTICE, of="a practice", gp=False),
    Share(Signal.PERFORMER, Figure.PERFORMER_PROVIDER, of="another provider", gp=True),
    Share(Signal.PERFORMER, Figure.PERFORMER_UNKNOWN, of="unknown"),
    Share(Signal.PERFORMER_MISSING, Figure.PERFORMER_MISSING),
    Share(Signal.PERFORMER_LOCATION, Figure.MISPLACED, Figure.PLACED),
    Share(Signal.BORN_ELSEWHERE, Figure.BORN_POC, of="a point-of-care system", gp=True),
    Share(Signal.BORN_ELSEWHERE, Figure.BORN_PRACTICE, of="another practice", gp=True),
    Share(Signal.TWINS_DISAGREE, Figure.TWINS_DISAGREE),
    Share(Signal.CODE_UNREADABLE, Figure.UNREADABLE),
    Share(Signal.RECORDED_LATE, Figure.LATE, Figure.DATED),
)
