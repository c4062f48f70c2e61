"""`adapter return`: one practice or all, in three forms, from a run as its counts stand now."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from adapter.cli import ods
from adapter.cli.demo import fixtures_folder
from adapter.cli.ingest import take_all
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.store import open_store
from calling import Adapter

from sending import database_settings

STORY = fixtures_folder() / "fhir" / "autumn_2024"
SAID = ("--by", "practice manager", "--note", "each record checked")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with one practice's records and the trust's, counted."""
    folder = tmp_path_factory.mktemp("story")
    settings = database_settings(folder)
    with open_store(settings.database_url, settings) as store:
        ods.load_all(store, [fixtures_folder() / "ods"])
        store.feeds.remember("mill", "D83013", "gp", True)
        store.feeds.remember("maternity")
        take_all(store, "mill", [STORY / "gp_D83013"])
        take_all(store, "maternity", [STORY / "poc_trust"])
        reconcile(store, Parameters("2024-09", "2024-12"))
    return folder / "adapter.sqlite3"


@pytest.fixture
def database_url(story: Path, tmp_path: Path) -> str:
    """A copy of it for each test."""
    shutil.copyfile(story, tmp_path / "adapter.sqlite3")
    return f"sqlite:///{tmp_path / 'adapter.sqlite3'}"


@pytest.fixture
def counted(adapter: Adapter) -> Adapter:
    """The command on it."""
    return adapter


def figure(text: str, name: str) -> int:
    found = re.search(rf"{name} +([0-9]+)$", text, re.MULTILINE)
    assert found, text
    return int(found[1])


def test_the_figures_are_those_of_the_counts_and_decisions(counted: Adapter) -> None:
    code, text, _ = counted("return", "--practice", "D83013")
    assert code == 0
    counts = json.loads(counted("counts", "--practice", "D83013", "--format", "json")[1])
    decisions = [
        json.loads(line) for line in counted("decisions", "--practice", "D83013", "--format", "ndjson")[1].splitlines()
    ]
    assert figure(text, "Counted") == sum(one["value"] for one in counts)
    assert figure(text, "of these held back") == sum(one["value"] for one in counts if one["state"] == "held")
    for name, outcome in (("Questions to you", "queried"), ("Left out", "excluded")):
        of_outcome = [one for one in decisions if one["outcome"] == outcome]
        assert figure(text, name) == len(of_outcome) > 0
        assert all(one["decision"] in text and one["record"]["value"] in text for one in of_outcome)
    assert all(one["count"] in text and one["root"] in text for one in counts)
    assert "ravs-trusts-2024" in text
    assert re.findall(r"\b999[0-9]{7}\b", text) == []


def test_a_review_and_a_declaration_show_in_it(counted: Adapter) -> None:
    before = counted("return", "--practice", "D83013")[1]
    queried = next(
        one
        for line in counted("decisions", "--practice", "D83013", "--format", "ndjson")[1].splitlines()
        if (one := json.loads(line))["outcome"] == "queried"
    )
    counted("review", queried["decision"], "--verdict", "given-by-practice", *SAID)
    counted("run", "--from", "2024-09", "--to", "2024-12")
    after = counted("return", "--practice", "D83013")[1]
    assert figure(after, "Questions to you") == figure(before, "Questions to you") - 1
    assert "1 more were confirmed already" in after
    high = next(one for one in json.loads(counted("counts", "--format", "json")[1]) if "threshold" in one["holds"])
    assert "unusually high" in after
    counted("declare", high["count"], *SAID)
    declared = counted("return", "--practice", "D83013")[1]
    assert "unusually high" not in declared
    assert "held, declared" in declared


def test_a_declared_fault_is_told_to_whom_it_holds(counted: Adapter) -> None:
    days = ("--from", "2024-10-01", "--to", "2024-10-31")
    counted("incident", "open", "flu-fault", "--programme", "rsv-older", *days, "--by", "R", "--reason", "a wrong code")
    text = counted("return", "--practice", "d83013", "--period", "2024-10")[1]
    assert "flu-fault: a wrong code" in " ".join(text.split())
    assert "September 2024" not in text.partition("6. Where")[0]


def test_all_practices_go_into_a_folder_and_the_same_run_gives_the_same_bytes(counted: Adapter, tmp_path: Path) -> None:
    counted("checkpoint")
    for form, ending in (("html", "html"), ("pdf", "pdf"), ("text", "txt")):
        for place in ("one", "two"):
            code, said, _ = counted("return", "--format", form, "--out", tmp_path / place / form)
            assert (code, said) == (0, "1 returns are written.\n")
        [first], [second] = ((tmp_path / place / form).iterdir() for place in ("one", "two"))
        assert first.name == f"D83013.{ending}"
        assert first.read_bytes() == second.read_bytes()
        assert counted("return", "--practice", "D83013", "--format", form, "-o", tmp_path / "own")[0] == 0
        assert (tmp_path / "own").read_bytes() == first.read_bytes()
    assert "origin" not in (tmp_path / "one" / "text" / "D83013.txt").read_text()
    assert "immunisation-cqrs-adapter/" in (tmp_path / "one" / "text" / "D83013.txt").read_text()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("--practice", "A99999"), 1),
        (("--practice", "D83013", "--period", "2024-08"), 2),
        (("--practice", "D83013", "--period", "September"), 2),
        (("--practice", "D83013", "--run", "ffff"), 1),
        (("--practice", "D83013", "-o", "/proc/nowhere/file"), 1),
    ],
)
def test_what_cannot_be_written_is_said_in_one_line(counted: Adapter, arguments: tuple[str, ...], code: int) -> None:
    found, _, said = counted("return", *arguments)
    assert (found, len(said.splitlines())) == (code, 1)
