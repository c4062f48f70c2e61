"""Which records and weeks somebody wants to see judged. Apart from the judging, which takes a while to load."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct


class Asked(Struct, frozen=True):
    """What is looked at: what had arrived by `as_of` (all, where None), records made up to the week `until`, weeks
    judged from `since` on. `gms_extension` as in a run.
    """

    as_of: datetime | None = None
    since: int | None = None
    until: int | None = None
    gms_extension: str = ""
