"""Rows 1 to 15: for one vaccination seen from one claimant, the first row that matches decides."""

from __future__ import annotations

from case import Chapter
from rows_against import (
    CODED_ELSEWHERE,
    NON_GMS,
    NOT_GIVEN,
    PERFORMER_ELSEWHERE,
    REVIEWED_ELSEWHERE,
    TWIN_ELSEWHERE,
    WITHDRAWN,
)
from rows_between import (
    COPIED_IN,
    GMS_MISSING,
    LOCATION_CONFLICT,
    OWN_MARK,
    PERFORMER_IS_CLAIMANT,
    REVIEWED_GIVEN,
    SECONDARY_SOURCE,
    TWIN_CONFIRMS,
    UNRESOLVED,
)

ROWS = Chapter(
    "The decision, first match wins",
    "A *twin* is a live record of the same vaccination by another feed; *absent, unknown or not a provider* includes a "
    "care home and a school as performer, which give no vaccines themselves. A code that leads to more than one "
    "organisation goes to row 15.",
    ("row", "when", "outcome", "reason"),
    (
        WITHDRAWN,
        NOT_GIVEN,
        REVIEWED_ELSEWHERE,
        CODED_ELSEWHERE,
        NON_GMS,
        TWIN_ELSEWHERE,
        PERFORMER_ELSEWHERE,
        LOCATION_CONFLICT,
        COPIED_IN,
        SECONDARY_SOURCE,
        GMS_MISSING,
        PERFORMER_IS_CLAIMANT,
        OWN_MARK,
        TWIN_CONFIRMS,
        UNRESOLVED,
        REVIEWED_GIVEN,
    ),
)
