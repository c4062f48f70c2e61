"""Decisions and counts that stand from a run until a run, in a few bytes each.

Runs made before are forgotten, and repeated by `adapter run`: they are functions of what is kept, nothing else was
made of them, and their ids were others.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from adapter.store.migrations.append_only import append_only

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.Text().with_variant(sa.TIMESTAMP(timezone=True), "postgresql")
TABLES = ("run", "phrase", "decision", "decision_end", "achievement", "achievement_end")


def upgrade() -> None:
    for old in ("decision_end", "decision", "achievement", "run"):
        op.drop_table(old)
    op.create_table(
        "run",
        _number("number", primary=True),
        sa.Column("id", NAME, nullable=False),
        sa.Column("period_from", NAME, nullable=False),
        sa.Column("period_to", NAME, nullable=False),
        sa.Column("as_of", TIME, nullable=True),
        _number("cut"),
        _number("cut_batch"),
        sa.Column("cut_digest", NAME, nullable=False),
        sa.Column("cut_sum", sa.LargeBinary(), nullable=False),
        _number("reviews"),
        sa.Column("ruleset_digest", NAME, nullable=False),
        sa.Column("ruleset_files", sa.Text(), nullable=False),
        sa.Column("directory_digest", NAME, nullable=False),
        sa.Column("code_version", NAME, nullable=False),
        sa.Column("gms_extension", NAME, nullable=False),
        sa.Column("output_digest", NAME, nullable=False),
        sa.Column("decision_sum", sa.LargeBinary(), nullable=False),
        sa.Column("count_sum", sa.LargeBinary(), nullable=False),
        _number("last_decision"),
        sa.Column("started", TIME, nullable=False),
        sa.Column("finished", TIME, nullable=False),
        sa.Column("outcomes", sa.Text(), nullable=False),
    )
    op.create_index("ix_run_id", "run", ["id"])
    op.create_table(
        "phrase",
        sa.Column("kind", sa.Integer(), primary_key=True, autoincrement=False),
        _number("number", primary=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_phrase_digest", "phrase", ["digest"], unique=True)
    op.create_table(
        "decision",
        _number("number", primary=True),
        _number("history"),
        _number("seq"),
        _number("cell"),
        sa.Column("from_run", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("id", sa.LargeBinary(), nullable=False),
        sa.Column("grounds", sa.LargeBinary(), nullable=False),
        sa.Column("vaccination", sa.LargeBinary(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
    )
    op.create_index("ix_decision_history", "decision", ["history"])
    op.create_index("ix_decision_cell", "decision", ["cell"])
    _ends("decision")
    op.create_table(
        "achievement",
        _number("number", primary=True),
        sa.Column("id", NAME, nullable=False),
        sa.Column("practice", NAME, nullable=False),
        sa.Column("programme", NAME, nullable=False),
        sa.Column("indicator", NAME, nullable=False),
        sa.Column("period", NAME, nullable=False),
        _number("from_run"),
        sa.Column("body", sa.Text(), nullable=False),
    )
    op.create_index("ix_achievement_id", "achievement", ["id"])
    op.create_index("ix_achievement_cell", "achievement", ["practice", "programme", "indicator", "period"])
    op.create_index("ix_achievement_from_run", "achievement", ["from_run"])
    _ends("achievement")
    for table in TABLES:
        append_only(table)


def downgrade() -> None:
    raise NotImplementedError("evidence is never dropped: restore a copy instead")


def _number(name: str, *foreign: str, primary: bool = False) -> sa.Column[int]:
    keys = [sa.ForeignKey(each) for each in foreign]
    return sa.Column(name, NUMBER, *keys, primary_key=primary, autoincrement=False, nullable=False)


def _ends(what: str) -> None:
    op.create_table(f"{what}_end", _number(what, f"{what}.number", primary=True), _number("until_run"))
    op.create_index(f"ix_{what}_end_until_run", f"{what}_end", ["until_run"])
