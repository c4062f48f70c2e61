"""Statements in two parts, and the names of a record beside its versions.

Rows that are there already stay as they are: without a form a statement is whole, and their names are in
record_identifier, where those of other rows go that do not fit beside them.

Revision ID: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "statement_form",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    append_only("statement_form")
    op.add_column("record_version", sa.Column("form", sa.Integer(), nullable=True))
    op.add_column("record_version", sa.Column("name", sa.LargeBinary(), nullable=True))
    op.add_column("record_version", sa.Column("other_name", sa.LargeBinary(), nullable=True))
    op.add_column("record_version", sa.Column("patient_rest", sa.LargeBinary(), nullable=True))
    op.create_index("ix_record_version_name", "record_version", ["name"])
    op.create_index("ix_record_version_other_name", "record_version", ["other_name"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE payload ALTER COLUMN body SET STORAGE EXTERNAL")  # it is compressed already
        # a look at the batch for each of its rows costs as much as two indexes, and who writes the rows wrote the batch
        op.drop_constraint("record_version_batch_fkey", "record_version", type_="foreignkey")


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
