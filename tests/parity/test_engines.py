"""Whatever works on the parts of a run, and in how many: the same bytes. Whatever breaks: nothing half-written."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import pytest
from adapter.achievement.emission import counts_json, decision_line
from adapter.errors import AdapterError, StoreError
from adapter.runs.engine import Engine, Pool, Serial
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.share import Share, Work, decide_part
from adapter.store.store import Store, open_store

from sending import NHS_NUMBER, SYSTEM, database_settings, ndjson, nhs_number, send

SNOMED = "http://snomed.info/sct"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
MONTHS = Parameters("2024-08", "2024-12")
TABLES = ("run", "decision", "decision_end", "achievement", "phrase")
Output = tuple[str, str, dict[str, int], list[str], str]

Task = TypeVar("Task")
Answer = TypeVar("Answer")


def resource(number: int) -> dict[str, Any]:
    """A record made from a number: own, others' and unknown performers, some without a patient."""
    pick = random.Random(number)  # noqa: S311 - a seed, no secret
    made: dict[str, Any] = {
        "resourceType": "Immunization",
        "identifier": [{"system": SYSTEM, "value": f"v{number}"}],
        "status": pick.choice(("completed", "completed", "not-done")),
        "extension": [
            {
                "url": PROCEDURE,
                "valueCodeableConcept": {
                    "coding": [{"system": SNOMED, "code": pick.choice(("1303503001", "956951000000104"))}]
                },
            }
        ],
        "vaccineCode": {"text": "vaccine"},
        "patient": {"reference": "#p"},
        "occurrenceDateTime": f"2024-{pick.randint(8, 12):02}-{pick.randint(1, 28):02}",
        "primarySource": True,
    }
    if number % 9:
        identifier = {"system": NHS_NUMBER, "value": nhs_number(number % 40)}
        made["contained"] = [
            {"resourceType": "Patient", "id": "p", "identifier": [identifier], "birthDate": "1946-01-01"}
        ]
    performer = {"type": "Organization", "identifier": {"system": ODS, "value": pick.choice(("D83013", "RVV"))}}
    return made | {"performer": [{"actor": performer}]}


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few records make many parts."""
    monkeypatch.setattr("adapter.store.records.PART", 10)
    monkeypatch.setattr("adapter.store.touched.PART", 3)


@pytest.fixture
def full(store: Store) -> Store:
    load(store)
    return store


def load(store: Store) -> None:
    for feed, practice in (("gp", "D83013"), ("ravs", None)):
        store.feeds.remember(feed, practice)
        send(store, ndjson(*(resource(number) for number in range(120))), feed)


def correct(store: Store) -> None:
    send(store, ndjson(*(resource(number) | {"status": "entered-in-error"} for number in range(0, 120, 5))), "gp")


def output(store: Store, engine: Engine, *, full: bool = False) -> Output:
    run = reconcile(store, MONTHS, engine=engine, full=full).run
    lines = [decision_line(run.id, one.id, one.decision) for one in store.runs.decisions(run)]
    return run.id, run.output_digest, run.outcomes, lines, counts_json(store.runs.achievements(run))


def rows(store: Store) -> list[int]:
    with store.database.read() as connection:
        return [connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one() for name in TABLES]  # noqa: S608


def expected(migrated_file: Path) -> Iterator[tuple[Output, Output]]:
    with tempfile.TemporaryDirectory() as name:
        shutil.copyfile(migrated_file, Path(name) / "adapter.sqlite3")
        made = database_settings(Path(name))
        with open_store(made.database_url, made) as store:
            load(store)
            first = output(store, Serial())
            correct(store)
            yield first, output(store, Serial())


@pytest.mark.parametrize("workers", [1, 2, pytest.param(7, marks=pytest.mark.slow)])
def test_any_number_of_processes_on_either_database(full: Store, migrated_file: Path, workers: int) -> None:
    for first, corrected in expected(migrated_file):
        assert output(full, Pool(workers)) == first
        correct(full)
        assert output(full, Pool(workers)) == corrected
        assert output(full, Serial(), full=True) == corrected
    assert len(first[3]) == 240


def test_in_one_part_or_in_many(full: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    in_many = output(full, Serial())
    monkeypatch.setattr("adapter.store.records.PART", 10_000)
    assert len(full.records.parts(full.records.cut())) == 2
    assert output(full, Serial(), full=True) == in_many
    assert reconcile(full, MONTHS, full=True).repeated


class Wrapped(Pool):
    """A pool whose workers do something else on one of the parts."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__(2)
        self._function = function

    def map(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        assert function is decide_part
        return super().map(self._function, [(number, task) for number, task in enumerate(tasks)])


def killed(numbered: tuple[int, Work]) -> Share:
    number, work = numbered
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return decide_part(work)


def cut_off(numbered: tuple[int, Work]) -> Share:
    """Somebody ends every connection to the database while a part is read."""
    number, work = numbered
    if number == 2:
        with psycopg.connect(work.reference.url, autocommit=True) as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            connection.execute(others + "AND datname = current_database()")
    return decide_part(work)


def test_a_worker_that_is_killed_leaves_nothing(full: Store) -> None:
    with pytest.raises(AdapterError, match="nothing was written") as told:
        reconcile(full, MONTHS, engine=Wrapped(killed))
    assert "\n" not in str(told.value)
    assert rows(full) == [0] * len(TABLES)
    assert sum(reconcile(full, MONTHS).run.outcomes.values()) == 240


def test_a_worker_killed_in_a_later_run_leaves_the_earlier_one(full: Store) -> None:
    before = reconcile(full, MONTHS)
    correct(full)
    kept = rows(full)
    with pytest.raises(AdapterError, match="nothing was written"):
        reconcile(full, MONTHS, engine=Wrapped(killed))
    assert (rows(full), full.runs.latest()) == (kept, before.run)


def test_a_connection_that_is_cut_leaves_nothing(full: Store) -> None:
    if full.database.dialect != "postgresql":
        pytest.skip("SQLite has no connection to cut")
    with pytest.raises(StoreError) as told:
        reconcile(full, MONTHS, engine=Wrapped(cut_off))
    assert "\n" not in str(told.value)
    with open_store(full.database.url, database_settings(Path(), full.database.url)) as again:
        assert rows(again) == [0] * len(TABLES)
        assert sum(reconcile(again, MONTHS).run.outcomes.values()) == 240


def test_an_interrupt_leaves_nothing_behind(full: Store) -> None:
    def interrupted(records: int) -> None:
        if records > 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reconcile(full, MONTHS, interrupted, Pool(2))
    assert multiprocessing.active_children() == []
    assert rows(full) == [0] * len(TABLES)


def test_a_failing_part_is_told_in_its_own_words() -> None:
    with pytest.raises(AdapterError, match=r"^of the third$"):
        list(Pool(2).map(third_fails, [1, 2, 3, 4]))
    assert list(Pool(3).map(doubled, range(20))) == [2 * number for number in range(20)]
    assert list(Pool(3).map(doubled, [])) == []


def third_fails(number: int) -> int:
    if number == 3:
        raise AdapterError("of the third")
    return number


def doubled(number: int) -> int:
    return 2 * number
