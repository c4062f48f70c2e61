"""With the fast tier and without it the same is stored, to the byte."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.cli.ingest import take_all
from adapter.settings import Settings
from adapter.store.store import open_store
from msgspec.structs import replace

from sending import database_settings

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def stored(settings: Settings) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Every row after all fixtures were taken, also those for quarantine."""
    with open_store(settings.database_url, settings, lambda: NOW) as store:
        store.feeds.remember("all", None)
        take_all(store, "all", [FIXTURES / "fhir", FIXTURES / "quarantine"])
        with store.database.read() as connection:
            tables = sa.MetaData()
            tables.reflect(connection)
            for table in tables.sorted_tables:
                rows = connection.execute(sa.select(table).order_by(*table.columns)).all()
                yield from ((table.name, tuple(row)) for row in rows)


@pytest.mark.slow
def test_the_setting_changes_nothing_that_is_stored(tmp_path: Path) -> None:
    found = []
    for word in ("on", "off"):
        folder = tmp_path / word
        folder.mkdir()
        environ = {"ADAPTER_FAST_VALIDATION": word, "ADAPTER_DATA_DIR": str(folder)}
        fast_validation = Settings.from_environment(environ).fast_validation
        assert fast_validation is (word == "on")
        found.append(list(stored(replace(database_settings(folder), fast_validation=fast_validation))))
    assert len(found[0]) > 1000
    assert found[0] == found[1]
