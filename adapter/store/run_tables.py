"""The tables of what runs made: decisions and counts, each in force from a run until a run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import SQLModel

from adapter.store import fields


class RunRow(SQLModel, table=True):
    """One reconciliation. `id` is the hash of its inputs: the same inputs again are another row with the same id.

    `cut`, `cut_batch` and `reviews` are the last version, batch and review known to it. `cut_sum`, `decision_sum` and
    `count_sum` are sums of the records, decisions and counts (see `adapter.digest`): a later run goes on from them.
    `last_decision` is the highest number of a decision when it was done: what later runs decided lies above.
    """

    __tablename__ = "run"
    number: int = fields.number(primary=True)
    id: str = fields.name(index=True)
    period_from: str = fields.name()
    period_to: str = fields.name()
    as_of: datetime | None = fields.time(nullable=True)
    cut: int = fields.number()
    cut_batch: int = fields.number()
    cut_digest: str = fields.name()
    cut_sum: bytes = fields.octets()
    reviews: int = fields.number()
    ruleset_digest: str = fields.name()
    ruleset_files: str = fields.text()
    directory_digest: str = fields.name()
    code_version: str = fields.name()
    gms_extension: str = fields.name()
    output_digest: str = fields.name()
    decision_sum: bytes = fields.octets()
    count_sum: bytes = fields.octets()
    last_decision: int = fields.number()
    started: datetime = fields.time()
    finished: datetime = fields.time()
    outcomes: str = fields.text()


class PhraseRow(SQLModel, table=True):
    """What decisions say over and over, kept once: `body` is JSON. Kinds: practice, line (programme and indicator),
    verdict (outcome, reason, supporting reasons) and ground (what, says, source).
    """

    __tablename__ = "phrase"
    __table_args__ = (Index("ix_phrase_digest", "digest", unique=True),)
    kind: int = fields.small(primary=True)
    number: int = fields.number(primary=True)
    digest: bytes = fields.octets()
    body: str = fields.text()


class DecisionRow(SQLModel, table=True):
    """A record's outcome, in force from a run on. What the record version `seq` says already is not said again, and
    what many decisions say is a `phrase`; no foreign keys, which would cost more than the rows: `id` covers it all.

    `history` groups what is decided together (see `Decision`) and begins the `id`. `cell` is practice, line and month
    in one number; `day` an ordinal, 0 unknown. `vaccination` and `named` are empty where they follow from the record.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_history", "history"), Index("ix_decision_cell", "cell"))
    number: int = fields.number(primary=True)
    history: int = fields.number()
    seq: int = fields.number()
    cell: int = fields.number()
    from_run: int = fields.small()
    version: int = fields.small()
    verdict: int = fields.small()
    day: int = fields.small()
    id: bytes = fields.octets()
    grounds: bytes = fields.octets()
    vaccination: bytes = fields.octets()
    named: str = fields.text()


class DecisionEndRow(SQLModel, table=True):
    """The first run in which a decision no longer stood."""

    __tablename__ = "decision_end"
    __table_args__ = (Index("ix_decision_end_until_run", "until_run"),)
    decision: int = fields.number("decision.number", primary=True)
    until_run: int = fields.number()


class AchievementRow(SQLModel, table=True):
    """A count (`body`: JSON of Achievement without its run), in force from a run on."""

    __tablename__ = "achievement"
    __table_args__ = (
        Index("ix_achievement_cell", "practice", "programme", "indicator", "period"),
        Index("ix_achievement_from_run", "from_run"),
    )
    number: int = fields.number(primary=True)
    id: str = fields.name(index=True)
    practice: str = fields.name()
    programme: str = fields.name()
    indicator: str = fields.name()
    period: str = fields.name()
    from_run: int = fields.number()
    body: str = fields.text()


class AchievementEndRow(SQLModel, table=True):
    """The first run in which a count no longer stood."""

    __tablename__ = "achievement_end"
    __table_args__ = (Index("ix_achievement_end_until_run", "until_run"),)
    achievement: int = fields.number("achievement.number", primary=True)
    until_run: int = fields.number()


RUN = fields.table(RunRow)
PHRASE = fields.table(PhraseRow)
DECISION = fields.table(DecisionRow)
DECISION_END = fields.table(DecisionEndRow)
ACHIEVEMENT = fields.table(AchievementRow)
ACHIEVEMENT_END = fields.table(AchievementEndRow)
