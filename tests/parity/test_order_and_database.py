"""Any order of arrival, any duplication and either database give the same decisions and counts, to the byte."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter.achievement.emission import counts_json, decision_line
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.store import Store, open_store
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sending import NHS_NUMBER, SYSTEM, bundle, database_settings, encoded, nhs_number, send

SNOMED = "http://snomed.info/sct"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
MONTHS = Parameters("2024-08", "2024-12")
FEEDS = {"gp-d83013": "D83013", "gp-g81086": "G81086", "ravs": "", "pharmacy": ""}
CODES = ("956951000000104", "956971000000108", "1303503001", "822851000000102", "866641000000105", "247821000000102")
PERFORMERS = ("D83013", "G81086", "RVV", "X99999", None)
SYSTEMS = (SYSTEM, "https://www.ravs.england.nhs.uk/", "https://EMISWeb/D83013", "https://PSSAdaptor/D83013")

Sent = tuple[str, dict[str, Any]]


@st.composite
def resources(draw: st.DrawFn) -> Sent:
    """A vaccination record with an order of its own (a version number), by one of the feeds."""
    code, performer = draw(st.sampled_from(CODES)), draw(st.sampled_from(PERFORMERS))
    value = draw(st.sampled_from(("1", "2", "3", "c93659e1-1107-441c-be25-c5ef4b7831d1")))
    version = draw(st.integers(1, 3))
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": NHS_NUMBER, "value": nhs_number(draw(st.integers(1, 2)))}],
        "gender": draw(st.sampled_from(("female", "male"))),
        "birthDate": draw(st.sampled_from(("1994-05-02", "1946-01-01"))),
    }
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "meta": {"versionId": str(version)},
        "contained": [patient],
        "identifier": [{"system": draw(st.sampled_from(SYSTEMS)), "value": value}],
        "status": draw(st.sampled_from(("completed", "completed", "completed", "entered-in-error", "not-done"))),
        "extension": [{"url": PROCEDURE, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": code}]}}],
        "vaccineCode": {"text": "vaccine"},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": draw(st.sampled_from(("2024-09-12", "2024-09-13", "2024-10-01T00:30:00+01:00"))),
        "primarySource": draw(st.booleans()),
    }
    if performer:
        resource["performer"] = [{"actor": {"type": "Organization", "identifier": {"system": ODS, "value": performer}}}]
    return draw(st.sampled_from(sorted(FEEDS))), resource


def distinct_versions(sent: list[Sent]) -> list[Sent]:
    """One resource for each version of a record: two of the same number leave their order open."""
    kept: dict[tuple[str, str, str, str], Sent] = {}
    for feed, resource in sent:
        identifier = resource["identifier"][0]
        kept.setdefault(
            (feed, identifier["system"], identifier["value"], resource["meta"]["versionId"]), (feed, resource)
        )
    return list(kept.values())


def output(store: Store) -> tuple[str, list[str], str]:
    """Everything that a run says."""
    finished = reconcile(store, MONTHS)
    assert sum(finished.run.outcomes.values()) == sum(1 for _ in store.runs.decisions(finished.run))
    lines = [decision_line(finished.run.id, one.id, one.decision) for one in store.runs.decisions(finished.run)]
    return finished.run.id, lines, counts_json(store.runs.achievements(finished.run))


def load(store: Store, sent: list[Sent]) -> None:
    for name, practice in FEEDS.items():
        store.feeds.remember(name, practice or None)
    _load_organisations(store)
    for feed, resource in sent:
        send_into(store, feed, encoded(resource))


def send_into(store: Store, feed: str, content: bytes) -> None:
    send(store, content, feed)


def _load_organisations(store: Store) -> None:
    def row(code: str, setting: str = "") -> str:
        cells = [""] * 27
        cells[0], cells[1], cells[10], cells[12], cells[25] = code, "INVENTED", "19740401", "A", setting
        return ",".join(cells)

    for name, rows in {"epraccur.csv": [row("D83013", "4"), row("G81086", "4")], "etr.csv": [row("RVV")]}.items():
        content = "\n".join(rows).encode()
        release = parse(content, name)
        assert isinstance(release, Release)
        store.ods_releases.add(content, release.kind, encode(release))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    made = database_settings(folder)
    with open_store(made.database_url, made):
        pass
    return folder / "adapter.sqlite3"


def fresh(template: Path) -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as name:
        shutil.copyfile(template, Path(name) / "adapter.sqlite3")
        made = database_settings(Path(name))
        with open_store(made.database_url, made) as store:
            yield store


@pytest.mark.slow
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(sent=st.lists(resources(), min_size=1, max_size=9), seed=st.randoms(use_true_random=False))
def test_any_order_and_any_duplication(template: Path, sent: list[Sent], seed: random.Random) -> None:
    once = distinct_versions(sent)
    shuffled = once + [seed.choice(once) for _ in range(3)]
    seed.shuffle(shuffled)
    outputs = []
    for arrival in (once, shuffled):
        for store in fresh(template):
            load(store, arrival)
            outputs.append(output(store))
    assert outputs[0] == outputs[1]


def test_either_database(store: Store, template: Path) -> None:
    """The fixture's database, SQLite or PostgreSQL, against SQLite: one seeded load of every kind of record."""
    sent = distinct_versions([_seeded(number) for number in range(60)])
    load(store, sent)
    for other in fresh(template):
        load(other, list(reversed(sent)))
        assert output(other) == output(store)


def test_one_bundle_is_its_resources_one_by_one(template: Path) -> None:
    sent = [each for each in distinct_versions([_seeded(number) for number in range(40)]) if each[0] == "ravs"]
    outputs = []
    for store in fresh(template):
        load(store, sent)
        outputs.append([_without_place(line) for line in output(store)[1]])
    for store in fresh(template):
        load(store, [])
        send_into(store, "ravs", encoded(bundle(*(resource for _, resource in sent))))
        outputs.append([_without_place(line) for line in output(store)[1]])
    assert outputs[0] == outputs[1] != []


def _without_place(line: str) -> str:
    return line.partition('"outcome"')[2].partition('"sha256"')[0]


def _seeded(number: int) -> Sent:
    """A record made from a number, by the same tables as the generated ones."""
    pick = random.Random(number)  # noqa: S311 - a seed, no secret
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": NHS_NUMBER, "value": nhs_number(number % 7)}],
        "gender": "female",
        "birthDate": "1994-05-02",
    }
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "meta": {"versionId": str(pick.randint(1, 3))},
        "contained": [patient],
        "identifier": [{"system": pick.choice(SYSTEMS), "value": str(pick.randint(1, 5))}],
        "status": "completed",
        "extension": [
            {"url": PROCEDURE, "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": pick.choice(CODES)}]}}
        ],
        "vaccineCode": {"text": "vaccine"},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": pick.choice(("2024-09-12", "2024-09-13", "2024-10-05")),
        "primarySource": True,
    }
    performer = pick.choice(PERFORMERS)
    if performer:
        resource["performer"] = [{"actor": {"type": "Organization", "identifier": {"system": ODS, "value": performer}}}]
    return pick.choice(sorted(FEEDS)), resource
