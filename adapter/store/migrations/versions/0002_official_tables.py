"""Releases of official tables, answers of a terminology server, and registrations.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
TABLES = ("mapping_release", "registration", "terminology_answer")


def upgrade() -> None:
    op.create_table(
        "mapping_release",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("recorded", TIME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("digest", NAME, nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.Column("withdraws", NUMBER, sa.ForeignKey("mapping_release.number"), nullable=True),
    )
    op.create_table(
        "registration",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("loaded", TIME, nullable=False),
        sa.Column("patient", sa.LargeBinary(), nullable=False),
        sa.Column("practice", NAME, nullable=False),
        sa.Column("valid_from", NAME, nullable=False),
        sa.Column("valid_to", NAME, nullable=False),
    )
    op.create_index("ix_registration_patient", "registration", ["patient"])
    op.create_table(
        "terminology_answer",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("asked", TIME, nullable=False),
        sa.Column("server", NAME, nullable=False),
        sa.Column("question", NAME, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
    )
    op.create_index("ix_terminology_answer_question", "terminology_answer", ["server", "question"])
    for table in TABLES:
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
