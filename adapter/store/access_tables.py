"""The tables of who may ask, and of who was shown verbatim bytes."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import SQLModel

from adapter.store import fields


class ApiKeyRow(SQLModel, table=True):
    """A key of the HTTP service. `sha256` is of the whole key, which nobody keeps; `scopes` are parted by blanks."""

    __tablename__ = "api_key"
    number: int = fields.number(primary=True)
    id: str = fields.name(unique=True)
    name: str = fields.name()
    scopes: str = fields.name()
    sha256: bytes = fields.octets()
    created: datetime = fields.time()


class ApiKeyEndRow(SQLModel, table=True):
    """From then on the key opens nothing."""

    __tablename__ = "api_key_end"
    key: int = fields.number("api_key.number", primary=True)
    revoked: datetime = fields.time()


class DisclosureRow(SQLModel, table=True):
    """Somebody was given verbatim bytes: by which key, for which count, decision or record, how many resources."""

    __tablename__ = "disclosure"
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    key: int = fields.number("api_key.number")
    what: str = fields.name()
    records: int = fields.number()


class TokenDisclosureRow(SQLModel, table=True):
    """The same by a token: whose it was, by the authorization server's word."""

    __tablename__ = "token_disclosure"
    number: int = fields.number(primary=True)
    recorded: datetime = fields.time()
    issuer: str = fields.name()
    subject: str = fields.name()
    what: str = fields.name()
    records: int = fields.number()


API_KEY = fields.table(ApiKeyRow)
API_KEY_END = fields.table(ApiKeyEndRow)
DISCLOSURE = fields.table(DisclosureRow)
TOKEN_DISCLOSURE = fields.table(TokenDisclosureRow)
