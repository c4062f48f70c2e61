"""What the codes of one record say, looked up the slow way. Part of the second opinion in `reference.py`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

Row = dict[str, str]
Coding = tuple[str, str]  # system as sent, code as sent

FOLDER = Path(__file__).parents[2] / "mappings"


def table(name: str) -> list[Row]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


CONCEPTS = {row["code"]: row for row in table("snomed")}
PRODUCTS = {row["code"]: row for row in table("products")}
READ = {"readv2": {row["code"]: row for row in table("read_v2")}, "ctv3": {row["code"]: row for row in table("ctv3")}}
DESCRIPTIONS = {row["description"]: row for row in table("description_ids")}
MANGLED = {row["code"] for row in table("mangled_codes") if row["category"] not in ("partition",)}
DISEASE_SETS = {row["diseases"]: row for row in table("target_diseases")}
SYSTEMS = table("code_systems")
ROUTES = {(row["system"], row["code"]): row["form"] for row in table("routes")}
CONTEXT = {row["code"]: row["context"] for row in table("context_codes")}
COUNTED = {row["programme"] for row in table("programmes") if row["counted"] == "yes"}

NOT_GIVEN_ROLES = ("not-done", "declined", "contraindicated", "requires")

TIMES = "0123456789 1234067895 2340178956 3401289567 4012395678 5987604321 6598710432 7659821043 8765932104 9876543210"
TURN = "0123456789 1576283094 5803796142 8916043527 9453126870 4286573901 2793806415 7046913258"


def check_digit_holds(digits: str) -> bool:
    """Verhoeff, from the two tables of the published description."""
    times, turn, so_far = TIMES.split(), TURN.split(), 0
    for place, digit in enumerate(reversed(digits)):
        so_far = int(times[so_far][int(turn[place % 8][int(digit)])])
    return so_far == 0


def system_kind(system: str) -> str:
    for row in SYSTEMS:
        if row["system"] == system or (row["match"] == "prefix" and system.startswith(row["system"])):
            return row["reads_as"]
    return "other"


def meaning(coding: Coding) -> dict[str, Any]:
    """One coding: `is` says what it is (listed, unlisted, broken, none), the rest is the row of the table."""
    system, code = coding
    kind = system_kind(system)
    if kind in ("other", "null-flavour"):
        return {"is": "none"}
    if kind in READ:
        row = READ[kind].get(code[:5])
        return {"is": "unlisted"} if row is None else {"is": "listed", "kind": kind, **row}
    if code in MANGLED:
        return {"is": "broken"}
    if not (code.isascii() and code.isdigit() and 6 <= len(code) <= 18 and code[0] != "0"):
        return {"is": "broken"}
    if not check_digit_holds(code):
        return {"is": "broken"}
    part = code[-3:-1]
    if part in ("01", "11"):
        row = DESCRIPTIONS.get(code)
        if row is None or not (row["concept"] or row["role"]):
            return {"is": "broken"}
        if not row["concept"]:
            return {"is": "listed", "kind": "snomed", **row}
        code = row["concept"]
    elif part not in ("00", "10") or (part == "00" and len(code) >= 13):
        return {"is": "broken"}
    if code in CONCEPTS:
        return {"is": "listed", "kind": "snomed", **CONCEPTS[code]}
    if code in PRODUCTS:
        return {"is": "listed", "kind": "snomed", "role": "product", **PRODUCTS[code]}
    return {"is": "unlisted"}


def programmes_of(row: dict[str, Any]) -> set[str]:
    return {key for key in row.get("programmes", "").split("|") if key}


def preferred(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Translations of one thing: the SNOMED concept first, else Read."""
    concepts = [one for one in found if one["kind"] == "snomed"]
    return concepts or found


def read_codes(record: dict[str, Any]) -> dict[str, Any]:
    """Everything that the codes of one record say.

    `state` is sound, degraded or invalid; `allowed` the programmes that its codes leave; `contradict` says that they
    name programmes that do not overlap.
    """
    procedure = [meaning(one) for one in record["procedure"]]
    vaccine = [meaning(one) for one in record["vaccine"]]
    both = [one for one in procedure + vaccine if one["is"] == "listed"]
    roles = [one["role"] for one in both]
    role = "unknown"
    if "given-elsewhere" in roles:
        role = "given-elsewhere"
    else:
        for each in (*NOT_GIVEN_ROLES, "given"):
            if each in roles:
                role = each
                break

    named: list[set[str]] = []
    for part in (procedure, vaccine):
        useful = [one for one in part if one["is"] == "listed" and programmes_of(one)]
        named.extend(programmes_of(one) for one in preferred(useful))
    diseases = sorted({code for _, code in record["diseases"]})
    disease_row = DISEASE_SETS.get("+".join(diseases))
    if disease_row is not None:
        named.append(set(disease_row["programmes"].split("|")))
    allowed = set.intersection(*named) if named else set()

    sound = [one for one in both if one["role"] != "degraded"]
    if record["text"]:
        sound = [one for one in sound if one.get("code") != "33879002"]
    unlisted = [one for one in procedure + vaccine if one["is"] == "unlisted"]
    broken = [one for one in procedure + vaccine if one["is"] == "broken"]
    degraded = len(sound) < len(both)
    if named or ((sound or unlisted) and not broken and not degraded):
        state = "sound"
    elif degraded or (record["text"] and not broken):
        state = "degraded"
    else:
        state = "invalid"

    forms = {one["form"] for one in both if one.get("form")}
    forms = forms or {ROUTES[coding] for coding in record["route"] if coding in ROUTES}
    stated = ""
    for part in (procedure, vaccine):
        doses = {
            one["dose"]
            for one in preferred([one for one in part if one["is"] == "listed" and programmes_of(one)])
            if one.get("dose")
        }
        if not stated and len(doses) == 1:
            stated = doses.pop()
    return {
        "role": role,
        "state": state,
        "allowed": allowed,
        "named": bool(named),
        "contradict": bool(named) and not allowed,
        "pregnant": any(one.get("pregnancy") == "yes" for one in both),
        "order_only": any(one.get("order_only") == "yes" for one in both)
        or (disease_row is not None and disease_row["order_only"] == "yes"),
        "form": forms.pop() if len(forms) == 1 else "",
        "dose": stated or str(record["dose"] or ""),
    }
