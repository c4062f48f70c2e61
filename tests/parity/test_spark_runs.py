"""Spark gives the same bytes as one process, whatever happens to its tasks, and no secret leaves by it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapter.achievement.emission import counts_json, decision_line
from adapter.errors import AdapterError, StoreError
from adapter.runs.engine import Serial
from adapter.runs.reconciliation import Finished, Parameters, reconcile
from adapter.runs.spark import Spark
from adapter.settings import Settings
from adapter.store.store import Store, open_store
from bench.load import PARTS, Load, make
from bench.ours import check, ingest, prepare
from bench.plan import FIRST_MONTH, LAST_MONTH

import flaky
from sending import database_settings

pytest.importorskip("pyspark", reason="Spark is not installed: `make test-spark` does it")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # pyspark leaves sockets to the collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
RECORDS = 600
MONTHS = Parameters(FIRST_MONTH, LAST_MONTH)


@pytest.fixture(scope="module", autouse=True)
def several_parts() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("adapter.store.records.PART", 100)
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("load") / "load"
    make(made, RECORDS, evenly=True)
    return made


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    return Load.of(folder)


@pytest.fixture(scope="module")
def trouble_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("trouble")


@pytest.fixture(scope="module")
def spark(trouble_folder: Path) -> Iterator[Spark]:
    with Spark("local[2]", {"PYTHONPATH": flaky.import_path(), flaky.TROUBLE: str(trouble_folder)}) as engine:
        yield engine


@pytest.fixture
def trouble(trouble_folder: Path) -> Iterator[Path]:
    yield trouble_folder
    for file in trouble_folder.iterdir():
        file.unlink()


def said(store: Store, finished: Finished) -> tuple[str, str, list[str], str]:
    """Everything that a run says."""
    run = finished.run
    lines = [decision_line(run.id, one.id, one.decision) for one in store.runs.decisions(run)]
    return run.id, run.output_digest, lines, counts_json(store.runs.achievements(run))


def runs(store: Store, folder: Path, load: Load, engine: Serial | Spark) -> list[tuple[str, str, list[str], str]]:
    """What the run after each part of the load says: the first decides everything, the others what changed."""
    prepare(store, folder, load)
    found = []
    for part in PARTS:
        ingest(store, folder, load, part)
        finished = reconcile(store, MONTHS, engine=engine)
        check(load, part, finished)
        found.append(said(store, finished))
    return found


@pytest.fixture(scope="module")
def in_one_process(
    folder: Path, load: Load, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[tuple[str, str, list[str], str]]:
    place = tmp_path_factory.mktemp("reference")
    shutil.copyfile(migrated_file, place / "adapter.sqlite3")
    settings = database_settings(place)
    with open_store(settings.database_url, settings) as store:
        return runs(store, folder, load, Serial())


@pytest.fixture(scope="module")
def loaded(folder: Path, load: Load, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the first part of the load, to be copied."""
    place = tmp_path_factory.mktemp("loaded")
    shutil.copyfile(migrated_file, place / "adapter.sqlite3")
    settings = database_settings(place)
    with open_store(settings.database_url, settings) as store:
        prepare(store, folder, load)
        ingest(store, folder, load, "base")
    return place / "adapter.sqlite3"


@pytest.fixture
def copied(loaded: Path, tmp_path: Path) -> Settings:
    shutil.copyfile(loaded, tmp_path / "adapter.sqlite3")
    return database_settings(tmp_path)


def test_two_executors_are_one_process_to_the_byte(
    store: Store, folder: Path, load: Load, spark: Spark, in_one_process: list[tuple[str, str, list[str], str]]
) -> None:
    assert runs(store, folder, load, spark) == in_one_process


@pytest.mark.parametrize("what", ["failed", "killed", "cut off"])
def test_a_task_that_fails_and_is_tried_again_changes_nothing(
    what: str,
    copied: Settings,
    spark: Spark,
    trouble: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_one_process: list[tuple[str, str, list[str], str]],
) -> None:
    monkeypatch.setattr("adapter.runs.reconciliation.decide_part", flaky.decide_in_trouble)
    (trouble / what).touch()
    with open_store(copied.database_url, copied) as store:
        assert said(store, reconcile(store, MONTHS, engine=spark)) == in_one_process[0]
    assert not (trouble / what).exists()


def test_answers_come_in_the_order_of_the_tasks(spark: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapter.runs.spark._JOB", 16)  # so that there are several jobs
    assert list(spark.map(flaky.double, range(99))) == [2 * number for number in range(99)]
    assert list(spark.map(flaky.double, [])) == []


def test_who_stops_listening_ends_the_work(spark: Spark) -> None:
    answers = spark.map(flaky.double, range(300))
    assert next(answers) == 0
    answers.close()  # type: ignore[attr-defined]
    assert list(spark.map(flaky.double, [1])) == [2]


def test_a_task_that_always_fails_tells_its_kind_and_nothing_of_a_patient(spark: Spark) -> None:
    with pytest.raises(AdapterError) as caught:
        list(spark.map(flaky.always_wrong, range(8)))
    assert str(caught.value) == "A task failed 4 times (ValueError): nothing was written."


def test_a_worker_that_always_dies_is_a_sentence(spark: Spark) -> None:
    with pytest.raises(
        AdapterError, match=r"^Spark gave up a task after 4 attempts, .*: nothing was written\. [^\n]*$"
    ):
        list(spark.map(flaky.always_killed, range(8)))


def test_a_database_that_never_answers_is_said_as_on_one_machine(spark: Spark) -> None:
    with pytest.raises(StoreError, match=r"^The database does not answer\.$"):
        list(spark.map(flaky.always_cut_off, range(2)))


def test_a_refusal_is_not_tried_again(spark: Spark, trouble: Path) -> None:
    with pytest.raises(AdapterError, match=r"^The rules are gone\.$"):
        list(spark.map(flaky.refused, [1]))
    assert len(list(trouble.glob("attempt *"))) == 1


def test_nothing_is_written_where_a_task_always_fails(
    copied: Settings, spark: Spark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.runs.reconciliation.decide_part", flaky.always_cut_off)
    with open_store(copied.database_url, copied) as store:
        before = rows(store)
        with pytest.raises(StoreError):
            reconcile(store, MONTHS, engine=spark)
        assert rows(store) == before


def test_a_database_that_lags_behind_is_refused(
    copied: Settings, spark: Spark, migrated_file: Path, tmp_path: Path
) -> None:
    shutil.copyfile(migrated_file, tmp_path / "behind.sqlite3")
    with (
        open_store(copied.database_url, copied) as store,
        pytest.raises(AdapterError, match="another database than this, or a copy that lags behind"),
    ):
        reconcile(store, MONTHS, engine=spark, place=f"sqlite:///{tmp_path / 'behind.sqlite3'}")


def rows(store: Store) -> dict[str, int]:
    with store.database.read() as connection:
        names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        return {
            name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()  # noqa: S608
            for name in [row[0] for row in names]
        }


def test_executors_with_other_code_are_refused(spark: Spark, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapter.runs.spark.installed_version", lambda: "0.0.1+000000000000")
    with pytest.raises(AdapterError, match="another version of the adapter"):
        list(spark.map(flaky.double, [1]))
