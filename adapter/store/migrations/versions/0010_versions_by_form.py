"""The versions that say the same, found by what they say: from a code up to the counts that it touched.

Few forms are shared by many versions, so that the index is small: some eight bytes a record.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_record_version_form", "record_version", ["form"])


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
