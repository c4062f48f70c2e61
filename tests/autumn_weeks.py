"""A practice and a trust week by week, into a store: quiet for half a year, then the trust's doses come into the
practice's records as its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from adapter.signals.week import monday, week_of
from adapter.store.store import Store

from filled import ODS, PROCEDURE, SNOMED, organisations
from sending import by_identifier, deletion, immunization, ndjson, send

RAVS = "https://www.ravs.england.nhs.uk/"
FIRST, FAULT, LAST = (week_of(date(2024, *day)) for day in ((4, 8), (9, 30), (10, 20)))
"""The first week, the first of the fault, the last."""
EACH_WEEK, COPIED = 6, 4


def record(value: str, patient: int, given: date, performer: str, system: str = "") -> dict[str, Any]:
    """A pertussis dose in pregnancy, recorded on the day after."""
    changes: dict[str, Any] = {
        "occurrenceDateTime": given.isoformat(),
        "recorded": (given + timedelta(days=1)).isoformat(),
        "extension": [
            {"url": PROCEDURE, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "956951000000104"}]}}
        ],
        "performer": [{"actor": {"type": "Organization", "identifier": {"system": ODS, "value": performer}}}],
    }
    if system:
        changes["identifier"] = [{"system": system, "value": value}]
    return immunization(value, patient=patient, **changes)


def quiet(store: Store) -> None:
    """Tables, and what the practice recorded until the fault."""
    organisations(store)
    store.feeds.remember("mill", "D83013", "gp")
    send(store, ndjson(*(one for week in range(FIRST, FAULT) for one in _own(week))), "mill")


def fault(store: Store) -> None:
    """The weeks of the fault: the practice's own doses, the copies, and the trust's own records of these."""
    weeks = range(FAULT, LAST + 1)
    send(store, ndjson(*(one for week in weeks for one in [*_own(week), *_copied(week, "D83013")])), "mill")
    send(store, ndjson(*(one for week in weeks for one in _copied(week, "RVV"))), "trust")


def copied() -> list[str]:
    """The identifiers of the copies, sorted."""
    return sorted(f"c{week}-{number}" for week in range(FAULT, LAST + 1) for number in range(COPIED))


def _own(week: int) -> list[dict[str, Any]]:
    each = range(EACH_WEEK)
    return [record(f"v{week}-{n}", (week - FIRST) * 20 + n, monday(week) + timedelta(n % 5), "D83013") for n in each]


def _copied(week: int, performer: str) -> list[dict[str, Any]]:
    return [
        record(f"c{week}-{n}", (week - FIRST) * 20 + 10 + n, monday(week) + timedelta(n), performer, RAVS)
        for n in range(COPIED)
    ]


def withdraw(store: Store, value: str) -> None:
    """A delete of one of the practice's records."""
    send(store, deletion(by_identifier(value)), "mill")
