"""The command on Spark, and where its secrets go. Each test starts a Spark of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapter.cli.application import app
from adapter.errors import AdapterError
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.spark import Spark
from adapter.settings import Settings
from adapter.store.store import Store
from typer.testing import CliRunner

import flaky
from sending import immunization, send

pytest.importorskip("pyspark", reason="Spark is not installed: `make test-spark` does it")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # pyspark leaves sockets to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MONTH = "2024-09"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_runs_on_spark(store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    send(store, immunization())
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("ADAPTER_PATIENT_KEY", bytes(range(32)).hex())
    call = ["run", "--from", MONTH, "--to", MONTH, "--engine", "spark", "--spark-master", "local[2]"]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    again = reconcile(store, Parameters(MONTH, MONTH), full=True)
    assert again.repeated
    assert result.stdout == again.run.id + "\n"
    assert "ADAPTER_DATABASE_URL" not in os.environ


def test_a_java_that_does_not_start_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with (
        pytest.raises(AdapterError, match=r"^Java did not start: .* Set JAVA_HOME [^\n]*$"),
        Spark("local[2]") as engine,
    ):
        list(engine.map(flaky.double, [1]))


def test_a_cluster_cannot_read_a_file_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(tmp_path))
    call = [
        "run",
        "--from",
        MONTH,
        "--to",
        MONTH,
        "--engine",
        "spark",
        "--spark-master",
        "spark://cluster.example:7077",
    ]
    result = CliRunner().invoke(app, call)
    assert result.exit_code != 0
    assert "A cluster cannot read SQLite" in str(result.exception)


def test_secrets_reach_executors_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An executor of its own, as on a cluster: its environment has the secret; command lines and event log have not."""
    log = tmp_path / "events"
    log.mkdir()
    options = f"--conf spark.eventLog.enabled=true --conf spark.eventLog.dir={log.as_uri()} pyspark-shell"
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", options)
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("PYTHONPATH", flaky.import_path())
    url = "postgresql://adapter:unheard-of@db.example/adapter"
    with Spark("local-cluster[1,1,1024]", {"ADAPTER_DATABASE_URL": url}) as engine:
        assert list(engine.map(flaky.environment, ["ADAPTER_DATABASE_URL"])) == [url]
        assert [line for line in command_lines() if b"unheard-of" in line] == []
        assert engine._context is not None
        assert engine._context.spark.environment == {"PYTHONHASHSEED": "0"}  # it goes with every task
    [events] = log.iterdir()
    content = events.read_text("utf-8")
    assert "spark.executorEnv.ADAPTER_DATABASE_URL" in content
    assert "unheard-of" not in content


def command_lines() -> Iterator[bytes]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield file.read_bytes()
        except OSError:
            continue  # it has ended
