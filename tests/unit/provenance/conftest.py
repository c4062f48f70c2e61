"""A filled database to look at, and to spoil: made once, copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from adapter.store.store import Store, open_store

from filled import fill
from sending import database_settings


@pytest.fixture(scope="session")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    settings = database_settings(tmp_path_factory.mktemp("filled"))
    with open_store(settings.database_url, settings) as store:
        fill(store)
    return settings.data_dir / "adapter.sqlite3"


@pytest.fixture
def filled(filled_file: Path, tmp_path: Path) -> Iterator[Store]:
    shutil.copyfile(filled_file, tmp_path / "adapter.sqlite3")
    settings = database_settings(tmp_path)
    with open_store(settings.database_url, settings) as opened:
        yield opened
