"""Feeds: each remembers what it was first said to be."""

from __future__ import annotations

from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Row

from adapter.errors import UnknownName, UsageError
from adapter.fhir import nhs_number
from adapter.reconcile.record import Feed
from adapter.store.arrival_tables import FEED
from adapter.store.database import Database, next_number

Kind = Literal["gp", "poc"]


class Feeds:
    """The feeds of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remember(
        self, name: str, practice: str | None = None, kind: Kind | None = None, gms_markers: bool = False
    ) -> Feed:
        """The feed, made where it is new. What is not said is taken from what is known.

        A practice's own feed is `gp`; without a practice a feed is `poc`. `practice` is an ODS code in its usual
        form. Raises UsageError for a contradiction, and for a name that cannot be one.
        """
        _check_name(name)
        if kind == "gp" and not practice:
            known = self._known(name)
            if known is None or known.kind != "gp":
                raise UsageError("A gp feed belongs to a practice: name it with --practice.")
        if kind == "poc" and practice:
            raise UsageError("A poc feed belongs to no practice: leave out --practice, or make it --kind gp.")
        with self._database.write() as connection:
            row = connection.execute(sa.select(FEED).where(FEED.c.name == name)).first()
            if row is not None:
                return _agreed(_feed(row), practice, kind, gms_markers)
            feed = Feed(name, "gp" if practice else "poc", practice or "", gms_markers)
            connection.execute(
                sa.insert(FEED).values(
                    number=next_number(connection, FEED.c.number),
                    name=feed.name,
                    kind=feed.kind,
                    practice=feed.practice,
                    gms_markers=feed.gms_markers,
                    created=self._database.clock(),
                )
            )
        return feed

    def listed(self) -> list[Feed]:
        """By name."""
        with self._database.read() as connection:
            return [_feed(row) for row in connection.execute(sa.select(FEED).order_by(FEED.c.name))]

    def found(self, name: str) -> Feed:
        """Raises UnknownName."""
        known = self._known(name)
        if known is None:
            raise UnknownName("There is no such feed: `adapter feeds list` shows those there are.")
        return known

    def _known(self, name: str) -> Feed | None:
        with self._database.read() as connection:
            row = connection.execute(sa.select(FEED).where(FEED.c.name == name)).first()
        return None if row is None else _feed(row)


def _agreed(known: Feed, practice: str | None, kind: Kind | None, gms_markers: bool) -> Feed:
    contradicts = (practice and practice != known.practice) or (kind and kind != known.kind)
    if contradicts or (gms_markers and not known.gms_markers):
        raise UsageError(
            f"Feed {known.name} is known as {description(known)}: call it as that, or give the new one another name."
        )
    return known


def description(feed: Feed) -> str:
    """`gp feed of D83013 with GMS markers`."""
    owner = f"gp feed of {feed.practice}" if feed.kind == "gp" else "poc feed"
    return f"{owner} {'with' if feed.gms_markers else 'without'} GMS markers"


def _check_name(name: str) -> None:
    if nhs_number.occurs_in(name):
        raise UsageError("A feed's name is shown everywhere: it must not hold an NHS number.")
    if not name or len(name) > 100 or not name.isprintable() or name != name.strip():
        raise UsageError("A feed's name is one to a hundred printable characters without blanks at its ends.")


def _feed(row: Row[tuple[object, ...]]) -> Feed:
    known = row._mapping
    return Feed(known["name"], known["kind"], known["practice"], known["gms_markers"])
