"""A second opinion: the decision written again from the documents, slowly and apart from the product.

Nothing here is shared with the product but the tables of `mappings/`. One patient's records come as plain dicts, the
directory as one, reviews as dicts; out come tuples. It compares every record with every other, as often as it likes.

Where the documents leave room it follows the product, so that what is compared stays comparable:

* the same identifier by two feeds is one vaccination even where the codes share no programme;
* `GMS` is own unless an identifier says that the record was born elsewhere: one that names nobody says nothing;
* two different GMS marks always query, whatever a twin confirms and whether or not the feed declares markers;
* a flu vaccine of no known form is nasal; a booster where the course has none is its last dose;
* pregnancy for RSVP001 is asked on the day of the dose itself, not of the month's earliest;
* a practice and its successor are one claimant by the day of each record: two records of one vaccination on either
  side of a succession are two claimants;
* a review holds for the record that it names and the line of the practice that it names.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from reference_claims import claims_of, dose_of, facts, live, order
from reference_codes import COUNTED
from reference_indicators import PROGRAMMES, counts_patients, judge_indicator, needs_age, rows_of
from reference_linking import Record, copied, gms, study, vaccinations
from reference_places import Directory, family

Answer = tuple[str, str, str, str, str, str | None, str | None, str | None, str | None]


def decide(records: list[Record], directory: Directory, reviews: list[dict[str, str]]) -> list[Answer]:
    """(feed, system, value, outcome, reason, practice, programme, indicator, period) for each record, sorted."""
    known = [study(record, directory) for record in records]
    groups = vaccinations(known)
    claims = [claim for group in groups for claim in claims_of(group)]
    history = [dose for group in groups for dose in dose_of(group, known)]
    for claim in claims:
        judge(claim, history, known, directory, reviews)
    settle_once(claims)
    answers = []
    for group in groups:
        own = [claim for claim in claims if claim["group"] is group]
        answers += answers_of(group, own, known)
    return sorted(answers)


# The questions, from top to bottom


def judge(
    claim: dict[str, Any],
    history: list[dict[str, Any]],
    patient: list[Record],
    directory: Directory,
    reviews: list[dict[str, str]],
) -> None:
    deciding, group = claim["deciding"], claim["group"]
    codes = deciding["codes"]
    dose = facts(group, deciding, patient)
    claim.update(programme=dose["programme"], indicator="", dose=dose, reviewed="")
    fault, indicator = "", ""
    if dose["programme"] in COUNTED:
        indicator = rows_of(dose["programme"])[0]["indicator"]
        if dose["on"]:
            indicator, fault = judge_indicator(dose, history)
    claim["indicator"] = indicator

    def answer(outcome: str, reason: str) -> None:
        claim.update(outcome=outcome, reason=reason)

    verdicts = [
        review["verdict"]
        for review in reviews
        for record in claim["own"]
        if review["practice"] in record["kin"]
        and review["feed"] == record["feed"]
        and (review["system"], review["value"]) in record["identifiers"]
    ]
    verdict = verdicts[-1] if verdicts else ""
    claim["reviewed"] = verdict

    if codes["state"] == "sound" and not codes["contradict"] and not codes["allowed"] & COUNTED:
        return answer("out_of_scope", "no-programme")
    reason = rows_1_to_7(claim, directory, verdict)
    if reason:
        return answer("excluded", reason)
    if codes["state"] == "degraded":
        return answer("queried", "code-degraded")
    if codes["state"] == "invalid":
        return answer("queried", "code-invalid")
    if codes["contradict"]:
        return answer("queried", "codes-contradict")
    if not dose["programme"]:
        return answer("queried", "programme-ambiguous")
    if not deciding["patient"]:
        return answer("queried", "patient-unknown")
    if dose["on"] is None:
        return answer("queried", "date-imprecise")
    if dose["born"] is None and needs_age(dose["programme"]):
        return answer("queried", "age-unknown")
    if fault:
        return answer("excluded", fault)
    if verdict == "given-by-practice":
        return answer("counted", "reviewed-given")
    return answer(*rows_8_to_15(claim, directory))


def whose(resolved: tuple[str, str], claim: dict[str, Any], directory: Directory) -> str:
    """claimant, other-practice, other, school or nobody, seen from the claimant."""
    kind, practice = resolved
    if kind == "practice":
        return "claimant" if practice in family(claim["practice"], directory) else "other-practice"
    return kind if kind in ("other", "school") else "nobody"


def twins(claim: dict[str, Any]) -> list[Record]:
    return [one for one in live(claim["group"]) if one is not claim["deciding"] and not one["feed_practice"]]


def confirmed(claim: dict[str, Any], directory: Directory) -> bool:
    return any(whose(twin["performer_is"], claim, directory) == "claimant" for twin in twins(claim))


def rows_1_to_7(claim: dict[str, Any], directory: Directory, verdict: str) -> str:
    deciding = claim["deciding"]
    if not deciding["live"]:
        return "retracted"
    if not deciding["given"]:
        return "not-given"
    if verdict == "given-elsewhere":
        return "reviewed-elsewhere"
    if verdict == "given-by-practice":
        return ""
    for record in live(claim["group"]):
        mine = record["claimant"] == claim["practice"] or not record["feed_practice"]
        if mine and record["codes"]["role"] == "given-elsewhere":
            return "coded-elsewhere"
    if gms(deciding, directory) == "other":
        return "non-gms"
    for twin in twins(claim):
        giver = whose(twin["performer_is"], claim, directory)
        if giver == "other" or (giver == "other-practice" and deciding["feed_practice"]):
            return "twin-elsewhere"
    if whose(deciding["performer_is"], claim, directory) in ("other", "other-practice"):
        return "performer-elsewhere"
    return ""


def rows_8_to_15(claim: dict[str, Any], directory: Directory) -> tuple[str, str]:
    deciding = claim["deciding"]
    mark = gms(deciding, directory)
    sure = confirmed(claim, directory)
    if whose(deciding["performer_is"], claim, directory) == "claimant":
        if whose(deciding["location_is"], claim, directory) in ("other", "other-practice", "school"):
            return "queried", "location-conflict"
        if copied(deciding) and not sure:
            return "queried", "copied-in"
        if deciding["primary_source"] is False and mark != "own":
            return "queried", "secondary-source"
        if mark == "unclear" or (mark == "absent" and deciding["feed_markers"] and not sure):
            return "queried", "gms-missing"
        return "counted", "performer-is-claimant"
    if mark == "own":
        return "counted", "gms"
    if sure and mark != "unclear":
        return "counted", "twin-confirms"
    return "queried", "performer-unresolved"


def vaccination_id(group: list[Record]) -> str:
    """The product's id of a vaccination: no document says which of two on one day is the earlier, so its order does."""
    key = ["vaccination", *min(record["key"] for record in group)]
    return hashlib.sha256(json.dumps(key, separators=(",", ":")).encode()).hexdigest()


