"""Runs, counts, decisions, traces, differences and quarantine over HTTP."""

from __future__ import annotations

import asyncio
import base64
import csv
import hashlib
import io
import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from adapter.achievement.emission import counts_json, decision_line
from adapter.settings import Settings
from adapter.store.store import open_store

from altering import unprotected
from sending import immunization
from serving import Client

MONTHS = {"from": "2024-09", "to": "2024-12"}


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"].endswith(".")
    return told


def test_counts_and_decisions_are_those_of_the_command_line(filled: Client, settings: Settings) -> None:
    with open_store(settings.database_url, settings) as store:
        run = store.runs.found()
        counts = counts_json(store.runs.achievements(run))
        lines = [decision_line(run.id, one.id, one.decision) for one in store.runs.decisions(run)]
    assert filled.ask("GET", "/counts", "counts:read").text == counts
    assert json.loads(counts)
    sheet = filled.ask("GET", "/counts?format=csv&practice=d83013", "counts:read").text
    assert [row["count"] for row in csv.DictReader(io.StringIO(sheet))] == [one["count"] for one in json.loads(counts)]
    answer = filled.ask("GET", "/decisions", "counts:read")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.text.splitlines() == lines
    for how in ({"params": {"format": "json"}}, {"headers": {"Accept": "application/json"}}):
        assert filled.ask("GET", "/decisions", "counts:read", **how).json() == [json.loads(line) for line in lines]
    only = filled.ask("GET", f"/decisions?programme=rsv-older&run={run.id[:10]}", "counts:read").text.splitlines()
    assert {json.loads(line)["programme"] for line in only} == {"rsv-older"}
    assert filled.ask("GET", "/decisions?practice=H81998&format=json", "counts:read").json() == []


def test_a_trace_shows_bytes_to_those_who_may_see_them(filled: Client, settings: Settings) -> None:
    [count, *_] = [one for one in filled.ask("GET", "/counts", "counts:read").json() if one["value"]]
    path = f"/trace/{count['count']}"
    plain = filled.ask("GET", path, "counts:read").json()
    assert plain["count"] == count
    assert sum(one["outcome"] == "counted" for one in plain["decisions"]) == count["value"]
    assert all("resource" not in one for one in plain["decisions"])
    assert filled.ask("GET", f"{path}?bytes=true", "admin").status_code == 403
    full = filled.ask("GET", f"{path}?bytes=true", "audit:read").json()
    for one in full["decisions"]:
        verbatim = base64.b64decode(one["resource"])
        [version] = [each for each in one["versions"] if each["decided"]]
        assert hashlib.sha256(verbatim).hexdigest() == version["sha256"]
        assert one["places"]
    with open_store(settings.database_url, settings) as store:
        [entry] = store.disclosures.listed()
        assert (entry.what, entry.records) == (count["count"], len(full["decisions"]))
        assert entry.who in filled.keys["audit:read"]
    decision = full["decisions"][0]["decision"]
    assert filled.ask("GET", f"/trace/{decision}", "audit:read").json()["count"] is None


def test_runs_and_their_difference(filled: Client) -> None:
    again = filled.ask("POST", "/runs", "admin", json=MONTHS)
    assert (again.status_code, again.json()["repeated"]) == (200, True)
    filled.push("/fhir/Immunization", immunization("new"))
    later = filled.ask("POST", "/runs", "admin", json=MONTHS)
    assert later.status_code == 201
    runs = filled.ask("GET", "/runs", "counts:read").json()
    assert [one["run"] for one in runs] == [again.json()["run"], later.json()["run"]]
    told = filled.ask("GET", "/diff", "counts:read", params={"a": runs[0]["run"], "b": runs[1]["run"]}).json()
    assert [one["causes"] for one in told["records"]] == [["new record"]]
    assert (told["records"][0]["before"], told["counts"]) == (None, [])
    before = filled.ask("POST", "/runs", "admin", json=MONTHS | {"as_of": "2020-01-01"}).json()
    assert before["outcomes"] == {}
    assert before["as_of"] == "2020-01-01T23:59:59.999999+00:00"
    for sent in ("2020-01-02T00:00:00", "2020-01-02T01:00:00+01:00", "2020-01-02T00:00:00Z"):
        moment = filled.ask("POST", "/runs", "admin", json=MONTHS | {"as_of": sent}).json()["as_of"]
        assert moment in ("2020-01-02T00:00:00+00:00", before["as_of"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"from": "2024-09"}',
        b'{"from": "2024-13", "to": "2024-12"}',
        b'{"from": "2024-12", "to": "2024-09"}',
        b'{"from": "2024-09", "to": "2024-12", "as_of": "2024-02-30"}',
        b'{"from": "2024-09", "to": "2024-12", "patient 9990000026": 1}',
    ],
)
def test_a_run_that_cannot_be_meant(service: Client, body: bytes) -> None:
    answer = service.ask("POST", "/runs", "admin", content=body)
    assert answer.status_code == 400
    problem(answer)
    assert "999000" not in answer.text
    assert service.ask("POST", "/runs", "admin", content=b" " * 70_000).status_code == 413


