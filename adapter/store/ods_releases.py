"""The files of the organisation directory: verbatim, and as they were read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from msgspec import Struct

from adapter.errors import UnknownName
from adapter.store.database import Database, next_number
from adapter.store.rule_tables import ODS_RELEASE
from adapter.store.seal import compress, decompress


class OdsRelease(Struct, frozen=True):
    """`parsed` is what the reader of directories made of the file, in its own encoding; `name` what it was told by."""

    sequence: int
    sha256: str
    loaded: datetime
    kind: str
    name: str
    parsed: bytes


class OdsReleases:
    """The directory files of one database. They hold no patient data and are not encrypted."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, content: bytes, kind: str, parsed: bytes, name: str = "") -> bool:
        """False where the same bytes were loaded before: then nothing is written."""
        digest = hashlib.sha256(content).digest()
        with self._database.write() as connection:
            if connection.execute(sa.select(ODS_RELEASE.c.seq).where(ODS_RELEASE.c.sha256 == digest)).first():
                return False
            connection.execute(
                sa.insert(ODS_RELEASE).values(
                    seq=next_number(connection, ODS_RELEASE.c.seq),
                    sha256=digest,
                    loaded=self._database.clock(),
                    kind=kind,
                    name=name,
                    content=compress(content),
                    parsed=compress(parsed),
                )
            )
        return True

    def listed(self, as_of: datetime | None = None) -> Iterator[OdsRelease]:
        """In the order in which they were loaded; those loaded by a moment."""
        with self._database.read() as connection:
            query = sa.select(ODS_RELEASE.c.seq).order_by(ODS_RELEASE.c.seq)
            if as_of is not None:
                query = query.where(ODS_RELEASE.c.loaded <= as_of)
            numbers = list(connection.execute(query).scalars())
        columns = [each for each in ODS_RELEASE.c if each.name != "content"]
        for number in numbers:
            with self._database.read() as connection:
                row = connection.execute(sa.select(*columns).where(ODS_RELEASE.c.seq == number)).one()
            yield OdsRelease(row.seq, row.sha256.hex(), row.loaded, row.kind, row.name, decompress(row.parsed))

    def content(self, sha256: str) -> bytes:
        """The file verbatim. Raises UnknownName."""
        with self._database.read() as connection:
            query = sa.select(ODS_RELEASE.c.content).where(ODS_RELEASE.c.sha256 == bytes.fromhex(sha256))
            found = connection.execute(query).scalar()
        if found is None:
            raise UnknownName("No directory file with this digest was loaded.")
        return decompress(found)
