"""The fields that the tables are made of, each of the same meaning on SQLite and on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from adapter.store.columns import UtcTime

Name: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
Number: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def number(*foreign: str, primary: bool = False, nullable: bool = False, index: bool = False) -> Any:
    """A whole number of 64 bits, never one that the database gives."""
    keys = [ForeignKey(each) for each in foreign]
    column = Column(Number, *keys, primary_key=primary, autoincrement=False, nullable=nullable, index=index or None)
    return Field(sa_column=column)


def small(*, primary: bool = False, nullable: bool = False) -> Any:
    """A whole number of 32 bits."""
    return Field(sa_column=Column(Integer, primary_key=primary, autoincrement=False, nullable=nullable))


def name(*, primary: bool = False, unique: bool = False, index: bool = False) -> Any:
    """A text that is compared, byte by byte on both databases."""
    return Field(
        sa_column=Column(Name, primary_key=primary, nullable=False, unique=unique or None, index=index or None)
    )


def text() -> Any:
    """A text that is only kept."""
    return Field(sa_column=Column(Text, nullable=False))


def octets(*, primary: bool = False, nullable: bool = False, unique: bool = False, index: bool = False) -> Any:
    """Bytes."""
    column = Column(LargeBinary, primary_key=primary, nullable=nullable, unique=unique or None, index=index or None)
    return Field(sa_column=column)


def time(*, nullable: bool = False) -> Any:
    """An instant, in UTC."""
    return Field(sa_column=Column(UtcTime, nullable=nullable))


def table(row: type[SQLModel]) -> Table:
    """The table of a class, for statements of SQLAlchemy's Core."""
    return SQLModel.metadata.tables[str(row.__tablename__)]
