"""All fixtures through the command as a user types it: each record ends as cases.csv, written from the rules, expects.

Everything is loaded into one database: no patient and no identifier is used by two scenarios.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter.cli.application import call
from adapter.normalise.catalogue import catalogue_of
from adapter.normalise.tables import mappings_folder, read_folder

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[2] / "fixtures"
GMS_EXTENSION = "https://example.org/fhir/StructureDefinition/gms"
MONTHS = ("--from", "2022-01", "--to", "2026-12")
DECIDED = ("outcome", "reason", "supporting", "practice", "programme", "indicator", "period")
Key = tuple[str, str, str]


def rows(table: str) -> list[dict[str, str]]:
    with (FIXTURES / table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def adapter(*arguments: str) -> str:
    """What the command writes to standard output; it must succeed."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = call(arguments)
    assert code == 0, complained.getvalue()
    return said.getvalue()


def with_the_fixtures_sub_contractors() -> Any:
    files = dict(read_folder(mappings_folder()))
    files["sub_contractors.csv"] = (FIXTURES / "sub_contractors.csv").read_bytes()
    return catalogue_of(files)


def declared(row: dict[str, str]) -> list[str]:
    """The feed of a case as the command wants it."""
    practice = ["--practice", row["feed_practice"]] if row["feed_practice"] else ["--kind", "poc"]
    return ["--feed", row["feed"], *practice, *(["--gms-markers"] if row["gms_markers"] == "true" else [])]


def deliveries(cases: list[dict[str, str]]) -> Iterator[list[str]]:
    """The calls that bring every file, those of one feed and scenario one after the other."""
    together: dict[str, list[str]] = defaultdict(list)
    one_by_one: dict[tuple[str, str], list[str]] = {}
    for row in cases:
        paths = row["path"].split("|")
        feed = " ".join(declared(row))
        if len(paths) > 1:
            one_by_one[row["scenario"], feed] = paths
        elif paths[0] not in together[feed]:
            together[feed].append(paths[0])
    for feed, paths in together.items():
        yield [*feed.split(), *paths]
    for (_, feed), paths in one_by_one.items():
        for path in paths:
            yield [*feed.split(), path]


def decisions() -> dict[Key, dict[str, Any]]:
    lines = [json.loads(line) for line in adapter("decisions", "--format", "ndjson").splitlines()]
    found: dict[Key, dict[str, Any]] = {}
    for line in lines:
        record = line["record"]
        value = "sha256:*" if record["value"].startswith("sha256:") else record["value"]
        key = (record["feed"], record["system"] or "", value)
        assert key not in found, "a record was decided twice"
        found[key] = line
    return found


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Key, dict[str, Any]]]:
    """Everything loaded and decided, then decided again with people's reviews."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ADAPTER_DATA_DIR", str(tmp_path_factory.mktemp("fixtures")))
        patched.setenv("ADAPTER_GMS_EXTENSION", GMS_EXTENSION)
        for name in ("ADAPTER_DATABASE_URL", "ADAPTER_DATA_KEY", "ADAPTER_PATIENT_KEY"):
            patched.delenv(name, raising=False)
        patched.setattr("adapter.store.mapping_releases.load_catalogue", with_the_fixtures_sub_contractors)
        patched.chdir(FIXTURES)
        adapter("ods", "load", "ods")
        for arguments in deliveries(rows("cases.csv")):
            adapter("ingest", *arguments)
        adapter("run", *MONTHS)
        before = decisions()
        for review in rows("reviews.csv"):
            decision = before[review["feed"], review["system"], review["value"]]
            assert decision["practice"] == review["claimant"]
            said = ("--verdict", review["verdict"], "--by", review["by"], "--note", review["note"])
            adapter("review", decision["decision"], *said)
        adapter("run", *MONTHS)
        yield decisions()


def expected(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: row[name] or None for name in DECIDED}
    found["supporting"] = sorted(filter(None, row["supporting"].split("|")))
    return found


@pytest.mark.parametrize("row", rows("cases.csv"), ids=[row["case"] for row in rows("cases.csv")])
def test_decision(row: dict[str, str], decided: dict[Key, dict[str, Any]]) -> None:
    decision = decided[row["feed"], row["system"], row["value"]]
    got = {name: sorted(decision[name]) if name == "supporting" else decision[name] for name in DECIDED}
    assert got == expected(row), row["why"]


def test_records_are_linked_as_expected(decided: dict[Key, dict[str, Any]]) -> None:
    letters: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows("cases.csv"):
        decision = decided[row["feed"], row["system"], row["value"]]
        letters[decision["vaccination"]].add((row["scenario"], row["vaccination"]))
    vaccinations = {(row["scenario"], row["vaccination"]) for row in rows("cases.csv")}
    assert {vaccination: names for vaccination, names in letters.items() if len(names) > 1} == {}
    assert len(letters) == len(vaccinations)


def test_no_record_is_unexpected(decided: dict[Key, dict[str, Any]]) -> None:
    assert set(decided) == {(row["feed"], row["system"], row["value"]) for row in rows("cases.csv")}
