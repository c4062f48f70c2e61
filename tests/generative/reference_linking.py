"""What one record says, and which records speak of one vaccination. Part of the second opinion in `reference.py`."""

from __future__ import annotations

import re
from typing import Any

from reference_codes import NOT_GIVEN_ROLES, read_codes
from reference_places import Directory, birthplaces, claimant_on, family, london_day, resolve

Record = dict[str, Any]
FILLERS = ("", "0", "NA", "N/A", "UNKNOWN", "NONE")


def study(record: Record, directory: Directory) -> Record:
    known = dict(record)
    known["key"] = (record["feed"], *min(record["identifiers"]))
    known["on"] = london_day(record["occurred"])
    known["codes"] = read_codes(record)
    named = {tuple(one) for one in record["performer"]}
    known["performer_is"] = resolve(named.pop() if len(named) == 1 else None, known["on"], directory)
    known["location_is"] = resolve(record["location"], known["on"], directory)
    known["given"] = not (
        record["status"] == "not-done" or record["not_given"] or known["codes"]["role"] in NOT_GIVEN_ROLES
    )
    known["live"] = not record["withdrawn"]
    if record["feed_practice"]:
        known["claimant"] = claimant_on(record["feed_practice"], known["on"], directory)
    else:
        known["claimant"] = known["performer_is"][1]
    known["kin"] = tuple(sorted(family(known["claimant"], directory)))
    return known


def gms(record: Record, directory: Directory) -> str:
    """own, other, absent or unclear (two marks that differ)."""
    marks = {"own" if note == "GMS" else "other" for note in record["gms_notes"]}
    if record["gms_flag"] is not None:
        marks.add("own" if record["gms_flag"] else "other")
    if len(set(record["gms_notes"])) > 1 or len(marks) > 1:
        return "unclear"
    if marks == {"own"}:
        return "own" if born_here(record, directory) else "absent"
    return "other" if marks else "absent"


def born_here(record: Record, directory: Directory) -> bool:
    """Nothing says that it was born elsewhere: an identifier that names nobody says nothing."""
    kin = family(record["claimant"], directory)
    elsewhere = [
        kind in ("poc", "transferred") or (named and named not in kin)
        for kind, named in birthplaces(record["identifiers"])
    ]
    return bool(record["feed_practice"]) and not any(elsewhere)


def copied(record: Record) -> bool:
    return bool(record["feed_practice"]) and any(kind == "poc" for kind, _ in birthplaces(record["identifiers"]))


def is_guid(value: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{64}", value.replace("-", "")) is not None


def event(value: str) -> str:
    return value.replace("-", "").upper()[-32:]


def same_vaccination(one: Record, other: Record) -> bool:
    if not (one["patient"] and one["patient"] == other["patient"]):
        return False
    if not (one["given"] and other["given"]):
        return False
    overlap = bool(one["codes"]["allowed"] & other["codes"]["allowed"])
    for _, value in one["identifiers"]:
        for _, other_value in other["identifiers"]:
            if value == other_value and overlap:
                return True
            if is_guid(value) and is_guid(other_value) and event(value) == event(other_value):
                return True
    if one["on"] is None or other["on"] is None or not overlap:
        return False
    lots = [record["lot"].replace(" ", "").upper() for record in (one, other)]
    same_lot = lots[0] == lots[1] and len(lots[0]) > 1 and lots[0] not in FILLERS
    return one["on"] == other["on"] or (same_lot and abs((one["on"] - other["on"]).days) <= 3)


def vaccinations(records: list[Record]) -> list[list[Record]]:
    groups = [[record] for record in records]
    joined = True
    while joined:
        joined = False
        for first in groups:
            for second in groups:
                if first is not second and any(same_vaccination(one, other) for one in first for other in second):
                    first += second
                    groups.remove(second)
                    joined = True
                    break
            if joined:
                break
    return groups
