"""A generated load with every fault: its counts are the generator's own truth, on both databases, to the same digests.

The truth is made by construction from the rules' text (`bench/given_here.py`, `bench/given_elsewhere.py`), with none of
the product's code.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from adapter.runs.reconciliation import Finished
from adapter.store.store import Store, open_store
from bench.load import PARTS, Load, make
from bench.ours import WrongCounts, check, ingest, prepare, run
from bench.plan import nhs_numbers
from bench.truth import compared

from sending import database_settings

RECORDS = 1_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("load") / "load"
    make(made, RECORDS, evenly=True)
    return made


@pytest.fixture(scope="module")
def load(folder: Path) -> Load:
    return Load.of(folder)


def runs(store: Store, folder: Path, load: Load, workers: int = 1) -> list[Finished]:
    """The run after each part; every count and every outcome is checked on the way."""
    prepare(store, folder, load)
    found = []
    for part in PARTS:
        figures = ingest(store, folder, load, part, workers)
        assert figures.get("received") == load.lines[part]
        finished = run(store)
        check(load, part, finished)
        found.append(finished)
    return found


def digests(finished: list[Finished]) -> list[tuple[str, str]]:
    return [(one.run.id, one.run.output_digest) for one in finished]


@pytest.fixture(scope="module")
def on_sqlite(
    folder: Path, load: Load, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[Finished]:
    place = tmp_path_factory.mktemp("reference")
    shutil.copyfile(migrated_file, place / "adapter.sqlite3")
    settings = database_settings(place)
    with open_store(settings.database_url, settings) as store:
        return runs(store, folder, load)


@pytest.mark.slow
def test_counts_are_the_truth_and_databases_agree(
    store: Store, folder: Path, load: Load, on_sqlite: list[Finished]
) -> None:
    assert digests(runs(store, folder, load)) == digests(on_sqlite)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("database_url", "workers"), [("sqlite", 2), ("postgresql", 7)], indirect=["database_url"], ids=["two", "seven"]
)
def test_any_number_of_workers_gives_the_same(
    store: Store, workers: int, folder: Path, load: Load, on_sqlite: list[Finished], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.intake.crew.LEAST", 1)
    monkeypatch.setattr("adapter.intake.lines.CHUNK", 1 << 16)
    assert digests(runs(store, folder, load, workers)) == digests(on_sqlite)


@pytest.mark.slow
def test_a_wrong_count_fails(load: Load, on_sqlite: list[Finished]) -> None:
    """The check can fail: here it is held to the truth of a correction that had not arrived."""
    with pytest.raises(WrongCounts, match="after fault"):
        check(load, "fault", on_sqlite[0])


def test_the_load_holds_everything(load: Load) -> None:
    truth = load.truths["base"]
    assert set(truth.outcomes) == {"counted", "excluded", "queried", "merged", "out_of_scope"}
    assert set(truth.figures) == {"received", "new", "deletes", "receipts", "quarantined"}
    assert truth.figures["received"] == load.lines["base"]
    assert load.lines["fault"] > load.touched["fault"] > 0
    assert load.lines["scattered"] == load.touched["scattered"] > 0


def test_the_same_seed_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    make(tmp_path / "again", RECORDS, evenly=True)
    names = sorted(file.relative_to(folder) for file in folder.rglob("*") if file.is_file())
    assert names == sorted(file.relative_to(tmp_path / "again") for file in (tmp_path / "again").rglob("*.*"))
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_every_line_is_a_resource_or_a_fault_that_is_known(folder: Path, load: Load) -> None:
    lines = [line for file in sorted((folder / "base").glob("*.ndjson")) for line in file.read_bytes().splitlines()]
    sound = sum(_parses(line) for line in lines)
    assert len(lines) == load.lines["base"]
    assert 0 < len(lines) - sound <= load.truths["base"].figures["quarantined"]
    assert 2_100 < sum(map(len, lines)) / len(lines) < 2_500


def _parses(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def test_nhs_numbers_are_of_the_test_range_and_valid() -> None:
    numbers = [number for number, _ in zip(nhs_numbers(), range(20_000), strict=False)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(number[:9])) % 11
        assert number.startswith("999")
        assert check % 11 == int(number[9])


def test_differences_are_named() -> None:
    assert compared({"A/PT001/2024-09": (1, 2, 3)}, {"A/PT001/2024-09": (1, 2, 3)}) == []
    assert compared({"A/PT001/2024-09": (1, 2, 3)}, {"B/PT001/2024-09": (0, 0, 1)}) == [
        "A/PT001/2024-09: value, excluded, queried are (0, 0, 0), and the truth is (1, 2, 3)",
        "B/PT001/2024-09: value, excluded, queried are (0, 0, 1), and the truth is (0, 0, 0)",
    ]
