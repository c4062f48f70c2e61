"""The package's own tables, read once, and a way to spoil them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from adapter.normalise.catalogue import Catalogue, load_catalogue
from adapter.normalise.check import check
from adapter.normalise.table import Problem
from adapter.normalise.tables import mappings_folder, read_folder, read_tables

Edit = Callable[[str, str, str], tuple[Problem, ...]]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    loaded = load_catalogue()
    assert isinstance(loaded, Catalogue), loaded
    return loaded


@pytest.fixture(scope="session")
def mapping_files() -> dict[str, bytes]:
    return read_folder(mappings_folder())


@pytest.fixture(scope="session")
def problems_after(mapping_files: dict[str, bytes]) -> Edit:
    """What the check finds after `old`, which must be there once, became `new` in a file."""

    def problems_of(file: str, old: str, new: str) -> tuple[Problem, ...]:
        text = mapping_files[file].decode()
        assert text.count(old) == 1, text.count(old)
        return check(read_tables({**mapping_files, file: text.replace(old, new).encode()}))

    return problems_of
