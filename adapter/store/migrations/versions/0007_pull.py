"""What pulling from sources came to.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "pull",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("recorded", TIME, nullable=False),
        sa.Column("feed", NUMBER, sa.ForeignKey("feed.number"), nullable=False),
        sa.Column("source", NAME, nullable=False),
        sa.Column("what", NAME, nullable=False),
        sa.Column("cursor", NAME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_index("ix_pull_feed", "pull", ["feed"])
    append_only("pull")


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
