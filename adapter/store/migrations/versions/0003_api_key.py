"""Keys of the HTTP service, and who was given verbatim bytes.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
TABLES = ("api_key", "api_key_end", "disclosure")


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", NAME, nullable=False, unique=True),
        sa.Column("name", NAME, nullable=False),
        sa.Column("scopes", NAME, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("created", TIME, nullable=False),
    )
    op.create_table(
        "api_key_end",
        sa.Column("key", NUMBER, sa.ForeignKey("api_key.number"), primary_key=True, autoincrement=False),
        sa.Column("revoked", TIME, nullable=False),
    )
    op.create_table(
        "disclosure",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("recorded", TIME, nullable=False),
        sa.Column("key", NUMBER, sa.ForeignKey("api_key.number"), nullable=False),
        sa.Column("what", NAME, nullable=False),
        sa.Column("records", NUMBER, nullable=False),
    )
    for table in TABLES:
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
