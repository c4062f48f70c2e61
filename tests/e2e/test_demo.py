"""The demo as a stranger runs it: its counts are those that the story's own tables tell."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
STORY = Path(__file__).parents[2] / "fixtures" / "fhir" / "autumn_2024"


def adapter(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ADAPTER_DATA_DIR": str(folder), "COLUMNS": "160"}
    environment.pop("ADAPTER_DATABASE_URL", None)
    command = [sys.executable, "-c", "from adapter.cli.application import main; main()", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=240)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    done = adapter("demo", folder=folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def expected() -> list[dict[str, str]]:
    with (STORY / "expected.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_shows_naive_and_true_counts(told: tuple[Path, str]) -> None:
    _, text = told
    for row in expected():
        cells = (row["practice"], row["programme"], row["period"], row["naive"], row["before_counted"])
        wanted = re.escape(cells[0]) + "".join(rf"\s*│\s*{re.escape(cell)}" for cell in cells[1:])
        assert re.search(wanted + r"\s*│", text), cells


def test_the_last_run_counts_what_the_practices_gave(told: tuple[Path, str]) -> None:
    folder, _ = told
    url = f"sqlite:///{folder / 'demo' / 'adapter.sqlite3'}"
    counts = json.loads(adapter("counts", "--format", "json", "--db", url, folder=folder / "demo").stdout)
    found = {
        (one["practice"], one["programme"], one["indicator"], one["period"]): (
            one["value"],
            one["excluded"],
            one["queried"],
            "|".join(one["holds"]),
        )
        for one in counts
    }
    wanted = {
        (row["practice"], row["programme"], row["indicator"], row["period"]): (
            int(row["after_counted"]),
            int(row["after_excluded"]),
            int(row["after_queried"]),
            row["after_holds"],
        )
        for row in expected()
    }
    assert found == wanted
    assert sum(one["value"] for one in counts) == sum(int(row["truth"]) for row in expected())


def test_it_shows_one_trace_and_the_difference(told: tuple[Path, str]) -> None:
    _, text = told
    assert "twin-elsewhere" in text
    assert "The resource as it came:" in text
    assert "2 records are decided otherwise" in text


def test_it_begins_anew_each_time(told: tuple[Path, str]) -> None:
    folder, first = told
    again = adapter("demo", folder=folder)
    assert again.returncode == 0, again.stderr
    assert again.stdout.count("\n") == first.count("\n")
