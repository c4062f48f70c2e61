"""The tables of what people said of counts: declarations, incidents and publications. Append-only like all others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Text
from sqlmodel import Field, SQLModel

from adapter.store.columns import UtcTime
from adapter.store.tables import Name, Number


def _name(*, unique: bool = False, primary: bool = False) -> Any:
    return Field(sa_column=Column(Name, nullable=False, unique=unique or None, primary_key=primary))


def _number(*, primary: bool = False) -> Any:
    return Field(sa_column=Column(Number, nullable=False, primary_key=primary, autoincrement=False))


def _time() -> Any:
    return Field(sa_column=Column(UtcTime, nullable=False))


def _text() -> Any:
    return Field(sa_column=Column(Text, nullable=False))


class DeclarationRow(SQLModel, table=True):
    """A practice's word that a count is right. `counted` is the digest of the records that it counts."""

    __tablename__ = "declaration"
    __table_args__ = (Index("ix_declaration_cell", "practice", "programme", "indicator", "period"),)
    number: int = _number(primary=True)
    recorded: datetime = _time()
    practice: str = _name()
    programme: str = _name()
    indicator: str = _name()
    period: str = _name()
    value: int = _number()
    counted: str = _name()
    who: str = _name()
    note: str = _text()


class IncidentRow(SQLModel, table=True):
    """A source-system fault that was declared. `scope` is JSON of `Scope`; `cut` and `run` are the last at the time."""

    __tablename__ = "incident"
    number: int = _number(primary=True)
    id: str = _name(unique=True)
    opened: datetime = _time()
    who: str = _name()
    reason: str = _text()
    scope: str = _text()
    cut: int = _number()
    run: int = _number()


class IncidentEndRow(SQLModel, table=True):
    """The end of an incident, of one that was declared or of one that the tables hold (`id`). `run` is the run that its
    end was said upon.
    """

    __tablename__ = "incident_end"
    id: str = _name(primary=True)
    closed: datetime = _time()
    who: str = _name()
    note: str = _text()
    run: int = _number()


class PublicationRow(SQLModel, table=True):
    """Counts that were given to CQRS, frozen as they were."""

    __tablename__ = "publication"
    number: int = _number(primary=True)
    recorded: datetime = _time()
    who: str = _name()
    note: str = _text()
    run: int = _number()


class PublishedCountRow(SQLModel, table=True):
    """A count of a publication (`body`: JSON of Achievement as it was given). The latest speaks for its cell."""

    __tablename__ = "published_count"
    __table_args__ = (Index("ix_published_count_cell", "practice", "programme", "indicator", "period"),)
    publication: int = _number(primary=True)
    position: int = _number(primary=True)
    practice: str = _name()
    programme: str = _name()
    indicator: str = _name()
    period: str = _name()
    body: str = _text()


DECLARATION = SQLModel.metadata.tables["declaration"]
INCIDENT = SQLModel.metadata.tables["incident"]
INCIDENT_END = SQLModel.metadata.tables["incident_end"]
PUBLICATION = SQLModel.metadata.tables["publication"]
PUBLISHED_COUNT = SQLModel.metadata.tables["published_count"]
