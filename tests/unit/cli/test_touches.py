"""From an identifier, a delivery, a feed, a code or a row up to every count: by command and over HTTP."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.ruleset import catalogue_in_force
from adapter.settings import Settings
from adapter.store.store import Store, open_store
from calling import Adapter

from filled import dose, organisations
from sending import SYSTEM, nhs_number, send
from serving import served

MONTHS = Parameters("2024-08", "2024-12")
CODE = "956951000000104"
PERSON = f"dose of {nhs_number(3)}"
"""An identifier as it must not be: it holds an NHS number."""


@pytest.fixture
def runs(settings: Settings) -> list[str]:
    """The practice's dose is counted; then the trust's record of it comes, and the count is another."""
    with open_store(settings.database_url, settings) as store:
        organisations(store)
        store.feeds.remember("gp", "D83013")
        send(store, dose("v1", 1), "gp")
        send(store, dose(PERSON, 3), "gp")
        first = reconcile(store, MONTHS).run.id
        send(store, dose("t1", 1, "RVV"), "trust")
        return [first, reconcile(store, MONTHS).run.id]


def listed(adapter: Adapter, *arguments: str) -> list[tuple[Any, ...]]:
    code, out, err = adapter("touches", *arguments, "--format", "ndjson")
    assert code == 0, err
    found = map(json.loads, out.splitlines())
    return [(one["value"], one["from_run"], one["until_run"], len(one["decided"]), len(one["linked"])) for one in found]


def test_superseded_counts_and_linked_ones(adapter: Adapter, runs: list[str]) -> None:
    first, second = runs
    assert listed(adapter, "--identifier", SYSTEM, "v1") == [(2, first, second, 1, 0), (1, second, None, 1, 0)]
    assert listed(adapter, "--identifier", SYSTEM, "t1") == [(1, second, None, 0, 1)]
    assert listed(adapter, "--feed", "trust") == [(1, second, None, 0, 1)]
    assert listed(adapter, "--feed", "gp") == [(2, first, second, 2, 0), (1, second, None, 2, 0)]
    assert listed(adapter, "--feed", "trust", "--identifier", SYSTEM, "v1") == []


def test_codes_and_rows_and_formats(adapter: Adapter, runs: list[str]) -> None:
    number = next(row.number for row in catalogue_in_force().tables.rows("snomed.csv") if row["code"] == CODE)
    whole = listed(adapter, "--code", CODE)
    assert whole == [(2, runs[0], runs[1], 2, 0), (1, runs[1], None, 2, 0)]
    assert listed(adapter, "--row", f"snomed.csv:{number}") == whole
    mangled = next(row["code"] for row in catalogue_in_force().tables.rows("mangled_codes.csv") if row["meant"] == CODE)
    assert listed(adapter, "--code", mangled) == []
    code, out, _ = adapter("touches", "--code", CODE, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(int(row["value"]), row["decided"].count("|")) for row in rows] == [(2, 1), (1, 1)]
    assert code == 0
    code, out, _ = adapter("touches", "--code", CODE)
    assert (code, "2 counts touched by 3 versions" in out) == (0, True)


def test_an_identifier_that_holds_a_number_is_found_by_its_hash_and_never_shown(
    adapter: Adapter, runs: list[str]
) -> None:
    found = listed(adapter, "--identifier", SYSTEM, PERSON)
    assert found == [(2, runs[0], runs[1], 1, 0), (1, runs[1], None, 1, 0)]
    _, out, _ = adapter("decisions", "--format", "ndjson")
    shown = {json.loads(line)["record"]["value"] for line in out.splitlines()}
    [masked] = [value for value in shown if value.startswith("sha256:")]
    assert listed(adapter, "--identifier", SYSTEM, masked) == found
    _, out, err = adapter("touches", "--identifier", SYSTEM, PERSON)
    assert nhs_number(3) not in out + err


def test_what_cannot_be_meant(adapter: Adapter, runs: list[str]) -> None:
    for arguments in (
        (),
        ("--feed", "gp", "--code", CODE),
        ("--code", "%"),
        ("--row", "snomed.csv"),
        ("--row", "no_table.csv:3"),
        ("--row", "holds.csv:2"),
        ("--row", "snomed.csv:999999"),
    ):
        assert adapter("touches", *arguments)[0] == 2, arguments
    assert adapter("touches", "--feed", "no-feed")[0] == 1
    assert adapter("touches", "--delivery", "no-delivery")[0] == 1


def test_over_http(settings: Settings, runs: list[str], store: Store) -> None:
    client = served(settings)
    delivery = store.records.versions(1)[0].delivery
    for parameter in (f"delivery={delivery}", "feed=gp", f"code={CODE}"):
        told = client.ask("GET", f"/touches?{parameter}", "counts:read").json()
        assert [(one["value"], one["from_run"]) for one in told["counts"]] == [(2, runs[0]), (1, runs[1])], parameter
        assert told["next"] is None
    body = {"system": SYSTEM, "value": PERSON}
    told = client.ask("POST", "/touches", "audit:read", json=body).json()
    assert [one["value"] for one in told["counts"]] == [2, 1]
    assert client.ask("POST", "/touches", "audit:read", json=body | {"feed": "trust"}).json()["counts"] == []
    for wrong in ("", "?feed=gp&code=1", "?feed=gp&after=1", "?code=%25", "?row=holds.csv:2"):
        assert client.ask("GET", f"/touches{wrong}", "counts:read").status_code == 400, wrong
    assert client.ask("GET", "/touches?feed=nowhere", "counts:read").status_code == 404
