"""What cannot be taken ends in quarantine with every fault's place, the rest is taken, and no value is shown."""

from __future__ import annotations

import contextlib
import csv
import io
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from adapter.cli.application import call

FIXTURES = Path(__file__).parents[2] / "fixtures"
VALUES = ("Zz", "999000", "foo", "4120412041")


def rows(table: str) -> list[dict[str, str]]:
    with (FIXTURES / table).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def adapter(*arguments: str) -> tuple[str, str]:
    """What the command writes to standard output and error; it must succeed."""
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = call(arguments)
    assert code == 0, complained.getvalue()
    return said.getvalue(), complained.getvalue()


def feed(row: dict[str, str]) -> str:
    return Path(row["path"]).name


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, list[Any]], Counter[str]]]:
    """By feed (one for each file): what stands in quarantine, and how many records were taken."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ADAPTER_DATA_DIR", str(tmp_path_factory.mktemp("quarantine")))
        for name in ("ADAPTER_DATABASE_URL", "ADAPTER_DATA_KEY", "ADAPTER_PATIENT_KEY"):
            patched.delenv(name, raising=False)
        patched.chdir(FIXTURES)
        for row in rows("quarantine.csv"):
            said = "".join(adapter("ingest", "--feed", feed(row), row["path"]))
            assert [value for value in VALUES if value in said.replace(row["path"], "")] == []
        listed, _ = adapter("quarantine", "list", "--format", "ndjson")
        assert [value for value in VALUES if value in listed.replace("status_foo", "")] == []
        standing: dict[str, list[Any]] = defaultdict(list)
        for line in listed.splitlines():
            one = json.loads(line)
            standing[one["feed"]].append(one)
        adapter("run", "--from", "2024-01", "--to", "2024-12")
        decided, _ = adapter("decisions", "--format", "ndjson")
        yield standing, Counter(json.loads(line)["record"]["feed"] for line in decided.splitlines())


@pytest.mark.parametrize("row", [pytest.param(row, id=feed(row)) for row in rows("quarantine.csv")])
def test_quarantine(row: dict[str, str], taken: tuple[dict[str, list[Any]], Counter[str]]) -> None:
    standing, accepted = taken
    assert len(standing[feed(row)]) == int(row["quarantined"])
    expressions = {reason["expression"] for one in standing[feed(row)] for reason in one["reasons"]}
    assert expressions == set(row["expressions"].split("|")), row["why"]
    assert all(reason["text"] and reason["code"] for one in standing[feed(row)] for reason in one["reasons"])
    assert accepted[feed(row)] == int(row["accepted"]), row["why"]
