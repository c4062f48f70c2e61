"""What a vaccination is, seen from its claimants: deciding record, dose, person. Part of the second opinion in
`reference.py`.
"""

from __future__ import annotations

from typing import Any

from reference_codes import CONTEXT
from reference_indicators import age_fits, rows_of
from reference_linking import Record
from reference_places import later, london_day, possible_days


def order(record: Record) -> tuple[Any, ...]:
    return (not record["recorded"], record["recorded"], *record["key"][1:], record["key"][0])


def claims_of(group: list[Record]) -> list[dict[str, Any]]:
    claims = []
    for practice in sorted({record["claimant"] for record in group if record["claimant"]}):
        own = [record for record in group if record["claimant"] == practice]
        own.sort(key=lambda record: (not record["live"], not record["feed_practice"], *order(record)))
        claims.append({"practice": practice, "kin": own[0]["kin"], "group": group, "own": own, "deciding": own[0]})
    return claims


def live(group: list[Record]) -> list[Record]:
    return [record for record in group if record["live"]]


def facts(group: list[Record], deciding: Record, patient: list[Record]) -> dict[str, Any]:
    """What the indicator asks of a dose: its own record first, then the live linked ones."""
    codes, on = deciding["codes"], deciding["on"]
    others = [deciding, *live(group)]
    contexts = [
        (CONTEXT.get(code, ""), london_day(day)) for record in others for _, code, day in record["context"] if on
    ]
    refused = [
        one["on"] <= on
        for one in patient
        if one["live"] and one["on"] and on
        for _, code in one["procedure"]
        if CONTEXT.get(code) == "contraindicated-nasal-flu"
    ]
    born = next((london_day(record["born"]) for record in others if london_day(record["born"])), None)
    dose = {
        "vaccination": min(record["key"] for record in group),
        "on": on,
        "born": born,
        "sex": next((record["sex"] for record in others if record["sex"] not in ("", "unknown")), ""),
        "dose": codes["dose"],
        "form": codes["form"],
        "order_only": codes["order_only"],
        "pregnant": any(record["codes"]["pregnant"] for record in others) or ("pregnancy", on) in contexts,
        "at_risk": any(kind == "at-risk" and day and day <= on for kind, day in contexts),
        "nasal_contraindicated": any(
            kind == "contraindicated-nasal-flu" and day and day <= on for kind, day in contexts
        )
        or any(refused),
    }
    days = possible_days(deciding["occurred"]) or [None]
    left = [narrowed(set(codes["allowed"]), {**dose, "on": day}) for day in days]
    dose["allowed"] = left[0] if left[0] == left[-1] else set(codes["allowed"])
    dose["programme"] = next(iter(dose["allowed"])) if len(dose["allowed"]) == 1 else ""
    return dose


def narrowed(allowed: set[str], dose: dict[str, Any]) -> set[str]:
    """The programmes that age and pregnancy leave of those that the codes allow."""
    on, born = dose["on"], dose["born"]
    if on and born:
        if {"child-flu", "seasonal-flu"} <= allowed:
            child = age_fits(rows_of("child-flu")[0], on, born)
            allowed = allowed - {"seasonal-flu" if child else "child-flu"}
        for young, age, old in (
            ("rsv-pregnant", "56y", "rsv-older"),
            ("four-in-one", "10y", "pertussis"),
            ("pcv", "2y", "pneumococcal"),
        ):
            if {young, old} <= allowed:
                allowed = allowed - {young if on >= later(born, age) else old}
    if len(allowed) > 1 and dose["pregnant"]:
        allowed = (allowed & {"pertussis", "rsv-pregnant"}) or allowed
    if allowed == {"four-in-one"} and dose["pregnant"] and not (on and born and on < later(born, "10y")):
        return {"pertussis"}
    return allowed


def dose_of(group: list[Record], patient: list[Record]) -> list[dict[str, Any]]:
    """The dose that a vaccination adds to the patient's history, whoever gave it."""
    given = [record for record in live(group) if record["given"] and record["on"]]
    if not given:
        return []
    leading = [claim["deciding"] for claim in claims_of(group) if any(claim["deciding"] is one for one in given)]
    return [facts(group, (leading or sorted(given, key=order))[0], patient)]
