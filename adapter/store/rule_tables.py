"""The tables of what decides beside the records: directory, official tables, practice lists, terminology answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from adapter.store import fields


class OdsReleaseRow(SQLModel, table=True):
    """A file of the organisation directory, verbatim and as it was read; both zstd."""

    __tablename__ = "ods_release"
    seq: int = fields.number(primary=True)
    sha256: bytes = fields.octets(unique=True)
    loaded: datetime = fields.time()
    kind: str = fields.name()
    name: str = fields.name()
    content: bytes = fields.octets()
    parsed: bytes = fields.octets()


class MappingReleaseRow(SQLModel, table=True):
    """Rows of official tables that lie over our own from then on (`changes`: JSON of RowChange, zstd). `files` are the
    SHA-256 of what was read (JSON). A row that `withdraws` another one ends it, and changes nothing itself.
    """

    __tablename__ = "mapping_release"
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    kind: str = fields.name()
    label: str = fields.name()
    digest: str = fields.name()
    files: str = fields.text()
    changes: bytes = fields.octets()
    withdraws: int | None = fields.number("mapping_release.number", nullable=True)


class RegistrationRow(SQLModel, table=True):
    """A patient, by the keyed hash, on a practice's list. Days are `YYYY-MM-DD`, both inclusive, "" is open."""

    __tablename__ = "registration"
    number: int = fields.number(primary=True)
    loaded: datetime = fields.time()
    patient: bytes = fields.octets(index=True)
    practice: str = fields.name()
    valid_from: str = fields.name()
    valid_to: str = fields.name()


class TerminologyAnswerRow(SQLModel, table=True):
    """What a terminology server answered (`answer`: JSON), by its address and the question. The newest speaks."""

    __tablename__ = "terminology_answer"
    __table_args__ = (Index("ix_terminology_answer_question", "server", "question"),)
    number: int = fields.number(primary=True)
    asked: datetime = fields.time()
    server: str = fields.name()
    question: str = fields.name()
    answer: str = fields.text()


ODS_RELEASE = fields.table(OdsReleaseRow)
MAPPING_RELEASE = fields.table(MappingReleaseRow)
REGISTRATION = fields.table(RegistrationRow)
TERMINOLOGY_ANSWER = fields.table(TerminologyAnswerRow)
