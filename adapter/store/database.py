"""The connection to SQLite or PostgreSQL: opened, migrated, and every error of it turned into a sentence of ours.

A database error can hold the values of the statement it came from, and with them patient data. It never leaves this
module: what leaves is a StoreError without a cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from adapter.errors import StoreBusy, StoreError, UsageError
from adapter.store.alone import alone_at
from adapter.store.ledger_sealing import Sealing
from adapter.store.migrations import HEAD
from adapter.store.sqlite_file import BUSY_SECONDS, opened, prepare, prepare_to_read

Clock = Callable[[], datetime]

_ONLY_READ = (
    "SELECT current_setting('transaction_read_only') = 'on' "
    "OR NOT coalesce(has_table_privilege(to_regclass('ledger'), 'INSERT'), true)"
)
WRITE_LOCK = 0x1AADA97E
"""Key of the PostgreSQL advisory lock under which numbers are given."""
_REFUSED_WRITING = {"42501", "25006"}  # insufficient privilege, read-only transaction
_SQLITE_READ_ONLY = 8
_SQLITE_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED
_POSTGRES_BUSY = {"55P03", "40001", "40P01", "57014"}  # lock not available, serialisation, deadlock, timeout


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    """One open database. Reading and writing are blocks: `with database.read() as connection`."""

    def __init__(self, url: str, clock: Clock = utc_now) -> None:
        """Opens and migrates. Raises UsageError for a URL that is no such thing, StoreError where nobody answers."""
        self.clock, self.url = clock, url
        self._engine, self.read_only = _engine(url)
        self.dialect = self._engine.dialect.name
        try:
            self.read_only = self.read_only or self._may_only_read()
            self._migrate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._engine.dispose()

    def must_write(self) -> None:
        """Raises StoreError where the database can only be read: before long work whose end would be in vain."""
        if self.read_only:
            raise StoreError("The database can only be read here: use a copy, or rights, that let you write.")

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read transaction. Rows come from a cursor on the server where a statement is streamed."""
        with _translated(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A write transaction: committed at the end of the block, or not at all. One at a time in the whole database,
        so that numbers have no gaps and nothing below a number that is seen can come later. What it inserts is one
        entry of the ledger. Raises StoreError where the database can only be read.
        """
        self.must_write()
        with _translated(), self._engine.connect() as plain:
            connection = plain.execution_options(adapter_write=True)
            with connection.begin():
                if self.dialect == "postgresql":
                    connection.execute(sa.text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(WRITE_LOCK)))
                sealing = Sealing(connection)
                yield connection
                sealing.close(self.clock())

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        """The only one that works under this name, for as long as the block takes; others wait."""
        self.must_write()
        if self.dialect != "postgresql":
            with alone_at(Path(f"{self._engine.url.database}-alone"), name):
                yield
            return
        key = sa.func.hashtextextended(name, 0)
        with _translated(), self._engine.connect() as plain:
            connection = plain.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(sa.select(sa.func.pg_advisory_lock(key)))
            try:
                yield
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(key)))

    def revision(self) -> str | None:
        """The revision of the schema as it is now; None before the first."""
        with self.read() as connection:
            return _revision(connection)

    def _may_only_read(self) -> bool:
        """Whether PostgreSQL gives no more than SELECT, or is a standby."""
        if self.dialect != "postgresql":
            return False
        with self.read() as connection:
            return bool(connection.execute(sa.text(_ONLY_READ)).scalar())

    def _migrate(self) -> None:
        with self.read() as connection:
            found = _revision(connection)
            if found == HEAD:
                return
        if self.read_only and (found is None or found < HEAD):
            raise StoreError(
                "The database can only be read here, and was not opened by this version of the adapter yet: "
                "open it once where it may be written to, with `adapter feeds list`."
            )
        with self.write() as connection:
            found = _revision(connection)
            if found is not None and found > HEAD:
                raise StoreError("The database was made by a newer version of the adapter: install that version.")
            config = Config()
            config.set_main_option("script_location", "adapter.store:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def next_number(connection: Connection, column: sa.Column[Any]) -> int:
    """The next free number of a table, from 1. Inside a write transaction only."""
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.max(column), 0))).scalar_one()) + 1


def _engine(url: str) -> tuple[Engine, bool]:
    """And whether it is a file that can only be read."""
    parsed, read_only = _url(url), False
    if parsed.get_backend_name() == "sqlite":
        parsed, read_only = opened(parsed)
    try:
        engine = sa.create_engine(parsed, hide_parameters=True)
    except (SQLAlchemyError, ImportError):
        raise UsageError("The database URL cannot be read: write sqlite:///FILE or postgresql://…") from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", prepare_to_read if read_only else prepare)
        event.listen(engine, "begin", _begin_sqlite)
    return engine, read_only


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise UsageError("The database URL cannot be read: write sqlite:///FILE or postgresql://…") from None
    match url.drivername:
        case "sqlite" | "sqlite+pysqlite" if url.database and url.database != ":memory:":
            return url.set(drivername="sqlite+pysqlite")
        case "postgres" | "postgresql" | "postgresql+psycopg":
            return url.set(drivername="postgresql+psycopg")
        case _:
            raise UsageError("Only sqlite:///FILE and postgresql://… are databases that the adapter can use.")


def _begin_sqlite(connection: Connection) -> None:
    immediate = connection.get_execution_options().get("adapter_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _revision(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise _sentence(error.orig, error.connection_invalidated) from None
    except psycopg.Error as error:  # of a COPY, which goes past the layer
        raise _sentence(error, isinstance(error, psycopg.OperationalError) and error.sqlstate is None) from None
    except SQLAlchemyError as error:
        raise StoreError(f"The database layer failed ({type(error).__name__}): please report this.") from None


def _sentence(original: BaseException | None, lost: bool) -> StoreError:
    """Our words for a driver's error: its kind and its code, never its text."""
    sqlite_code = getattr(original, "sqlite_errorcode", None)
    state = getattr(original, "sqlstate", None)
    if (sqlite_code is not None and sqlite_code & 0xFF in _SQLITE_BUSY) or state in _POSTGRES_BUSY:
        return StoreBusy("Another process is writing to the database: wait until it has finished, then try again.")
    if (sqlite_code is not None and sqlite_code & 0xFF == _SQLITE_READ_ONLY) or state in _REFUSED_WRITING:
        return StoreError("The database does not let you do this: use one that you may read, or write to, as it needs.")
    if lost or (type(original).__name__ == "OperationalError" and state is None and sqlite_code is None):
        return StoreError("The database does not answer: check its URL and that it runs, then try again.")
    name = getattr(original, "sqlite_errorname", None) or state or type(original).__name__
    return StoreError(f"The database refused ({name}): check its free space and your rights, then try again.")
