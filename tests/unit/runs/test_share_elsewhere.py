"""A part is worked on by a process that finds the database in its own surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from adapter.errors import AdapterError
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.share import leave
from adapter.settings import Settings
from adapter.store.store import Store

from sending import immunization, send

pytestmark = [  # what a process has open to work at ends with it, and here there is none to end
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
MONTHS = Parameters("2024-09", "2024-09")
Task = TypeVar("Task")
Answer = TypeVar("Answer")


class Elsewhere:
    """Forgets what this process has open, as another one would not have it."""

    def map(self, function: Callable[[Task], Answer], tasks: Sequence[Task]) -> Iterator[Answer]:
        leave()
        return map(function, tasks)


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADAPTER_DATABASE_URL", "ADAPTER_DATABASE_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("in_a_file", [False, True])
def test_the_database_is_named_there(
    in_a_file: bool, store: Store, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text(settings.database_url + "\n")
    named = ("ADAPTER_DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv(*(named if in_a_file else ("ADAPTER_DATABASE_URL", settings.database_url)))
    send(store, immunization())
    assert sum(reconcile(store, MONTHS, engine=Elsewhere(), place="").run.outcomes.values()) == 1


def test_a_database_that_is_not_named_there_is_a_sentence(store: Store) -> None:
    send(store, immunization())
    with pytest.raises(AdapterError, match=r"^ADAPTER_DATABASE_URL is not set on the executors: nothing was written"):
        reconcile(store, MONTHS, engine=Elsewhere(), place="")
