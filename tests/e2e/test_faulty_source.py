"""A source that goes wrong in every way, by a schedule: after it recovers, all is as if it had never gone wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from adapter.cli import ods
from adapter.cli.demo import fixtures_folder
from adapter.feeds.journey import Journey
from adapter.feeds.pull import pull
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import ClientSecret, Export, Pullable, Search, Waiting
from adapter.provenance.verification import Verified, verify
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.store.store import Store, open_store

from sending import database_settings, known, shared_reader

TESTS = Path(__file__).parents[1]
MOST_PULLS = 40


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The source server, in its own process."""
    command = [sys.executable, str(TESTS / "faulty_source.py")]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=paths) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


@pytest.fixture(scope="module")
def with_organisations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database to copy, that knows the organisations."""
    folder = tmp_path_factory.mktemp("organisations")
    settings = database_settings(folder)
    with open_store(settings.database_url, settings) as store:
        ods.load_all(store, [fixtures_folder() / "ods"])
    return folder / "adapter.sqlite3"


def source_of(kind: str, base: str) -> Pullable:
    credentials = ClientSecret(token_url=f"{base}/token", client_id="c", client_secret_env="SECRET")  # noqa: S106
    waiting = Waiting(read=0.4, connect=5, attempts=3)
    if kind == "search":
        return Search(url=f"{base}/fhir", practice="D83013", credentials=credentials, waiting=waiting)
    return Export(url=f"{base}/fhir", practice="D83013", credentials=credentials, waiting=waiting)


def pulled_to_the_end(store: Store, source: Pullable, crashing: bool = False) -> int:
    """How many pulls it took. `crashing`: the first that would move the cursor is killed just before."""
    for attempt in range(1, MOST_PULLS):
        try:
            with pytest.MonkeyPatch.context() as patched:
                if crashing:
                    patched.setattr(Journey, "step", _killed)
                pull(store, "gp", source, {"SECRET": "hush"}, pause=lambda seconds: None, reading=shared_reader())
        except SourceFailed as failure:
            said = str(failure)
            assert not any(word in said for word in ("http", "?", "\n", "token-", "hush", "999"))
        except KeyboardInterrupt:
            crashing = False
        else:
            return attempt
    raise AssertionError("it never came to its end")


_STEP = Journey.step


def _killed(journey: Journey, what: str, *more: str, **named: str) -> None:
    if what in ("reached", "finished"):
        raise KeyboardInterrupt
    _STEP(journey, what, *more, **named)  # type: ignore[arg-type]


def outcome(store: Store) -> tuple[list[object], list[object], int]:
    """Records, counts, and how many versions were kept."""
    records = sorted((each.key, each.withdrawn, each.sha256, each.version) for each in known(store))
    finished = reconcile(store, Parameters("2024-08", "2024-12"))
    counts = [(each.practice, each.indicator, each.period, each.value) for each in finished.achievements]
    with store.database.read() as connection:
        versions = connection.execute(sa.text("SELECT count(*) FROM record_version")).scalar_one()
    return [*records], [*counts], versions


def through(origin: str, kind: str, name: str, template: Path, folder: Path, crashing: bool = False) -> object:
    """What a store holds after it pulled, time moved on, and it pulled again."""
    folder.mkdir()
    shutil.copyfile(template, folder / "adapter.sqlite3")
    settings = database_settings(folder)
    base = f"{origin}/{name}"
    source = source_of(kind, base)
    with open_store(settings.database_url, settings) as store:
        pulls = pulled_to_the_end(store, source, crashing)
        httpx.post(f"{base}/advance")
        pulls += pulled_to_the_end(store, source, crashing)
        if name.startswith("clean"):
            assert pulls == 2
        for each in store.deliveries.listed():
            assert each.finished
            assert each.figures.conserved
            assert not each.figures.quarantined
        found = outcome(store)
        assert isinstance(verify(store), Verified)
    return found


CLEAN: dict[tuple[str, int], object] = {}
"""What comes of the records of a seed without any fault."""


def compare(origin: str, kind: str, seed: int, template: Path, tmp_path: Path) -> None:
    key = kind, seed % 3
    if key not in CLEAN:
        CLEAN[key] = through(origin, kind, f"clean{kind}-{seed % 3}", template, tmp_path / f"clean-{seed}")
    clean = CLEAN[key]
    faulty = through(origin, kind, f"s-{seed}", template, tmp_path / f"s-{seed}", crashing=seed // 3 % 2 == 0)
    assert faulty == clean
    records, counts, _ = clean  # type: ignore[misc]
    assert len(records) == 20
    assert counts


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["search", "export"])
def test_after_it_recovers_all_is_as_if_nothing_had_happened(
    origin: str, with_organisations: Path, tmp_path: Path, kind: str
) -> None:
    for seed in (0, 3, 6):  # of the same records, so that they are pulled without faults but once
        compare(origin, kind, seed + 300 * (kind == "export"), with_organisations, tmp_path)


@pytest.mark.deep
@pytest.mark.parametrize("kind", ["search", "export"])
@pytest.mark.parametrize("block", range(10))
def test_hundreds_of_schedules(origin: str, with_organisations: Path, tmp_path: Path, kind: str, block: int) -> None:
    for seed in range(15):
        compare(origin, kind, 1_000 + 30 * block + 2 * seed + (kind == "export"), with_organisations, tmp_path)
