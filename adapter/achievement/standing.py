"""How a run's counts stand now: what people have said since then releases or holds them.

A run says what the records give. A declaration and a source-system fault speak of counts, not of records: they change
no value and no root, only whether a count is ready to be paid.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, cell_of
from adapter.normalise.hold import Incident as IncidentRow


def standing(
    achievements: Iterable[Achievement],
    held: Collection[CellKey],
    declared: Collection[CellKey],
    rows: Sequence[IncidentRow],
    closed: Collection[str],
) -> list[Achievement]:
    """The counts with the holds that are in force: `held` are the cells of open incidents, `declared` those whose
    declaration stands. `rows` are the incidents of the tables, `closed` the ids of incidents that were closed.

    A declaration releases a threshold; an incident's hold ends with the incident alone.
    """
    still_open = {(row.programme, row.period) for row in rows if row.state == "open" and row.incident not in closed}
    known = {(row.programme, row.period) for row in rows}
    found = []
    for one in achievements:
        holds = set(one.holds)
        month = (one.programme, one.period)
        if "incident" in holds and month in known and month not in still_open:
            holds.discard("incident")
        if cell_of(one) in held:
            holds.add("incident")
        if cell_of(one) in declared:
            holds.discard("threshold")
        found.append(msgspec.structs.replace(one, holds=tuple(sorted(holds)), state="held" if holds else "ready"))
    return found
