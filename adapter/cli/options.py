"""Options that every command shares, and the store and the settings that they lead to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from adapter.errors import UnreadablePath, UsageError
from adapter.normalise.overlay import Overlay
from adapter.provenance.timestamp import Stamp, checked, stamp_beside
from adapter.runs.ruleset import catalogue_in_force
from adapter.runs.spark import EVERY_CORE, Spark
from adapter.settings import Settings
from adapter.store.patient_key import patient_key
from adapter.store.store import Store, open_store

Database = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="sqlite:///FILE or postgresql://… Else ADAPTER_DATABASE_URL."),
]
RunId = Annotated[str | None, typer.Option("--run", metavar="ID", help="A run's id or its beginning. Else the latest.")]
Practice = Annotated[str | None, typer.Option("--practice", metavar="ODS", help="Only this practice.")]
Programme = Annotated[str | None, typer.Option("--programme", metavar="KEY", help="Only this programme.")]

Certificate = Annotated[
    Path | None,
    typer.Option(
        "--tsa-certificate",
        metavar="PEM",
        help="Check the time stamp beside it, under this root certificate of its authority.",
    ),
]
SparkMaster = Annotated[
    str | None,
    typer.Option("--spark-master", metavar="URL", help="Where Spark runs. Else ADAPTER_SPARK_MASTER, or this machine."),
]


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    SPARK = "spark"


class Table(StrEnum):
    """Formats of a list that people read."""

    TABLE = "table"
    NDJSON = "ndjson"


def settings(db: str | None) -> Settings:
    found = Settings.from_environment(os.environ)
    return msgspec.structs.replace(found, database_url=db) if db else found


@contextmanager
def stored(db: str | None) -> Iterator[Store]:
    """The database named, its schema brought up to date, closed at the end."""
    found = settings(db)
    with open_store(found.database_url, found) as opened:
        yield opened


def mapping_releases(db: str | None) -> tuple[Overlay, ...]:
    """The releases of official tables in force; none where there is no embedded database yet, and none is made."""
    found = settings(db)
    file = found.database_url.removeprefix("sqlite:///")
    if file != found.database_url and not os.path.exists(file):
        return ()
    with open_store(found.database_url, found) as opened:
        return opened.mapping_releases.in_force()


def spark(master: str | None, db: str | None) -> Spark:
    """Spark, whose executors find the database. Refuses a cluster for a database that is a file of this machine."""
    found = settings(db)
    engine = Spark(master or found.spark_master or EVERY_CORE, {"ADAPTER_DATABASE_URL": found.database_url})
    if not engine.local and found.database_url.startswith("sqlite"):
        raise UsageError(
            "A cluster cannot read SQLite, a file of this machine: use PostgreSQL, or --spark-master local[*]."
        )
    return engine


def spark_for_ingest(master: str | None, db: str | None) -> Spark:
    """Spark, whose executors find the keys. They ask no database, so any will do."""
    found = settings(db)
    secrets = {"ADAPTER_PATIENT_KEY": patient_key(found, None).hex()}
    if found.data_key:
        secrets["ADAPTER_DATA_KEY"] = found.data_key.hex()
    upshot = "what was read before is kept, and the same call goes on from there"
    return Spark(master or found.spark_master or EVERY_CORE, secrets, upshot)


def content(file: Path, ordinal: int = 1) -> bytes:
    """A whole file. Its name is never shown: it may hold anything."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise UnreadablePath(f"File {ordinal} cannot be read: {error.strerror or 'check it'}.") from None


def text(file: Path) -> str:
    """A file of text. Raises UsageError for one that is none."""
    try:
        return content(file).decode()
    except UnicodeDecodeError:
        raise UsageError("The file is no text: give one that the adapter wrote.") from None


def stamped(file: Path, certificate: Path | None) -> Stamp | None:
    """Whether the time stamp beside a checkpoint's file holds; None where no certificate says by whom it must be."""
    if certificate is None:
        return None
    return checked(content(stamp_beside(file)), content(file), content(certificate))


def month(text: str) -> str:
    """A month as `YYYY-MM`."""
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise UsageError("A month is written YYYY-MM, such as 2024-09.")
    return text


def day(text: str) -> date:
    """A day as `YYYY-MM-DD`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError("A day is written YYYY-MM-DD, such as 2024-09-30.") from None


def moment(text: str | None) -> datetime | None:
    """A time with its zone, in UTC; a day alone is its end, a time without a zone is UTC."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(f"{text}T23:59:59.999999" if len(text) == len("2024-09-30") else text)
    except ValueError:
        raise UsageError("A time is written as ISO 8601, such as 2024-11-30 or 2024-11-30T18:00:00Z.") from None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def programme(key: str | None) -> None:
    """Refuse a key that no programme has."""
    keys = sorted({one.public for one in catalogue_in_force().programmes.values()} - {""})
    if key is not None and key not in keys:
        raise UsageError(f"There is no such programme: the keys are {', '.join(keys)}.")


def ods_code(text: str | None) -> str | None:
    """An organisation code in its usual form: upper case, without blanks."""
    if text is None:
        return None
    code = "".join(text.split()).upper()
    if not re.fullmatch(r"[A-Z0-9]{3,10}", code):
        raise UsageError("An ODS code is three to ten letters and digits, such as D83013.")
    return code
