"""Opening, migrating, refusing: the same on both databases."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from adapter.errors import StoreError, UsageError
from adapter.store.database import Database
from adapter.store.migrations import HEAD
from adapter.store.schema import TABLES
from adapter.store.store import Store, open_store
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from sending import database_settings


def test_migrations_make_what_the_tables_say(store: Store) -> None:
    with store.database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "include_object": _is_checked})
        assert compare_metadata(context, SQLModel.metadata) == []


def _is_checked(item: sa.schema.SchemaItem, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """All but one: PostgreSQL does not look for the batch of each version, which costs as much as two indexes."""
    is_key = isinstance(item, sa.ForeignKeyConstraint)
    return not (is_key and item.table.name == "record_version" and item.column_keys == ["batch"])


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "adapter.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


@pytest.mark.parametrize("table", TABLES)
def test_every_table_is_append_only(store: Store, table: str) -> None:
    with store.database.read() as connection:
        text = str(connection.execute(sa.text(_triggers(store.database.dialect, table))).scalar())
    assert int(text) >= 2


def _triggers(dialect: str, table: str) -> str:
    if dialect == "sqlite":
        return f"SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"  # noqa: S608
    return f"SELECT count(*) FROM pg_trigger WHERE tgrelid = '{table}'::regclass AND NOT tgisinternal"  # noqa: S608


@pytest.mark.parametrize(
    "sql", ["UPDATE feed SET kind = 'gp'", "DELETE FROM feed", "UPDATE meta SET value = ''", "DELETE FROM meta"]
)
def test_changes_are_refused_without_a_value(store: Store, sql: str) -> None:
    store.feeds.remember("sensitive-name")
    with pytest.raises(StoreError) as refused, store.database.write() as connection:
        connection.execute(sa.text(sql))
    assert "sensitive" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert [feed.name for feed in store.feeds.listed()] == ["sensitive-name"]


def test_replace_does_not_slip_past(tmp_path: Path) -> None:
    settings = database_settings(tmp_path)
    with open_store(settings.database_url, settings) as store:
        store.feeds.remember("trust")
        with pytest.raises(StoreError), store.database.write() as connection:
            connection.execute(sa.text("INSERT OR REPLACE INTO meta VALUES ('patient key', 'other')"))


def test_errors_hold_no_values(store: Store) -> None:
    query = sa.text("INSERT INTO meta (key, value) VALUES (:key, :value)")
    with store.database.write() as connection:
        connection.execute(query, {"key": "9990000026", "value": "x"})
    with pytest.raises(StoreError) as refused, store.database.write() as connection:
        connection.execute(query, {"key": "9990000026", "value": "y"})
    assert "999" not in str(refused.value)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://host/db", "sqlite://", "sqlite:///:memory:", "http://[bad"])
def test_other_urls_are_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError):
        Database(url)


def test_unreachable_databases_are_told_without_a_password(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as refused:
        Database("postgresql://someone:secret@127.0.0.1:1/nothing?connect_timeout=2")
    assert "secret" not in str(refused.value)
    with pytest.raises(StoreError):
        Database(f"sqlite:///{tmp_path / 'missing' / 'file.sqlite3'}")


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "no.sqlite3"
    file.write_text("this is no database, but it is long enough to be looked at as one" * 20)
    with pytest.raises(StoreError):
        Database(f"sqlite:///{file}")


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    settings = database_settings(tmp_path)
    with open_store(settings.database_url, settings):
        assert stat.S_IMODE((tmp_path / "adapter.sqlite3").stat().st_mode) == 0o600


def test_a_failed_write_leaves_nothing(store: Store) -> None:
    twice = sa.text("INSERT INTO meta VALUES ('a', 'b'), ('c', 'd'), ('a', 'e')")
    with pytest.raises(StoreError), store.database.write() as connection:
        connection.execute(twice)
    with store.database.read() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM meta WHERE key = 'a'")).scalar() == 0
