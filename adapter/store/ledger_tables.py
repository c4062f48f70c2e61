"""The tables of the ledger. Append-only like all others."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

from adapter.store.columns import UtcTime
from adapter.store.tables import Name, Number


def _key(type_: Any = Number) -> Any:
    return Field(sa_column=Column(type_, primary_key=True, autoincrement=False, nullable=False))


def _bytes() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


def _text(type_: Any = Name) -> Any:
    return Field(sa_column=Column(type_, nullable=False))


class LedgerRow(SQLModel, table=True):
    """What one transaction wrote (`body`: JSON, see `ledger_form`), chained: `previous` is the hash of the entry before
    it, `hash` the leaf hash of all the rest of the row.
    """

    __tablename__ = "ledger"
    number: int = _key()
    recorded: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    kind: str = _text()
    subject: str = _text()
    body: str = _text(Text)
    previous: bytes = _bytes()
    hash: bytes = _bytes()


class LedgerMarkRow(SQLModel, table=True):
    """The first bytes of the hashes of the rows of table `name` that an entry binds, from the row at `position` on, so
    that a changed row can be named. Only where an entry binds more than one row.
    """

    __tablename__ = "ledger_mark"
    __table_args__ = {"sqlite_with_rowid": False}
    entry: int = _key()
    name: str = _key(Name)
    position: int = _key()
    marks: bytes = _bytes()


LEDGER = SQLModel.metadata.tables["ledger"]
LEDGER_MARK = SQLModel.metadata.tables["ledger_mark"]
