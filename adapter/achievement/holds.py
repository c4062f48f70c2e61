"""What keeps a count from being paid before somebody has looked: a known fault, or a value that is unusually high.

Sources: NHS England London, five programmes at 5 or more for a practice and month; autumn 2024. Whether HPV and
hepatitis B are tested by indicator or summed over the service is not public: a hold applies when either reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from adapter.normalise.hold import Hold, Incident


def holds_of(
    programme: str,
    period: str,
    last_day: date,
    values: Mapping[str, int],
    holds: Sequence[Hold],
    incidents: Sequence[Incident],
) -> tuple[str, ...]:
    """The holds on every count of a practice, programme and month. `values` are its indicators' values."""
    found = set()
    if any(one.programme == programme and one.period == period and one.state == "open" for one in incidents):
        found.add("incident")
    highest = max([sum(values.values()), *values.values()])
    for hold in holds:
        in_force = (hold.valid_from is None or hold.valid_from <= last_day) and (
            hold.valid_to is None or last_day <= hold.valid_to
        )
        if hold.programme == programme and in_force and highest >= hold.threshold:
            found.add("threshold")
    return tuple(sorted(found))
