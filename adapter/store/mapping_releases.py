"""The releases of official tables that were kept: each lies over our own tables until it is withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from adapter.errors import AdapterError, UnknownName
from adapter.normalise.catalogue import Catalogue, catalogue_under, load_catalogue
from adapter.normalise.overlay import Overlay, ReleaseKind, RowChange
from adapter.store.database import Database, next_number
from adapter.store.rule_tables import MAPPING_RELEASE
from adapter.store.seal import compress, decompress

_CHANGES = msgspec.json.Decoder(tuple[RowChange, ...])
_FILES = msgspec.json.Decoder(tuple[str, ...])
_ENCODER = msgspec.json.Encoder(order="sorted")
_WITHDRAWAL = "withdrawal"


class MappingRelease(Struct, frozen=True):
    """A kept release; `withdrawn` is when it was taken back, None while it is in force."""

    number: int
    recorded: datetime
    overlay: Overlay
    withdrawn: datetime | None = None

    def stood(self, at: datetime | None) -> bool:
        """Whether it is in force, or was at a moment."""
        if at is None:
            return self.withdrawn is None
        return self.recorded <= at and (self.withdrawn is None or at < self.withdrawn)


class MappingReleases:
    """The releases of one database, append-only: to withdraw one is a row of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, overlay: Overlay) -> int:
        """Keep a release, in force from now on; its number."""
        return self._append(overlay, None)

    def withdraw(self, number: int) -> None:
        """Take a release back, from now on. Raises UnknownName where none of that number is in force."""
        if number not in {release.number for release in self.listed() if release.withdrawn is None}:
            raise UnknownName("No release of this number is in force: `adapter mappings releases` lists them.")
        self._append(None, number)

    def listed(self) -> list[MappingRelease]:
        """All that were ever kept, oldest first."""
        with self._database.read() as connection:
            rows = list(connection.execute(sa.select(MAPPING_RELEASE).order_by(MAPPING_RELEASE.c.number)))
        withdrawn = {row.withdraws: row.recorded for row in reversed(rows) if row.withdraws is not None}
        return [
            MappingRelease(
                number=row.number,
                recorded=row.recorded,
                overlay=Overlay(
                    kind=cast(ReleaseKind, row.kind),
                    label=row.label,
                    files=_FILES.decode(row.files),
                    changes=_CHANGES.decode(decompress(row.changes)),
                ),
                withdrawn=withdrawn.get(row.number),
            )
            for row in rows
            if row.withdraws is None
        ]

    def in_force(self, at: datetime | None = None) -> tuple[Overlay, ...]:
        """What lies over the tables now, or lay over them at a moment, in the order in which it was kept."""
        return tuple(release.overlay for release in self.listed() if release.stood(at))

    def newest(self) -> int:
        """The number of the newest release or withdrawal, 0 before the first: another one tells of other tables."""
        with self._database.read() as connection:
            query = sa.select(sa.func.coalesce(sa.func.max(MAPPING_RELEASE.c.number), 0))
            return int(connection.execute(query).scalar_one())

    def _append(self, overlay: Overlay | None, withdraws: int | None) -> int:
        with self._database.write() as connection:
            number = next_number(connection, MAPPING_RELEASE.c.number)
            connection.execute(
                sa.insert(MAPPING_RELEASE).values(
                    number=number,
                    recorded=self._database.clock(),
                    kind=overlay.kind if overlay else _WITHDRAWAL,
                    label=overlay.label if overlay else "",
                    digest=overlay.digest if overlay else "",
                    files=_ENCODER.encode(overlay.files if overlay else ()).decode(),
                    changes=compress(_ENCODER.encode(overlay.changes if overlay else ())),
                    withdraws=withdraws,
                )
            )
        return number


def catalogue_in_force(releases: Sequence[Overlay] = ()) -> Catalogue:
    """The mapping tables, under the releases of official tables that are in force, in their order.

    Raises AdapterError where they are unsound: half a table would decide wrongly.
    """
    loaded = load_catalogue()
    if isinstance(loaded, Catalogue):
        if not releases:
            return loaded
        under = catalogue_under(loaded.tables, releases)
        if isinstance(under, Catalogue):
            return under
        raise AdapterError(
            f"The releases of official tables do not fit our tables any more, first in {under[0].file} row "
            f"{under[0].row}: {under[0].text} `adapter mappings releases` lists and withdraws them."
        )
    first = loaded[0]
    raise AdapterError(
        f"The mapping tables have {len(loaded)} faults, the first in {first.file} row {first.row}: {first.text} "
        "`adapter mappings check` lists them."
    )
