"""Counts as FHIR R4: one MeasureReport for each practice, indicator and month.

Its populations are the records counted, those excluded by each reason, and those queried; they add up to `records`, all
that the count is made of. A summary never leads to people: no `evaluatedResource`, no `subjectResults`. A subject-list,
for those who may see records, has a List of decisions for each population. The shape is our own reading, since CQRS
takes no FHIR; it keeps to base R4 and to what the DEQM summary profile asks of dates, reporter and versioned measure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from adapter.achievement.achievement import Achievement
from adapter.achievement.declaration import CellKey, cell_of
from adapter.digest import short_id

NAMESPACE = "urn:immunisation-cqrs-adapter"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"

Json = dict[str, Any]


Subjects = Mapping[tuple[str, str], Sequence[str]]
"""Outcome and reason → the ids of the decisions."""


def bundle(
    achievements: Iterable[Achievement],
    excluded: Mapping[CellKey, Mapping[str, int]],
    version: str,
    produced: str,
    subjects: Mapping[CellKey, Subjects] | None = None,
) -> Json:
    """A collection of the reports. `excluded` are the numbers by reason, `version` names the rules, `produced` is the
    run's time (ISO 8601 with a zone). With `subjects` the reports are subject-lists.
    """
    ordered = sorted(achievements, key=cell_of)
    reports = [
        _report(
            one,
            excluded.get(cell_of(one), {}),
            version,
            produced,
            None if subjects is None else subjects.get(cell_of(one), {}),
        )
        for one in ordered
    ]
    entries = [{"fullUrl": f"{NAMESPACE}:report:{report['id']}", "resource": report} for report in reports]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": produced} | (
        {"entry": entries} if entries else {}
    )


def text_of(bundle_: Json) -> str:
    """For people and scripts."""
    return json.dumps(bundle_, ensure_ascii=False, indent=1) + "\n"


def report_id(one: Achievement) -> str:
    """The id of a count's report: it stays where only its numbers change."""
    return short_id("report", one.run, one.practice, one.programme, one.indicator, one.period)


def _report(
    one: Achievement, excluded: Mapping[str, int], version: str, produced: str, subjects: Subjects | None
) -> Json:
    populations = [_population("records", "", one.value + one.excluded + one.queried)]
    populations.append(_population("counted", "", one.value))
    populations += [_population("excluded", reason, number) for reason, number in sorted(excluded.items())]
    populations.append(_population("queried", "", one.queried))
    lists = [] if subjects is None else [_listed(each, subjects) for each in populations]
    group = {
        "id": one.count,
        "extension": [
            {"url": f"{NAMESPACE}:root", "valueString": one.root},
            {"url": f"{NAMESPACE}:state", "valueCode": one.state},
            *({"url": f"{NAMESPACE}:hold", "valueCode": hold} for hold in one.holds),
        ],
        "code": _concept("indicator", one.indicator),
        "population": [
            each | ({"subjectResults": {"reference": f"#{each['id']}"}} if lists else {}) for each in populations
        ],
    }
    return {
        "resourceType": "MeasureReport",
        "id": report_id(one),
        **({"contained": lists} if lists else {}),
        "status": "complete",
        "type": "summary" if subjects is None else "subject-list",
        "measure": f"{NAMESPACE}:measure:{one.indicator}|{version}",
        "date": produced,
        "reporter": {"type": "Organization", "identifier": {"system": ODS, "value": one.practice}},
        "period": {"start": f"{one.period}-01", "end": one.achievement_date},
        "group": [group],
    }


def population_code(name: str, reason: str) -> Json:
    """`records`, `counted`, `excluded` with its reason, `queried`."""
    codes = [("population", name), *([("reason", reason)] if reason else [])]
    return {"coding": [{"system": f"{NAMESPACE}:{kind}", "code": code} for kind, code in codes]}


def _population(name: str, reason: str, number: int) -> Json:
    id_ = f"{name}-{reason}" if reason else name
    return {"id": id_, "code": population_code(name, reason), "count": number}


def _listed(population: Json, subjects: Subjects) -> Json:
    """The decisions of a population as a List; each item is known by the decision's id, for a trace."""
    name, _, reason = population["id"].partition("-")
    ids = sorted(
        id_
        for (outcome, why), some in subjects.items()
        if name in ("records", outcome) and reason in ("", why)
        for id_ in some
    )
    items = [{"item": {"type": "Immunization", "identifier": _decision(id_)}} for id_ in ids]
    return {"resourceType": "List", "id": population["id"], "status": "current", "mode": "snapshot"} | (
        {"entry": items} if items else {"emptyReason": {"text": "no records"}}
    )


def _decision(id_: str) -> Json:
    return {"system": f"{NAMESPACE}:decision", "value": id_}


def _concept(kind: str, code: str) -> Json:
    return {"coding": [{"system": f"{NAMESPACE}:{kind}", "code": code}]}
