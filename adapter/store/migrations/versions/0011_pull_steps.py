"""The newest steps of a feed by their kind: asked for every minute, for years.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_pull_feed_what", "pull", ["feed", "what", "number"])
    op.drop_index("ix_pull_feed", "pull")


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
