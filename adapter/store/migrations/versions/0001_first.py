"""Everything there is at first, and the triggers that keep it as it was written.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
TABLES = (
    "achievement",
    "batch",
    "decision",
    "decision_end",
    "delivery",
    "delivery_end",
    "feed",
    "meta",
    "ods_release",
    "payload",
    "quarantine",
    "quarantine_outcome",
    "receipt",
    "record_identifier",
    "record_union",
    "record_version",
    "review",
    "run",
)


def upgrade() -> None:
    op.create_table(
        "feed",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("name", NAME, nullable=False, unique=True),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("practice", NAME, nullable=False),
        sa.Column("gms_markers", sa.Boolean(), nullable=False),
        sa.Column("created", TIME, nullable=False),
    )
    op.create_table(
        "meta",
        sa.Column("key", NAME, primary_key=True),
        sa.Column("value", NAME, nullable=False),
    )
    op.create_table(
        "ods_release",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("loaded", TIME, nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("parsed", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "record_identifier",
        sa.Column("digest", sa.LargeBinary(), primary_key=True),
        sa.Column("record", NUMBER, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "review",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("recorded", TIME, nullable=False),
        sa.Column("practice", NAME, nullable=False),
        sa.Column("feed", NAME, nullable=False),
        sa.Column("system", NAME, nullable=False),
        sa.Column("value", NAME, nullable=False),
        sa.Column("verdict", NAME, nullable=False),
        sa.Column("who", NAME, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
    )
    op.create_table(
        "run",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("period_from", NAME, nullable=False),
        sa.Column("period_to", NAME, nullable=False),
        sa.Column("as_of", TIME, nullable=True),
        sa.Column("cut", NUMBER, nullable=False),
        sa.Column("cut_digest", NAME, nullable=False),
        sa.Column("ruleset_digest", NAME, nullable=False),
        sa.Column("ruleset_files", sa.Text(), nullable=False),
        sa.Column("directory_digest", NAME, nullable=False),
        sa.Column("code_version", NAME, nullable=False),
        sa.Column("output_digest", NAME, nullable=False),
        sa.Column("started", TIME, nullable=False),
        sa.Column("finished", TIME, nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
    )
    op.create_index("ix_run_id", "run", ["id"])
    op.create_table(
        "achievement",
        sa.Column("run", NUMBER, sa.ForeignKey("run.number"), primary_key=True, autoincrement=False),
        sa.Column("position", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", NAME, nullable=False),
        sa.Column("practice", NAME, nullable=False),
        sa.Column("programme", NAME, nullable=False),
        sa.Column("period", NAME, nullable=False),
        sa.Column("state", NAME, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_achievement_id", "achievement", ["id"])
    op.create_table(
        "decision",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("record_key", sa.LargeBinary(), nullable=False),
        sa.Column("practice", NAME, nullable=False),
        sa.Column("programme", NAME, nullable=False),
        sa.Column("outcome", NAME, nullable=False),
        sa.Column("from_run", NUMBER, sa.ForeignKey("run.number"), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_decision_id", "decision", ["id"])
    op.create_index("ix_decision_practice_programme", "decision", ["practice", "programme"])
    op.create_index("ix_decision_record_key", "decision", ["record_key"])
    op.create_table(
        "delivery",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", NAME, nullable=False, unique=True),
        sa.Column("feed", NUMBER, sa.ForeignKey("feed.number"), nullable=False),
        sa.Column("received", TIME, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size", NUMBER, nullable=False),
        sa.Column("encoding", NAME, nullable=False),
        sa.Column("format", NAME, nullable=False),
    )
    op.create_index("ix_delivery_feed_sha256", "delivery", ["feed", "sha256"])
    op.create_table(
        "batch",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("delivery", NUMBER, sa.ForeignKey("delivery.number"), nullable=False),
        sa.Column("stored", TIME, nullable=False),
        sa.Column("cause", NAME, nullable=False),
        sa.Column("wrapper_end", NUMBER, nullable=False),
        sa.Column("content_end", NUMBER, nullable=False),
        sa.Column("items_end", NUMBER, nullable=False),
        sa.Column("received", NUMBER, nullable=False),
        sa.Column("context", NUMBER, nullable=False),
    )
    op.create_index("ix_batch_delivery", "batch", ["delivery"])
    op.create_table(
        "decision_end",
        sa.Column("decision", NUMBER, sa.ForeignKey("decision.number"), primary_key=True, autoincrement=False),
        sa.Column("until_run", NUMBER, sa.ForeignKey("run.number"), nullable=False),
    )
    op.create_table(
        "delivery_end",
        sa.Column("delivery", NUMBER, sa.ForeignKey("delivery.number"), primary_key=True, autoincrement=False),
        sa.Column("finished", TIME, nullable=False),
        sa.Column("received", NUMBER, nullable=False),
        sa.Column("new", NUMBER, nullable=False),
        sa.Column("deletes", NUMBER, nullable=False),
        sa.Column("receipts", NUMBER, nullable=False),
        sa.Column("quarantined", NUMBER, nullable=False),
        sa.Column("context", NUMBER, nullable=False),
    )
    op.create_table(
        "payload",
        sa.Column("delivery", NUMBER, sa.ForeignKey("delivery.number"), primary_key=True, autoincrement=False),
        sa.Column("stream", NAME, primary_key=True),
        sa.Column("start", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("length", NUMBER, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", NAME, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("id", NAME, nullable=False, unique=True),
        sa.Column("batch", NUMBER, sa.ForeignKey("batch.number"), nullable=False),
        sa.Column("stream", NAME, nullable=False),
        sa.Column("pointer", NAME, nullable=False),
        sa.Column("start", NUMBER, nullable=False),
        sa.Column("length", NUMBER, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
    )
    op.create_index("ix_quarantine_batch", "quarantine", ["batch"])
    op.create_table(
        "record_union",
        sa.Column("record", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("into_record", NUMBER, nullable=False),
        sa.Column("batch", NUMBER, sa.ForeignKey("batch.number"), nullable=False),
    )
    op.create_index("ix_record_union_into_record", "record_union", ["into_record"])
    op.create_table(
        "record_version",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("record", NUMBER, nullable=False),
        sa.Column("batch", NUMBER, sa.ForeignKey("batch.number"), nullable=False),
        sa.Column("pointer", NAME, nullable=False),
        sa.Column("start", NUMBER, nullable=False),
        sa.Column("length", NUMBER, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("kind", NAME, nullable=False),
        sa.Column("patient", sa.LargeBinary(), nullable=True),
        sa.Column("entered_in_error", sa.Boolean(), nullable=False),
        sa.Column("source_version", NUMBER, nullable=True),
        sa.Column("source_updated", NAME, nullable=False),
        sa.Column("history_position", NUMBER, nullable=True),
        sa.Column("bundle", NAME, nullable=False),
        sa.Column("replaces", NUMBER, nullable=True),
        sa.Column("statement", sa.Text(), nullable=False),
    )
    op.create_index("ix_record_version_batch", "record_version", ["batch"])
    op.create_index("ix_record_version_patient", "record_version", ["patient"])
    op.create_index("ix_record_version_record", "record_version", ["record"])
    op.create_table(
        "quarantine_outcome",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("quarantine", NUMBER, sa.ForeignKey("quarantine.number"), nullable=False),
        sa.Column("batch", NUMBER, sa.ForeignKey("batch.number"), nullable=True),
        sa.Column("recorded", TIME, nullable=False),
        sa.Column("what", NAME, nullable=False),
        sa.Column("issues", sa.Text(), nullable=False),
    )
    op.create_index("ix_quarantine_outcome_quarantine", "quarantine_outcome", ["quarantine"])
    op.create_table(
        "receipt",
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("batch", NUMBER, sa.ForeignKey("batch.number"), nullable=False),
        sa.Column("pointer", NAME, nullable=False),
        sa.Column("start", NUMBER, nullable=False),
        sa.Column("length", NUMBER, nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("seq", NUMBER, sa.ForeignKey("record_version.seq"), nullable=False),
    )
    op.create_index("ix_receipt_batch", "receipt", ["batch"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in TABLES:
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")
