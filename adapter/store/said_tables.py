"""The tables of what people said: reviews of records; declarations, incidents and publications of counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from adapter.store import fields


class ReviewRow(SQLModel, table=True):
    """A person's verdict on a record for a claimant."""

    __tablename__ = "review"
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    practice: str = fields.name()
    feed: str = fields.name()
    system: str = fields.name()
    value: str = fields.name()
    verdict: str = fields.name()
    who: str = fields.name()
    note: str = fields.text()


class DeclarationRow(SQLModel, table=True):
    """A practice's word that a count is right. `counted` is the digest of the records that it counts."""

    __tablename__ = "declaration"
    __table_args__ = (Index("ix_declaration_cell", "practice", "programme", "indicator", "period"),)
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    practice: str = fields.name()
    programme: str = fields.name()
    indicator: str = fields.name()
    period: str = fields.name()
    value: int = fields.number()
    counted: str = fields.name()
    who: str = fields.name()
    note: str = fields.text()


class IncidentRow(SQLModel, table=True):
    """A source-system fault that was declared. `scope` is JSON of `Scope`; `cut` and `run` are the last at the time."""

    __tablename__ = "incident"
    number: int = fields.number(primary=True)
    id: str = fields.name(unique=True)
    opened: datetime = fields.time()
    who: str = fields.name()
    reason: str = fields.text()
    scope: str = fields.text()
    cut: int = fields.number()
    run: int = fields.number()


class IncidentEndRow(SQLModel, table=True):
    """The end of an incident, of one that was declared or of one that the tables hold (`id`). `run` is the run that its
    end was said upon.
    """

    __tablename__ = "incident_end"
    id: str = fields.name(primary=True)
    closed: datetime = fields.time()
    who: str = fields.name()
    note: str = fields.text()
    run: int = fields.number()


class PublicationRow(SQLModel, table=True):
    """Counts that were given to CQRS, frozen as they were."""

    __tablename__ = "publication"
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    who: str = fields.name()
    note: str = fields.text()
    run: int = fields.number()


class PublishedCountRow(SQLModel, table=True):
    """A count of a publication (`body`: JSON of Achievement as it was given). The latest speaks for its cell."""

    __tablename__ = "published_count"
    __table_args__ = (Index("ix_published_count_cell", "practice", "programme", "indicator", "period"),)
    publication: int = fields.number(primary=True)
    position: int = fields.number(primary=True)
    practice: str = fields.name()
    programme: str = fields.name()
    indicator: str = fields.name()
    period: str = fields.name()
    body: str = fields.text()


REVIEW = fields.table(ReviewRow)
DECLARATION = fields.table(DeclarationRow)
INCIDENT = fields.table(IncidentRow)
INCIDENT_END = fields.table(IncidentEndRow)
PUBLICATION = fields.table(PublicationRow)
PUBLISHED_COUNT = fields.table(PublishedCountRow)
