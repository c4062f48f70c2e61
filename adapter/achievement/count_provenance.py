"""A count's descent as FHIR R4 Provenance: from its report to the record versions, their deliveries and the rules.

It names records by feed, identifier and SHA-256, never a person; an identifier that holds an NHS number comes masked.
The shape is our own reading: CQRS takes no FHIR.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from adapter.achievement.achievement import Achievement
from adapter.achievement.measure_report import NAMESPACE, ODS, report_id
from adapter.reconcile.decision import Decision

Json = dict[str, Any]


class Source(Struct, frozen=True):
    """One decision of a count, and the delivery that its record version came by; `received` is ISO 8601."""

    id: str
    decision: Decision
    delivery: str
    received: str


class Rules(Struct, frozen=True):
    """What decided: digests of the tables and of the directory, the version of the code, and when (ISO 8601)."""

    tables: str
    directory: str
    code: str
    decided: str


def provenance(count: Achievement, sources: Iterable[Source], rules: Rules) -> Json:
    """Entities with role `source` are the decided record versions, with role `derivation` the rules."""
    return {
        "resourceType": "Provenance",
        "id": count.count,
        "target": [{"reference": f"MeasureReport/{report_id(count)}"}],
        "occurredPeriod": {"start": f"{count.period}-01", "end": count.achievement_date},
        "recorded": rules.decided,
        "activity": _concept("activity", "reconciliation"),
        "agent": [
            {
                "type": _concept("agent", "adapter"),
                "who": {"identifier": {"system": f"{NAMESPACE}:code", "value": rules.code}},
            },
            {
                "type": _concept("agent", "claimant"),
                "who": {"type": "Organization", "identifier": {"system": ODS, "value": count.practice}},
            },
        ],
        "entity": [
            _rule("run", count.run),
            _rule("root", count.root),
            _rule("tables", rules.tables),
            _rule("directory", rules.directory),
            *(_source(one) for one in sources),
        ],
    }


def _rule(kind: str, value: str) -> Json:
    return {"role": "derivation", "what": {"identifier": {"system": f"{NAMESPACE}:{kind}", "value": value}}}


def _source(one: Source) -> Json:
    decision, record = one.decision, one.decision.record
    named = {"value": record.value} | ({"system": record.system} if record.system else {})
    return {
        "role": "source",
        "extension": [
            {"url": f"{NAMESPACE}:decision", "valueString": one.id},
            {"url": f"{NAMESPACE}:outcome", "valueCode": decision.outcome.value},
            {"url": f"{NAMESPACE}:reason", "valueCode": decision.reason.value},
            {"url": f"{NAMESPACE}:feed", "valueString": record.feed},
            {"url": f"{NAMESPACE}:version", "valuePositiveInt": record.version},
            {"url": f"{NAMESPACE}:sha256", "valueString": record.sha256},
            {"url": f"{NAMESPACE}:delivery", "valueString": one.delivery},
            {"url": f"{NAMESPACE}:received", "valueInstant": one.received},
        ],
        "what": {"type": "Immunization", "identifier": named},
    }


def _concept(kind: str, code: str) -> Json:
    return {"coding": [{"system": f"{NAMESPACE}:{kind}", "code": code}]}