def settle_once(claims: list[dict[str, Any]]) -> None:
    for claim in claims:
        rivals = [
            one
            for one in claims
            if one["group"] is claim["group"] and (one["outcome"] == "counted" or one.get("was") == "counted")
        ]
        if claim["outcome"] != "counted" or len(rivals) < 2:
            continue
        reviewed = [one for one in rivals if one["reviewed"] == "given-by-practice"]
        for one in rivals:
            if len(reviewed) == 1:
                if one is not reviewed[0]:
                    one.update(outcome="excluded", reason="reviewed-elsewhere")
            else:
                one.update(outcome="queried", reason="claimed-twice")
    counted = [one for one in claims if one["outcome"] == "counted" and counts_patients(one["indicator"])]
    counted.sort(key=lambda one: (one["dose"]["on"], vaccination_id(one["group"])))
    seen = set()
    for one in counted:
        cell = (one["kin"], one["indicator"], one["dose"]["on"].isoformat()[:7])
        if cell in seen:
            one.update(outcome="merged", reason="patient-already-counted")
        seen.add(cell)


def answers_of(group: list[Record], own: list[dict[str, Any]], patient: list[Record]) -> list[Answer]:
    answers: list[Answer] = []
    first = min(group, key=order)
    for record in group:
        claim = next((one for one in own if one["deciding"] is record), None)
        if claim is not None:
            dose = claim["dose"]
            if not record["codes"]["named"]:
                dose = {**dose, "programme": named_beside(group, patient)}
            last = (claim["practice"], *shown(dose, claim["indicator"]))
            answers.append((*record["key"], claim["outcome"], claim["reason"], *last))
        elif not own and record is first:
            dose = facts(group, record, patient)
            last = shown(dose, "")
            answers.append((*record["key"], "out_of_scope", "no-claimant", None, *last))
        else:
            answers.append((*record["key"], "merged", "twin", record["claimant"] or None, None, None, None))
    return answers


def named_beside(group: list[Record], patient: list[Record]) -> str:
    """What the live linked records name, to be shown where the deciding one names nothing: never decided by."""
    named = [facts(group, one, patient)["allowed"] for one in live(group) if one["codes"]["named"]]
    common = set.intersection(*named) if named else set()
    return common.pop() if len(common) == 1 else ""


def shown(dose: dict[str, Any], indicator: str) -> tuple[str | None, str | None, str | None]:
    """Programme, indicator and month as they are shown."""
    programme = PROGRAMMES[dose["programme"]]["public"] if dose["programme"] else ""
    if programme and not indicator:
        indicator = rows_of(dose["programme"])[0]["indicator"]
    return programme or None, indicator or None, dose["on"].isoformat()[:7] if dose["on"] else None
