"""What comes in is read by the tables that are in force in the store, as a run decides by them."""

from __future__ import annotations

import io
from typing import Any

from adapter.intake.delivery import take
from adapter.intake.reading import reader_for
from adapter.intake.source import Source
from adapter.normalise.overlay import Overlay, RowChange
from adapter.store.delivery import Figures
from adapter.store.store import Store

from sending import ndjson

SNOMED, READ = "http://snomed.info/sct", "http://read.info/readv2"
ANOTHER = {
    "term": "Annual health check of a person with a learning disability",
    "role": "given",
    "programmes": "ld-health-check",
    "status": "active",
    "source": "an imported list",
}


def health_check(id_: str, code: str, system: str) -> dict[str, Any]:
    return {
        "resourceType": "Procedure",
        "id": id_,
        "status": "completed",
        "code": {"coding": [{"system": system, "code": code}]},
        "subject": {"reference": "Patient/1"},
        "performedDateTime": "2024-09-12",
    }


def taken(store: Store, *resources: dict[str, Any]) -> Figures:
    store.feeds.remember("gp", "D83013")
    with Source(io.BytesIO(ndjson(*resources))) as source:
        return take(store, "gp", source, reader_for(store), lines_by_name=True).figures


def test_a_release_makes_a_code_a_health_check_and_another_none(store: Store) -> None:
    known, new = health_check("a", "199751000000100", SNOMED), health_check("b", "69DZ.", READ)
    before = taken(store, known, new)
    assert (before.new, before.context) == (1, 1)
    changes = (RowChange("read_v2.csv", "69DZ.", "add", ANOTHER), RowChange("snomed.csv", "199751000000100", "remove"))
    release = store.mapping_releases.add(Overlay("fhir", "a list", (), changes))
    during = taken(store, known | {"id": "c"}, new)
    assert (during.new, during.context) == (1, 1)
    assert [each.statement.resource_id for patient in store.records.read(store.records.cut()) for each in patient] == [
        "a",
        "b",
    ]
    store.mapping_releases.withdraw(release)
    assert taken(store, health_check("d", "69DZ.", READ), known).context == 1
