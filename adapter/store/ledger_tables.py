"""The tables of the ledger. Append-only like all others."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import SQLModel

from adapter.store import fields


class LedgerRow(SQLModel, table=True):
    """What one transaction wrote (`body`: JSON, see `ledger_form`), chained: `previous` is the hash of the entry before
    it, `hash` the leaf hash of all the rest of the row.
    """

    __tablename__ = "ledger"
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    kind: str = fields.name()
    subject: str = fields.name()
    body: str = fields.text()
    previous: bytes = fields.octets()
    hash: bytes = fields.octets()


class LedgerMarkRow(SQLModel, table=True):
    """The first bytes of the hashes of the rows of table `name` that an entry binds, from the row at `position` on, so
    that a changed row can be named. Only where an entry binds more than one row.
    """

    __tablename__ = "ledger_mark"
    __table_args__ = {"sqlite_with_rowid": False}
    entry: int = fields.number(primary=True)
    name: str = fields.name(primary=True)
    position: int = fields.number(primary=True)
    marks: bytes = fields.octets()


LEDGER = fields.table(LedgerRow)
LEDGER_MARK = fields.table(LedgerMarkRow)
