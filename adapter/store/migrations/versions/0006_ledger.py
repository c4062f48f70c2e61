"""The ledger, and the batch that made a way to find a record known.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")


def upgrade() -> None:
    op.add_column("record_identifier", sa.Column("batch", NUMBER, nullable=False, server_default="0"))
    op.create_table(
        "ledger",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("recorded", TIME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("subject", NAME, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ledger_mark",
        sa.Column("entry", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", NAME, primary_key=True),
        sa.Column("position", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sqlite_with_rowid=False,
    )
    for table in ("ledger", "ledger_mark"):
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
