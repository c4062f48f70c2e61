"""An age as the rules write it: `56d`, `8w`, `2y`, `3y4m`."""

from __future__ import annotations

import re

from msgspec import Struct

_FORM = re.compile(r"(?:(\d+)y)?(?:(\d+)m)?(?:(\d+)w)?(?:(\d+)d)?")


class Age(Struct, frozen=True):
    """Whole years and months first, then days; weeks are held as days."""

    years: int = 0
    months: int = 0
    days: int = 0


def parse_age(text: str) -> Age | None:
    """None where the text is no age."""
    found = _FORM.fullmatch(text.strip())
    if not found or not any(found.groups()):
        return None
    years, months, weeks, days = (int(group or 0) for group in found.groups())
    return Age(years, months, weeks * 7 + days)
