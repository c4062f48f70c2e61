"""The table of what pulling came to. Append-only like all others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Text
from sqlmodel import Field, SQLModel

from adapter.store.columns import UtcTime
from adapter.store.tables import Name, Number


class PullRow(SQLModel, table=True):
    """A step of pulling a feed: how far it came (`cursor`), or why it failed (`note`). `source` tells what was pulled
    from, as a digest, so that the cursor of one server is never used at another.
    """

    __tablename__ = "pull"
    __table_args__ = (Index("ix_pull_feed", "feed"),)
    number: int = Field(sa_column=Column(Number, primary_key=True, autoincrement=False, nullable=False))
    recorded: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    feed: int = Field(sa_column=Column(Number, ForeignKey("feed.number"), nullable=False))
    source: str = Field(sa_column=Column(Name, nullable=False))
    what: str = Field(sa_column=Column(Name, nullable=False))
    cursor: str = Field(sa_column=Column(Name, nullable=False))
    note: str = Field(sa_column=Column(Text, nullable=False))


PULL = SQLModel.metadata.tables["pull"]
