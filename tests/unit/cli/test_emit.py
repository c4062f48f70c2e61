"""Counts in CQRS's words: what is in a line, what is left out, and that what was published stays as it was given."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from adapter.achievement.emission import financial_year
from adapter.provenance.checkpoint import is_signed, read_checkpoint
from adapter.settings import Settings
from adapter.store.store import open_store
from calling import Adapter

from filled import dose, organisations
from sending import by_identifier, deletion, ndjson, send
from serving import served

RUN = ("run", "--from", "2024-08", "--to", "2024-12")
VOCABULARY = [
    "financial_year",
    "quality_service",
    "service_provider",
    "achievement_date",
    "indicator",
    "value",
    "notes",
]


@pytest.fixture
def counted(adapter: Adapter, settings: Settings) -> Adapter:
    """Two RSV doses in August, ready; six for pertussis in September, held by their number and by autumn 2024."""
    with open_store(settings.database_url, settings) as store:
        organisations(store)
        store.feeds.remember("gp", "D83013")
        doses = [dose(f"p{number}", number) for number in range(1, 7)]
        flu = [dose(f"f{number}", 20 + number, code="955651000000100") for number in range(2)]
        for one in flu:
            one["occurrenceDateTime"] = "2024-10-05"
        send(store, ndjson(*doses, *flu), "gp")
    assert adapter(*RUN)[0] == 0
    return adapter


def lines(adapter: Adapter, *arguments: object) -> list[dict[str, Any]]:
    code, out, err = adapter("emit", *arguments)
    assert code == 0, err
    return list(csv.DictReader(io.StringIO(out)))


@pytest.mark.parametrize(
    ("day", "year"), [("2024-03-31", "2023/24"), ("2024-04-30", "2024/25"), ("2000-01-31", "1999/00")]
)
def test_financial_years_begin_in_april(day: str, year: str) -> None:
    assert financial_year(day) == year


def test_only_what_is_ready_unless_asked(counted: Adapter) -> None:
    ready, everything = lines(counted), lines(counted, "--held")
    assert {one["state"] for one in ready} <= {"ready"}
    held = [one for one in everything if one["state"] == "held"]
    assert [(one["indicator"], one["value"]) for one in held] == [("PT001", "6")]
    assert held[0]["notes"] == "held: incident, threshold"
    assert len(everything) == len(ready) + 1
    assert list(held[0])[:7] == VOCABULARY
    assert held[0]["financial_year"] == "2024/25"
    assert (held[0]["quality_service"], held[0]["service_provider"]) == ("Pertussis", "D83013")
    assert held[0]["achievement_date"] == "2024-09-30"
    code, out, _ = counted("emit", "--held", "--format", "json")
    assert [{name: str(value or "") for name, value in one.items()} for one in json.loads(out)] == everything
    counts = {one["count"]: one for one in json.loads(counted("counts", "--format", "json")[1])}
    assert {(one["run"], one["root"]) for one in everything} == {(one["run"], one["root"]) for one in counts.values()}
    assert code == 0


def test_the_checkpoint_is_signed(counted: Adapter) -> None:
    verifier = counted("checkpoint", "--verifier-key")[1]
    [line] = {one["checkpoint"] for one in lines(counted, "--held")}
    assert is_signed(read_checkpoint(line), verifier)


def test_a_publication_is_frozen_and_a_later_one_says_what_it_supersedes(counted: Adapter, settings: Settings) -> None:
    assert counted("incident", "close", "ravs-trusts-2024", "--by", "region", "--note", "looked at")[0] == 0
    [count] = [one["count"] for one in json.loads(counted("counts", "--format", "json")[1]) if one["value"] == 6]
    assert counted("declare", count, "--by", "manager", "--note", "all seen")[0] == 0
    assert counted("publish", "--by", "region")[0] == 0
    first = counted("emit", "--publication", 2)[1]
    [row] = [one for one in csv.DictReader(io.StringIO(first)) if one["indicator"] == "PT001"]
    assert row["notes"].startswith("declared by manager on ")
    assert row["notes"].endswith(": all seen")
    assert (row["publication"], row["supersedes"]) == ("2", "")

    with open_store(settings.database_url, settings) as store:
        send(store, deletion(by_identifier("p1")), "gp")
        send(store, deletion(by_identifier("p2")), "gp")
    assert counted(*RUN)[0] == 0
    [count] = [one["count"] for one in json.loads(counted("counts", "--format", "json")[1]) if one["value"] == 4]
    assert counted("publish", "--by", "region", "--note", "corrected")[0] == 0
    assert counted("emit", "--publication", 2)[1] == first
    [row] = [one for one in lines(counted, "--publication", 3) if one["indicator"] == "PT001"]
    assert (row["count"], row["value"], row["supersedes"], row["superseded_value"]) == (count, "4", "2", "6")
    assert "all seen" not in row["notes"]
    assert counted("emit", "--publication", 3, "--held")[0] == 2
    assert counted("emit", "--publication", 9)[0] == 1


def test_a_count_that_is_gone_is_given_as_nothing(adapter: Adapter, settings: Settings) -> None:
    with open_store(settings.database_url, settings) as store:
        organisations(store)
        store.feeds.remember("gp", "D83013")
        one = dose("p1", 1) | {"occurrenceDateTime": "2024-12-05"}
        send(store, one, "gp")
    adapter(*RUN)
    assert adapter("publish", "--by", "region")[0] == 0
    with open_store(settings.database_url, settings) as store:
        moved = one | {"occurrenceDateTime": "2025-02-05"}
        send(store, moved, "gp")
    adapter(*RUN)
    adapter("publish", "--by", "region")
    [row] = lines(adapter, "--publication", 2)
    assert (row["value"], row["supersedes"], row["superseded_value"], row["state"]) == ("0", "1", "1", "ready")
    adapter("publish", "--by", "region")
    assert lines(adapter, "--publication", 3) == []


def test_over_http(counted: Adapter, settings: Settings) -> None:
    client = served(settings)
    by_command = counted("emit", "--held", "--format", "json")[1]
    told = client.ask("GET", "/emission?held=true", "counts:read").json()
    assert [one | {"checkpoint": ""} for one in told] == [one | {"checkpoint": ""} for one in json.loads(by_command)]
    made = client.ask("POST", "/publications", "admin", json={"by": "region"})
    assert made.status_code == 201, made.text
    number = made.json()["number"]
    assert made.json()["superseded"] == []
    for format_ in ("csv", "json"):
        given = client.ask("GET", f"/publications/{number}?format={format_}", "counts:read").text
        assert given == counted("emit", "--publication", number, "--format", format_)[1]
    listed = client.ask("GET", "/publications", "counts:read").json()
    assert [(one["number"], one["who"], one["run"]) for one in listed] == [(number, "region", made.json()["run"])]
    assert client.ask("GET", "/publications/99", "counts:read").status_code == 404
    assert client.ask("POST", "/publications", "admin", json={"note": "x"}).status_code == 400
