"""What people say of counts: declarations, incidents and their ends, publications.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
CELL = ("practice", "programme", "indicator", "period")


def upgrade() -> None:
    op.create_table(
        "declaration",
        _key("number"),
        sa.Column("recorded", TIME, nullable=False),
        *_names(*CELL),
        sa.Column("value", NUMBER, nullable=False),
        *_names("counted", "who"),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_declaration_cell", "declaration", CELL)
    op.create_table(
        "incident",
        _key("number"),
        sa.Column("id", NAME, nullable=False, unique=True),
        sa.Column("opened", TIME, nullable=False),
        *_names("who"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("cut", NUMBER, nullable=False),
        sa.Column("run", NUMBER, nullable=False),
    )
    op.create_table(
        "incident_end",
        sa.Column("id", NAME, primary_key=True),
        sa.Column("closed", TIME, nullable=False),
        *_names("who"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("run", NUMBER, nullable=False),
    )
    op.create_table(
        "publication",
        _key("number"),
        sa.Column("recorded", TIME, nullable=False),
        *_names("who"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("run", NUMBER, nullable=False),
    )
    op.create_table(
        "published_count",
        _key("publication"),
        _key("position"),
        *_names(*CELL),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_published_count_cell", "published_count", CELL)
    for table in ("declaration", "incident", "incident_end", "publication", "published_count"):
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, primary_key=True, autoincrement=False)


def _names(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, NAME, nullable=False) for name in names]
