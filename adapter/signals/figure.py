"""What is counted, week by week, of the live records in which a vaccine was given."""

from __future__ import annotations

from enum import IntEnum


class Figure(IntEnum):
    """A place in the figures of a week. `RECORDS` is every record; each other one is some of them."""

    RECORDS = 0
    PERFORMER_OWN = 1
    """The performer is the practice whose feed it is, its branch or its listed sub-contractor."""
    PERFORMER_PRACTICE = 2
    """The performer is a GP practice, though the feed is another's."""
    PERFORMER_PROVIDER = 3
    """The performer is another provider."""
    PERFORMER_UNKNOWN = 4
    """A performer is named and nobody can tell who that is: an unknown code, no provider, a school, a care home."""
    PERFORMER_MISSING = 5
    """No performer, or several."""
    PLACED = 6
    """Both performer and place are known organisations."""
    MISPLACED = 7
    """Of these, the place belongs to somebody other than the performer."""
    BORN_POC = 8
    """In a GP feed: an identifier of a point-of-care system."""
    BORN_PRACTICE = 9
    """In a GP feed: an identifier of another practice, or one that came with a transfer."""
    TWINS_DISAGREE = 10
    """Another feed has a record of the same dose, and names another performer."""
    UNREADABLE = 11
    """The codes cannot be used: mangled, degraded, contradicting, or no code at all."""
    DATED = 12
    """Day of the vaccination and day of the record are both known."""
    LATE = 13
    """Of these, recorded more than 31 days after it was given."""


FIGURES = len(Figure)
