"""The command as scripts hold on to it: exit codes, one line on stderr, formats, and nothing of a patient anywhere."""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from adapter.cli.application import call

from sending import PATIENT_KEY

FIXTURES = Path(__file__).parents[2] / "fixtures"
MONTHS = ("--from", "2022-01", "--to", "2026-12")


class Said(NamedTuple):
    code: int
    out: str
    err: str


Adapter = Callable[..., Said]


@pytest.fixture
def adapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Adapter:
    """Call the command on a database of this test."""
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(tmp_path / "kept"))
    monkeypatch.setenv("ADAPTER_PATIENT_KEY", PATIENT_KEY.hex())
    monkeypatch.delenv("ADAPTER_DATABASE_URL", raising=False)

    def run(*arguments: object) -> Said:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = call([str(argument) for argument in arguments])
        return Said(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def loaded(adapter: Adapter) -> Adapter:
    assert adapter("ods", "load", FIXTURES / "ods").code == 0
    feed = ("--feed", "gp", "--practice", "D83013")
    assert adapter("ingest", *feed, FIXTURES / "fhir" / "pertussis" / "own_dose.json").code == 0
    assert adapter("ingest", *feed, FIXTURES / "fhir" / "pertussis" / "trust_as_performer.json").code == 0
    assert adapter("run", *MONTHS).code == 0
    return adapter


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("run", "--from", "2024-13", "--to", "2024-12"),
        ("run", "--from", "2024-12", "--to", "2024-11"),
        ("run", "--from", "2024-11"),
        ("counts", "--format", "pdf"),
        ("ingest", "--feed", "x", "--kind", "gp", "."),
        ("ingest", "--feed", "x", "--practice", "D83013", "--kind", "poc", "."),
        ("ingest", "--feed", "x", "--practice", "not a code!", "."),
        ("counts", "--db", "mysql://nowhere"),
        ("decisions", "--programme", "nope"),
        ("ingest", "--feed", "x", "-", "-"),
    ],
)
def test_a_call_that_cannot_be_meant_exits_2_with_one_line(adapter: Adapter, arguments: tuple[str, ...]) -> None:
    said = adapter(*arguments)
    assert said.code == 2
    assert said.out == ""
    assert said.err.startswith("adapter: ")
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("counts",), ("trace", "ffffffffffff"), ("quarantine", "show", "ffff"), ("counts", "--run", "ffff")]
)
def test_what_is_not_there_exits_1_with_one_line(adapter: Adapter, arguments: tuple[str, ...]) -> None:
    said = adapter(*arguments)
    assert said.code == 1
    assert said.err.count("\n") == 1


def test_a_folder_tells_how_many_files_it_left_out(adapter: Adapter, tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "a.json").write_bytes((FIXTURES / "fhir" / "pertussis" / "own_dose.json").read_bytes())
    (folder / "b.txt").write_bytes(b"{}")
    said = adapter("ingest", "--feed", "gp", "--practice", "D83013", folder)
    assert said.code == 0
    assert "1 files in the folders were left out" in said.out


def test_a_data_folder_that_cannot_be_made(adapter: Adapter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(tmp_path / "file" / "below"))
    said = adapter("counts")
    assert said.code == 1
    assert "ADAPTER_DATA_DIR" in said.err


def test_a_look_back_is_not_the_latest_run(loaded: Adapter) -> None:
    now = json.loads(loaded("counts", "--format", "json").out)
    assert loaded("run", *MONTHS, "--as-of", "2020-01-01").code == 0
    assert json.loads(loaded("counts", "--format", "json").out) == now


def test_queried_records_without_an_indicator_are_named_beside_the_counts(adapter: Adapter) -> None:
    path = FIXTURES / "fhir" / "codes" / "degraded_in_transfer.json"
    assert adapter("ingest", "--feed", "gp", "--practice", "D83013", path).code == 0
    assert adapter("run", *MONTHS).code == 0
    assert "1 more queried records" in adapter("counts").out


