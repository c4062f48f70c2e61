"""Executors of Spark read large files: the same rows as from one process, whatever happens to their tasks."""

from __future__ import annotations

import gzip
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter.cli.application import app
from adapter.errors import AdapterError, KeyFault, UnreadablePath
from adapter.feeds.files import found_files, take_files
from adapter.intake import crew as crews
from adapter.intake import lines
from adapter.intake.crew import Crew
from adapter.intake.delivery import Taken, take
from adapter.intake.source import Source
from adapter.runs.spark import Spark
from adapter.settings import Settings
from adapter.store.store import Store, open_store
from typer.testing import CliRunner

import flaky
from deliveries_kept import load, rows, with_context
from sending import PATIENT_KEY, database_settings, shared_reader

pytest.importorskip("pyspark", reason="Spark is not installed: `make test-spark` does it")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # pyspark leaves sockets to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
UPSHOT = "what was read before is kept"

Progress = Callable[[int, int], None]


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Chunks of which a small file has several, each worth an errand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", 30_000)
        patch.setattr(crews, "LEAST", 0)
        yield


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("load") / "load.ndjson"
    path.write_bytes(load())
    return path


@pytest.fixture(scope="module")
def trouble(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trouble")


@pytest.fixture(scope="module")
def spark(trouble: Path) -> Iterator[Spark]:
    secrets = {"PYTHONPATH": flaky.import_path(), flaky.TROUBLE: str(trouble), "ADAPTER_PATIENT_KEY": PATIENT_KEY.hex()}
    with Spark("local[2]", secrets, UPSHOT) as engine:
        yield engine


class Counting:
    """Spark, and how many tasks it was given."""

    def __init__(self, spark: Spark) -> None:
        self._spark, self.tasks = spark, 0

    def stream(self, function: Callable[[Any], Any], tasks: Any) -> Iterator[Any]:
        return self._spark.stream(function, self._counted(tasks))

    def _counted(self, tasks: Any) -> Iterator[Any]:
        for task in tasks:
            self.tasks += 1
            yield task


def taken(store: Store, file: Path, outposts: Any, progress: Progress = lambda done, total: None) -> Taken:
    store.feeds.remember("trust")
    with Source(file.open("rb")) as source, Crew(shared_reader(), store.seal, 1, outposts) as crew:
        return take(store, "trust", source, shared_reader(), progress=progress, crew=crew)


def in_one_process(file: Path, migrated_file: Path, folder: Path) -> list[Any]:
    shutil.copyfile(migrated_file, folder / "adapter.sqlite3")
    settings = database_settings(folder)
    with open_store(settings.database_url, settings) as store:
        assert taken(store, file, None).figures.received > 250
        return rows(store)


@pytest.fixture(scope="module")
def expected(file: Path, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    return in_one_process(file, migrated_file, tmp_path_factory.mktemp("expected"))


@pytest.fixture
def copied(migrated_file: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copyfile(migrated_file, tmp_path / "adapter.sqlite3")
    settings = database_settings(tmp_path)
    with open_store(settings.database_url, settings) as store:
        yield store


def test_executors_keep_the_rows_of_one_process(store: Store, file: Path, spark: Spark, expected: list[Any]) -> None:
    counting = Counting(spark)
    taken(store, file, counting)
    assert rows(store) == expected
    assert counting.tasks == len(dict(expected)["batch"]) > 5


@pytest.mark.parametrize("kind", ["gzip", "context"])
def test_what_only_the_driver_has_is_read_by_it(
    kind: str, copied: Store, spark: Spark, migrated_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "load.ndjson"
    path.write_bytes(gzip.compress(load(), mtime=0) if kind == "gzip" else with_context())
    counting = Counting(spark)
    taken(copied, path, counting)
    (tmp_path / "one").mkdir()
    assert rows(copied) == in_one_process(path, migrated_file, tmp_path / "one")
    assert counting.tasks == 0


@pytest.mark.parametrize("what", ["failed", "killed", "cut off"])
def test_a_task_that_fails_and_is_tried_again_changes_nothing(
    what: str,
    copied: Store,
    file: Path,
    spark: Spark,
    expected: list[Any],
    trouble: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapter.intake.outpost.read_there", flaky.read_in_trouble)
    (trouble / what).touch()
    taken(copied, file, spark)
    assert rows(copied) == expected
    assert not (trouble / what).exists()


def test_a_delivery_that_is_given_up_goes_on_where_it_was(
    copied: Store, file: Path, spark: Spark, expected: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("adapter.intake.outpost.read_there", flaky.dies_after_the_fourth)
        with pytest.raises(AdapterError, match=f"^Spark gave up a task after 4 attempts, or is gone: {UPSHOT}"):
            taken(copied, file, spark)
    assert 0 < len(dict(rows(copied))["batch"]) < len(dict(expected)["batch"])
    assert taken(copied, file, spark).resumed
    assert rows(copied) == expected


def test_an_executor_that_does_not_see_the_file_is_told_of(
    copied: Store, file: Path, spark: Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.intake.outpost.read_there", flaky.sees_no_file)
    [(_, outcome)] = take_other(copied, file, spark)
    assert isinstance(outcome, UnreadablePath)
    assert str(outcome).startswith("An executor cannot open a file that is read here: put it on a file system that all")
    assert file.name not in str(outcome)


def test_an_executor_that_sees_other_bytes_is_told_of(
    copied: Store, file: Path, spark: Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.intake.outpost.read_there", flaky.sees_another_file)
    [(_, outcome)] = take_other(copied, file, spark)
    assert isinstance(outcome, UnreadablePath)
    assert str(outcome).startswith("An executor sees other bytes under the path of a file than are read here")
    assert dict(rows(copied))["record_version"] == []


def take_other(store: Store, file: Path, spark: Spark) -> list[Any]:
    store.feeds.remember("trust")
    return list(take_files(store, "trust", found_files([str(file)]), shared_reader(), outposts=spark))


def test_executors_with_another_key_are_refused(migrated_file: Path, file: Path, spark: Spark, tmp_path: Path) -> None:
    shutil.copyfile(migrated_file, tmp_path / "adapter.sqlite3")
    settings = Settings(f"sqlite:///{tmp_path}/adapter.sqlite3", tmp_path, patient_key=PATIENT_KEY, data_key=b"k" * 32)
    with (
        open_store(settings.database_url, settings) as store,
        pytest.raises(KeyFault, match=r"^The executors hold other keys than this: [^\n]*$"),
    ):
        taken(store, file, spark)


def test_only_so_many_tasks_are_asked_for_ahead(spark: Spark) -> None:
    asked = []

    def tasks() -> Iterator[int]:
        for number in range(25):
            asked.append(number)
            yield number

    answers = spark.stream(flaky.double, tasks())
    found = []
    for answer in answers:
        found.append(answer)
        assert len(asked) - len(found) <= 6
    assert found == [2 * number for number in range(25)]
    assert list(spark.stream(flaky.double, iter(()))) == []


def test_the_command_ingests_a_folder_and_neither_names_nor_keys_leave_by_spark(
    tmp_path: Path, file: Path, expected: list[Any], migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Executors of their own, as on a cluster, with an event log; a data key that they need as well."""
    folder, log, home = tmp_path / "folder", tmp_path / "events", tmp_path / "home"
    for each in (folder, log, home):
        each.mkdir()
    shutil.copyfile(file, folder / "9990000018.ndjson")
    shutil.copyfile(migrated_file, home / "adapter.sqlite3")
    patient_key, data_key = PATIENT_KEY.hex(), (b"d" * 32).hex()
    options = f"--conf spark.eventLog.enabled=true --conf spark.eventLog.dir={log.as_uri()} pyspark-shell"
    for name, value in {
        "PYSPARK_SUBMIT_ARGS": options,
        "PYSPARK_PYTHON": sys.executable,
        "ADAPTER_DATA_DIR": str(home),
        "ADAPTER_PATIENT_KEY": patient_key,
        "ADAPTER_DATA_KEY": data_key,
    }.items():
        monkeypatch.setenv(name, value)
    call = ["ingest", str(folder), "--feed", "trust", "--engine", "spark", "--spark-master", "local-cluster[1,2,1024]"]
    result = CliRunner().invoke(app, call)
    assert result.exit_code == 0, result.output
    settings = Settings.from_environment({"ADAPTER_DATA_DIR": str(home), "ADAPTER_PATIENT_KEY": patient_key})
    with open_store(settings.database_url, settings) as store:
        kept, wanted = dict(rows(store)), dict(expected)
        assert {name: kept[name] for name in wanted if name != "payload"} == {
            name: wanted[name] for name in wanted if name != "payload"
        }
        assert len(kept["payload"]) == len(wanted["payload"])
    [events] = log.iterdir()
    content = events.read_text("utf-8")
    assert "spark.executorEnv.ADAPTER_DATA_KEY" in content
    for secret in (patient_key, data_key, "9990000018"):
        assert secret not in content
