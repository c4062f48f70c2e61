"""Days and organisations the slow way. Part of the second opinion in `reference.py`.

The small directory is a dict: code → {"is": practice | site | other | commissioner, "from", "to", "parent",
"next": (code, day), "before": (code, day)}.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reference_codes import table

Directory = dict[str, dict[str, Any]]

NOT_PROVIDERS = {row["code"] for row in table("not_providers")}
BORN = table("identifier_systems")


def london_day(text: str) -> date | None:
    """The day in London; None for a year, a month or nothing."""
    if len(text) < 10:
        return None
    if len(text) == 10:
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment.date() if moment.tzinfo is None else moment.astimezone(ZoneInfo("Europe/London")).date()


def possible_days(text: str) -> list[date]:
    """The first and the last day that a date may mean; none where nothing is said."""
    exact = london_day(text)
    if exact or not text:
        return [exact] if exact else []
    year, month = int(text[:4]), int(text[5:7]) if len(text) == 7 else 0
    after = date(year + (month or 12) // 12, (month or 12) % 12 + 1, 1)
    return [date(year, month or 1, 1), after - timedelta(days=1)]


def later(born: date, age: str) -> date:
    """The day on which somebody born then reaches an age such as 56d, 8w, 3y4m. The 29th of February comes of age
    on the 1st of March, as any day that a month lacks does on the first of the next.
    """
    days = sum(int(number) * (7 if unit == "w" else 1) for number, unit in re.findall(r"(\d+)([dw])", age))
    months = sum(int(number) * (12 if unit == "y" else 1) for number, unit in re.findall(r"(\d+)([ym])", age))
    year, month = divmod(born.year * 12 + born.month - 1 + months, 12)
    day = born.day
    try:
        reached = date(year, month + 1, day)
    except ValueError:
        reached = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return reached + timedelta(days=days)


def is_open(place: dict[str, Any], on: date | None) -> bool:
    return on is None or place.get("from", date.min) <= on <= place.get("to", date.max)


def practice_on(code: str, on: date | None, directory: Directory) -> str:
    """The practice that a practice's code means on a day: itself or its successor; "" for none."""
    place = directory[code]
    if on is None:
        return code
    if "next" in place and on >= place["next"][1]:
        return practice_on(place["next"][0], on, directory)
    return code if is_open(place, on) else ""


def claimant_on(code: str, on: date | None, directory: Directory) -> str:
    """A practice and its successor are one claimant: the one that was open on the day."""
    for one in sorted(family(code, directory)) if on else []:
        if one in directory and is_open(directory[one], on):
            return one
    return code


def family(code: str, directory: Directory) -> set[str]:
    """The practice with all that came before and after it."""
    found = {code}
    for _ in directory:
        for one in list(found):
            place = directory.get(one, {})
            found |= {place[key][0] for key in ("next", "before") if key in place}
    return found


def resolve(ref: tuple[str, str] | None, on: date | None, directory: Directory) -> tuple[str, str]:
    """(kind, practice): kind is practice, other, school, nobody (not a provider), unknown or absent."""
    if ref is None:
        return "absent", ""
    code = ref[1].replace(" ", "").upper()
    if not code or code in NOT_PROVIDERS or re.fullmatch(r"G\d{7}", code):
        return "nobody", ""
    if re.fullmatch(r"\d{6}", code) and code not in directory:
        return "school", ""
    place = directory.get(code)
    if place is None:
        return "unknown", ""
    if place["is"] == "practice":
        means = practice_on(code, on, directory)
        return ("practice", means) if means else ("unknown", "")
    if not is_open(place, on):
        return "unknown", ""
    if place["is"] == "commissioner":
        return "nobody", ""
    if place["is"] == "site" and directory[place["parent"]]["is"] == "practice":
        return resolve(("", place["parent"]), on, directory)
    return "other", ""


def birthplaces(identifiers: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(kind, practice named in it) for each identifier's system."""
    found = []
    for system, _ in identifiers:
        kind, practice = "unknown", ""
        for row in BORN:
            if row["system"] == system:
                kind = row["born"]
            elif row["match"] == "prefix" and system.startswith(row["system"]):
                kind = row["born"]
                practice = system[len(row["system"]) :].split("/")[0] if row["practice_follows"] == "yes" else ""
        found.append((kind, practice))
    return found
