"""A small database that has something in every table."""

from __future__ import annotations

import gzip
from typing import Any

import sqlalchemy as sa
from adapter.achievement.declaration import Declaration
from adapter.achievement.incident import Scope
from adapter.intake.replay import replay
from adapter.normalise.overlay import Overlay, RowChange
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.holder import Holder, holder_of
from adapter.store.registrations import Registration
from adapter.store.schema import TABLES
from adapter.store.store import Store
from sqlmodel import SQLModel

from sending import SYSTEM, by_identifier, deletion, encoded, immunization, ndjson, send

SNOMED = "http://snomed.info/sct"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
MONTHS = Parameters("2024-08", "2024-12")


def dose(value: str, patient: int, performer: str = "D83013", code: str = "956951000000104") -> dict[str, Any]:
    """A dose that counts for the practice D83013, where the performer is that."""
    return immunization(
        value,
        patient=patient,
        extension=[{"url": PROCEDURE, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]}}],
        performer=[{"actor": {"type": "Organization", "identifier": {"system": ODS, "value": performer}}}],
        occurrenceDateTime=f"2024-09-{10 + patient:02}",
    )


def fill(store: Store) -> None:
    """Every act of the product that keeps something, once or more."""
    organisations(store)
    store.feeds.remember("gp", "D83013")
    doses = [dose(f"v{number}", number, ("D83013", "RVV", "X99999")[number % 3]) for number in range(9)]
    send(store, ndjson(*doses, immunization("faulty", status=1), immunization("worse", status=2)), "gp")
    send(store, gzip.compress(encoded(dose("v3", 3, "RVV")) * 3), "trust")
    send(store, ndjson(dose("v1", 1), dose("v20", 12)), "gp")
    send(store, _named("a", "b"), "trust")
    send(store, _named("c"), "trust")
    send(store, _named("b", "c"), "trust")
    send(store, _named(*"defg"), "trust")  # more names than go beside a version
    reconcile(store, MONTHS)
    replay(store)
    send(store, deletion(by_identifier("v2")), "gp")
    send(store, dose("v4", 4, "RVV"), "gp")
    store.reviews.add("D83013", ("gp", SYSTEM, "v1"), "given-elsewhere", "A. Reviewer", "seen in the letter")
    overlay = Overlay("rf2", "a snapshot", ("1", "2"), (RowChange("snomed.csv", "1", "change", {"status": "x"}),))
    store.mapping_releases.withdraw(store.mapping_releases.add(overlay))
    store.registrations.add_all([Registration(f"{number:02x}" * 32, "D83013", "2020-01-01") for number in range(3)])
    store.terminology_answers.add("https://terminology.example", "what?", '{"found": true}')
    store.pulls.add("trust", "ab" * 16, "finished", "2024-09-30T00:00:00Z")
    key, _ = store.api_keys.create("an auditor", ["audit:read"])
    store.api_keys.revoke(key.id)
    finished = reconcile(store, MONTHS)
    store.disclosures.add(holder_of(key), [(finished.achievements[0].count, 2)])
    store.disclosures.add(Holder("x", (), issuer="https://id.example", subject="a client"), [("ghi", 2)])
    store.declarations.add(
        Declaration("D83013", "pertussis", "PT001", "2024-09", 3, "ab", "A. Manager", "", "looked at")
    )
    store.incidents.open("autumn-2024", Scope(("pertussis",), "2024-09-01", "2024-10-31"), "a fault", "A. Person", 9, 1)
    store.incidents.close("autumn-2024", "A. Person", "sent again", finished.run.number)
    for _ in range(2):
        store.publications.publish(finished.run.number, finished.achievements, "A. Person", "given")


def empty_tables(store: Store) -> list[str]:
    """Those that `fill` has forgotten."""
    with store.database.read() as connection:
        counts = {
            name: connection.execute(sa.select(sa.func.count()).select_from(SQLModel.metadata.tables[name])).scalar()
            for name in TABLES
        }
    return [name for name, count in counts.items() if not count]


def organisations(store: Store) -> None:
    """A practice, D83013, and a trust, RVV."""

    def row(code: str, setting: str = "") -> str:
        cells = [""] * 27
        cells[0], cells[1], cells[10], cells[12], cells[25] = code, "INVENTED", "19740401", "A", setting
        return ",".join(cells)

    for name, content in {"epraccur.csv": row("D83013", "4"), "etr.csv": row("RVV")}.items():
        release = parse(content.encode(), name)
        assert isinstance(release, Release)
        store.ods_releases.add(content.encode(), release.kind, encode(release), name.partition(".")[0])


def _named(*values: str) -> dict[str, Any]:
    return immunization("", identifier=[{"system": SYSTEM, "value": value} for value in values])
