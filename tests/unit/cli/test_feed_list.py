"""`adapter feeds`: sources beside feeds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import respx
from adapter.feeds.sources import fingerprint, read_sources
from adapter.store.store import Store
from calling import Adapter

from sending import immunization, send

SOURCES = '[feeds.trust]\nkind = "search"\nurl = "https://h/fhir"\n[feeds.drop]\nkind = "folder"\npath = "/drop"\n'


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "feeds.toml"
    file.write_text(SOURCES)
    monkeypatch.setenv("ADAPTER_FEEDS_FILE", str(file))
    return file


def row(said: str, feed: str) -> list[str]:
    lines = said.partition("Sources")[2].splitlines()
    [found] = [line for line in lines if line.strip("│ ").startswith(feed)]
    return [cell.strip() for cell in found.strip("│").split("│")]


def test_sources_are_listed_beside_what_came(adapter: Adapter, store: Store, sources: Path) -> None:
    send(store, immunization())
    code, out, err = adapter("feeds", "list")
    assert (code, err) == (0, "")
    assert row(out, "trust") == ["trust", "search", "never", "", "", "", "", "not pulled"]
    mark = fingerprint(read_sources(SOURCES)["trust"])
    cursor = (store.database.clock() - timedelta(hours=27)).isoformat()
    store.pulls.add("trust", mark, "finished", cursor)
    found = row(adapter("feeds", "list")[1], "trust")
    assert found[3:] == ["1 d 3 h", "0%", "", "", "well"]
    assert found[2].startswith("20")
    store.pulls.add("trust", mark, "failed", note="it is busy")
    assert row(adapter("feeds", "list")[1], "trust")[3:] == ["1 d 3 h", "50%", "", "", "it is busy"]


def test_without_a_file_there_are_no_sources(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ADAPTER_FEEDS_FILE", raising=False)
    code, out, _ = adapter("feeds", "list")
    assert (code, "Sources" in out) == (0, False)


def test_a_fault_of_the_file_is_a_usage_error(adapter: Adapter, sources: Path) -> None:
    sources.write_text("[feeds.trust]\nkind = 'searches'")
    assert adapter("feeds", "list") == (2, "", "adapter: feeds.trust.kind: is none of what it can be.\n")


@respx.mock
def test_pull(adapter: Adapter, sources: Path) -> None:
    page = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": immunization()}]}
    respx.get("https://h/fhir/Immunization").respond(json=page)
    code, out, err = adapter("feeds", "pull", "trust")
    assert (code, err) == (0, "")
    assert out.startswith("1 delivery, 1 resources: 1 new")
    assert row(adapter("feeds", "list")[1], "trust")[7] == "well"
    respx.get("https://h/fhir/Immunization").respond(404)
    code, out, err = adapter("feeds", "pull", "trust")
    assert (code, out) == (1, "")
    assert err == "adapter: The source refuses the question (404): check its address.\n"
    assert "404" in row(adapter("feeds", "list")[1], "trust")[7]
    assert adapter("verify")[0] == 0


def test_pull_wants_a_source_that_is_known(adapter: Adapter, sources: Path) -> None:
    code, _, err = adapter("feeds", "pull", "nobody")
    assert code == 1
    assert err.count("\n") == 1
