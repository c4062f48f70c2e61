"""The table of what pulling came to. Append-only like all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from adapter.store import fields


class PullRow(SQLModel, table=True):
    """A step of pulling a feed: how far it came (`cursor`), or why it failed (`note`). `source` tells what was pulled
    from, as a digest, so that the cursor of one server is never used at another.
    """

    __tablename__ = "pull"
    __table_args__ = (Index("ix_pull_feed_what", "feed", "what", "number"),)
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    feed: int = fields.number("feed.number")
    source: str = fields.name()
    what: str = fields.name()
    cursor: str = fields.name()
    note: str = fields.text()


PULL = fields.table(PullRow)
