"""Counts as FHIR R4: one summary MeasureReport for each practice, service and month.

A summary never leads to people: no `evaluatedResource`, no `subjectResults`. Each indicator is a group whose
populations counted, excluded and queried add up to the decisions behind it. The shape is our own reading, since CQRS
takes no FHIR; it keeps to base R4 and to what the DEQM summary profile asks of dates, reporter and versioned measure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from adapter.achievement.achievement import Achievement
from adapter.digest import short_id

NAMESPACE = "urn:immunisation-cqrs-adapter"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"

Json = dict[str, Any]


def bundle(achievements: Iterable[Achievement], version: str, produced: str) -> Json:
    """A collection of the reports. `version` names the rules, `produced` is the run's time (ISO 8601 with a zone)."""
    ordered = sorted(achievements, key=_report_of)
    reports = [_report(list(group), version, produced) for _, group in groupby(ordered, key=_report_of)]
    entries = [{"fullUrl": f"{NAMESPACE}:report:{report['id']}", "resource": report} for report in reports]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": produced} | (
        {"entry": entries} if entries else {}
    )


def bundle_text(achievements: Iterable[Achievement], version: str, produced: str) -> str:
    return json.dumps(bundle(achievements, version, produced), ensure_ascii=False, indent=1) + "\n"


def _report_of(one: Achievement) -> tuple[str, str, str]:
    return (one.practice, one.programme, one.period)


def report_id(one: Achievement) -> str:
    """The id of the report that a count stands in."""
    return short_id("report", one.run, *_report_of(one))


def _report(counts: list[Achievement], version: str, produced: str) -> Json:
    first = counts[0]
    return {
        "resourceType": "MeasureReport",
        "id": report_id(first),
        "status": "complete",
        "type": "summary",
        "measure": f"{NAMESPACE}:measure:{first.programme}|{version}",
        "date": produced,
        "reporter": {"type": "Organization", "identifier": {"system": ODS, "value": first.practice}},
        "period": {"start": f"{first.period}-01", "end": first.achievement_date},
        "group": [_group(one) for one in sorted(counts, key=lambda one: one.indicator)],
    }


def _group(one: Achievement) -> Json:
    populations = {"counted": one.value, "excluded": one.excluded, "queried": one.queried}
    return {
        "id": one.count,
        "extension": [
            {"url": f"{NAMESPACE}:root", "valueString": one.root},
            {"url": f"{NAMESPACE}:state", "valueCode": one.state},
            *({"url": f"{NAMESPACE}:hold", "valueCode": hold} for hold in one.holds),
        ],
        "code": _concept("indicator", one.indicator),
        "population": [{"code": _concept("population", name), "count": value} for name, value in populations.items()],
    }


def _concept(kind: str, code: str) -> Json:
    return {"coding": [{"system": f"{NAMESPACE}:{kind}", "code": code}]}