def test_what_stands_in_quarantine_can_be_shown_again_byte_for_byte(adapter: Adapter, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_bytes(b'{"resourceType": "Immunization", "status": ')
    adapter("ingest", "--feed", "x", tmp_path / "broken.json")
    (line,) = adapter("quarantine", "list", "--format", "ndjson").out.splitlines()
    identifier = json.loads(line)["id"]
    assert '"status":' in adapter("trace", identifier[:12]).out
    assert '"status":' not in adapter("trace", identifier, "--no-bytes").out


def test_a_path_that_cannot_be_opened_exits_1_after_the_others_are_taken(adapter: Adapter) -> None:
    good = FIXTURES / "fhir" / "pertussis" / "own_dose.json"
    said = adapter("ingest", "--feed", "gp", "--practice", "D83013", "/nowhere/9990000018.json", good)
    assert said.code == 1
    assert "1 new" in said.out
    assert "9990000018" not in said.out + said.err
    assert said.err.count("\n") == 1


def test_quarantined_resources_are_no_failure(adapter: Adapter, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_bytes(b"{")
    said = adapter("ingest", "--feed", "x", tmp_path / "broken.json")
    assert said.code == 0
    assert "1 in quarantine" in said.out
    (line,) = adapter("quarantine", "list", "--format", "ndjson").out.splitlines()
    assert {"id", "feed", "received", "reasons"} <= json.loads(line).keys()


def test_a_feed_remembers_what_it_was_declared_to_be(loaded: Adapter) -> None:
    path = FIXTURES / "fhir" / "pertussis" / "own_dose.json"
    assert loaded("ingest", "--feed", "gp", path).code == 0
    assert loaded("ingest", "--feed", "gp", "--practice", "G81086", path).code == 2
    assert loaded("ingest", "--feed", "gp", "--gms-markers", path).code == 2
    assert loaded("ingest", "--feed", "gp", "--kind", "poc", path).code == 2


def test_standard_input(adapter: Adapter, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (FIXTURES / "fhir" / "pertussis" / "own_dose.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(gzip.compress(content))))
    assert "1 new" in adapter("ingest", "--feed", "gp", "--practice", "D83013", "-").out


def test_decisions_as_scripts_read_them(loaded: Adapter) -> None:
    lines = [json.loads(line) for line in loaded("decisions", "--format", "ndjson").out.splitlines()]
    assert [(one["outcome"], one["reason"]) for one in lines] == [
        ("counted", "performer-is-claimant"),
        ("excluded", "performer-elsewhere"),
    ] or [(one["outcome"], one["reason"]) for one in lines] == [
        ("excluded", "performer-elsewhere"),
        ("counted", "performer-is-claimant"),
    ]
    assert list(lines[0]) == [
        "run",
        "decision",
        "outcome",
        "reason",
        "supporting",
        "practice",
        "programme",
        "indicator",
        "period",
        "occurred",
        "vaccination",
        "record",
    ]
    assert list(lines[0]["record"]) == ["feed", "system", "value", "version", "sha256", "pointer"]
    assert loaded("decisions", "--format", "ndjson", "--practice", "ZZ999").out == ""


def test_counts_as_scripts_read_them(loaded: Adapter) -> None:
    (count,) = json.loads(loaded("counts", "--format", "json").out)
    assert list(count) == [
        "run",
        "count",
        "practice",
        "service",
        "programme",
        "indicator",
        "period",
        "achievement_date",
        "value",
        "state",
        "holds",
        "excluded",
        "queried",
        "root",
    ]
    assert (count["value"], count["excluded"], count["queried"]) == (1, 1, 0)
    assert (count["state"], count["holds"], count["achievement_date"]) == ("held", ["incident"], "2024-09-30")
    (row,) = csv.DictReader(io.StringIO(loaded("counts", "--format", "csv").out))
    assert list(row) == list(count)
    assert row["count"] == count["count"]


def test_a_trace_of_a_count_ends_in_the_verbatim_bytes(loaded: Adapter) -> None:
    (count,) = json.loads(loaded("counts", "--format", "json").out)
    said = loaded("trace", count["count"]).out
    for line in loaded("decisions", "--format", "ndjson").out.splitlines():
        decision = json.loads(line)
        assert decision["decision"] in said
        assert decision["record"]["sha256"] in said
    document = json.loads((FIXTURES / "fhir" / "pertussis" / "own_dose.json").read_text(encoding="utf-8"))
    identifier = next(
        entry["resource"]["identifier"][0]["value"]
        for entry in document.get("entry", [{"resource": document}])
        if entry["resource"]["resourceType"] == "Immunization"
    )
    assert said.count(f'"{identifier}"') >= 1


def test_the_same_run_twice_is_one_run(loaded: Adapter) -> None:
    first, second = loaded("run", *MONTHS), loaded("run", *MONTHS)
    assert first.out == second.out
    assert re.fullmatch(r"[0-9a-f]{64}\n", first.out)


def test_a_review_holds_from_the_next_run_on(loaded: Adapter) -> None:
    excluded = next(
        one
        for one in map(json.loads, loaded("decisions", "--format", "ndjson").out.splitlines())
        if one["outcome"] == "excluded"
    )
    said = loaded(
        "review",
        excluded["decision"],
        "--verdict",
        "given-by-practice",
        "--by",
        "a manager",
        "--note",
        "batch book seen",
    )
    assert said.code == 0, said.err
    before = loaded("run", *MONTHS).out.strip()
    after = {
        one["record"]["value"]: one["reason"]
        for one in map(json.loads, loaded("decisions", "--format", "ndjson").out.splitlines())
    }
    assert after[excluded["record"]["value"]] == "reviewed-given"
    assert "review" in loaded("diff", excluded["run"], before).out


@pytest.mark.slow
def test_no_patient_is_ever_shown(adapter: Adapter) -> None:
    """Everything but the verbatim trace, over every fixture there is: no number of the test range, no invented name."""
    said = [adapter("ods", "load", FIXTURES / "ods")]
    said.append(adapter("ingest", "--feed", "poc", FIXTURES / "fhir", FIXTURES / "quarantine"))
    said.append(adapter("ingest", "--feed", "gp", "--practice", "D83013", FIXTURES / "fhir"))
    said.append(adapter("run", *MONTHS))
    for arguments in (
        ("decisions",),
        ("decisions", "--format", "ndjson"),
        ("counts",),
        ("counts", "--format", "json"),
        ("quarantine", "list"),
        ("quarantine", "list", "--format", "ndjson"),
        ("feeds", "list"),
    ):
        said.append(adapter(*arguments))
    identifiers = [json.loads(line)["id"] for line in said[-2].out.splitlines()]
    said.extend(adapter("quarantine", "show", identifier) for identifier in identifiers[:20])
    assert [one.err for one in said if one.code] == []
    for one in said:
        assert re.findall(r"(?<![0-9a-f])999 ?\d{3} ?\d{4}(?![0-9a-f])", one.out + one.err) == []
        assert re.findall(r"Zz[a-z]+", one.out + one.err) == []