def test_one_run_at_a_time(service: Client) -> None:
    async def two(asking: httpx.AsyncClient) -> list[int]:
        ask = [asking.post("/runs", json=MONTHS, headers=service.bearer("admin")) for _ in range(2)]
        return sorted(answer.status_code for answer in await asyncio.gather(*ask))

    assert service.session(two) == [201, 409]


def test_the_quarantine_tells_no_value(service: Client) -> None:
    service.push("/fhir/Immunization", immunization("9990000026", status="Zz"))
    answer = service.ask("GET", "/quarantine", "counts:read")
    [one] = answer.json()
    assert (one["feed"], one["open"]) == ("trust", True)
    assert one["reasons"][0]["expression"] == "Immunization.status"
    assert "Zz" not in answer.text
    assert "999000" not in answer.text
    assert service.ask("GET", "/quarantine?all=true", "counts:read").json() == [one]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/counts", 404),
        ("/counts?run=ab", 404),
        ("/counts?practice=!", 400),
        ("/counts?format=9990000026", 400),
        ("/decisions", 404),
        ("/trace/9990000026", 404),
        ("/diff", 400),
        ("/diff?a=1&b=2", 404),
        ("/quarantine?all=9990000026", 400),
    ],
)
def test_problems_say_what_to_do_and_no_value(service: Client, path: str, status: int) -> None:
    answer = service.ask("GET", path, "counts:read")
    assert answer.status_code == status
    problem(answer)
    assert "999000" not in answer.text


def test_health(service: Client) -> None:
    assert service.ask("GET", "/healthz").json() == {"status": "ok"}
    assert service.ask("GET", "/readyz").json() == {"status": "ready"}


def test_a_database_of_another_version_is_not_ready(service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapter.api import health

    monkeypatch.setattr(health, "HEAD", "9999")
    assert problem(service.ask("GET", "/readyz"))["status"] == 503


@pytest.mark.parametrize(
    "change", ["UPDATE ledger SET subject = 'x' WHERE number = ({})", "DELETE FROM ledger WHERE number = ({})"]
)
def test_a_ledger_that_was_altered_at_its_end_is_not_ready(service: Client, change: str) -> None:
    with open_store(service.settings.database_url, service.settings) as store:
        assert store.ledger.end_is_sound()
        with unprotected(store) as connection:
            newest = connection.execute(sa.text("SELECT max(number) FROM ledger")).scalar_one()
            connection.execute(sa.text(change.format(int(newest))))
    answer = service.ask("GET", "/readyz")
    assert "ledger" in problem(answer)["detail"]
    assert answer.status_code == 503


def test_the_documentation_lists_every_route_that_is_described(service: Client) -> None:
    page = service.ask("GET", "/docs").text
    said = service.ask("GET", "/openapi.json").json()
    assert len(said["paths"]) > 8
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            assert f"<h2>{method.upper()} {path}</h2>" in page
            assert operation["summary"]
            open_to_all = path in ("/healthz", "/readyz", "/fhir/metadata")
            assert bool(operation.get("security")) is not open_to_all
    assert "<script" not in page
