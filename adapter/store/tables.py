"""The tables, as SQLModel classes. Every one of them is append-only: triggers refuse any change or deletion.

Numbers are given by the store under its write lock, from 1 and without gaps, so that both databases number the same
deliveries alike. Texts compare byte by byte on both. Times are UTC with a zone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from adapter.store.columns import UtcTime

Name: TypeEngine[str] = Text().with_variant(Text(collation="C"), "postgresql")
Number: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")


def _number(*foreign: str, primary: bool = False, nullable: bool = False, index: bool = False) -> Any:
    keys = [ForeignKey(each) for each in foreign]
    column = Column(Number, *keys, primary_key=primary, autoincrement=False, nullable=nullable, index=index or None)
    return Field(sa_column=column)


def _small() -> Any:
    return Field(sa_column=Column(Integer, nullable=False))


def _name(*, primary: bool = False, unique: bool = False, index: bool = False) -> Any:
    return Field(
        sa_column=Column(Name, primary_key=primary, nullable=False, unique=unique or None, index=index or None)
    )


def _bytes(*, primary: bool = False, nullable: bool = False) -> Any:
    return Field(sa_column=Column(LargeBinary, primary_key=primary, nullable=nullable))


def _time(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(UtcTime, nullable=nullable))


class MetaRow(SQLModel, table=True):
    """A fact of the database itself, such as the fingerprint of the patient key."""

    __tablename__ = "meta"
    key: str = _name(primary=True)
    value: str = _name()


class FeedRow(SQLModel, table=True):
    """A source: `kind` gp or poc; `practice` is "" unless it is a practice's own."""

    __tablename__ = "feed"
    number: int = _number(primary=True)
    name: str = _name(unique=True)
    kind: str = _name()
    practice: str = _name()
    gms_markers: bool = Field()
    created: datetime = _time()


class DeliveryRow(SQLModel, table=True):
    """One thing that arrived. `sha256` and `size` are of the bytes as they came; `encoding` identity or gzip;
    `format` json (one document) or ndjson (a document a line). `id` holds nothing of the sender's.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_feed_sha256", "feed", "sha256"),)
    number: int = _number(primary=True)
    id: str = _name(unique=True)
    feed: int = _number("feed.number")
    received: datetime = _time()
    sha256: bytes = _bytes()
    size: int = _number()
    encoding: str = _name()
    format: str = _name()


class BatchRow(SQLModel, table=True):
    """One committed transaction of a delivery: how far it came, and when. The next one starts there, so that a
    delivery that was cut off loses nothing and repeats nothing. `stored` never goes back.

    `wrapper_end` and `content_end` count bytes kept; `items_end` lines of NDJSON or pieces of a document dealt with;
    `received` the resources met in it, `context` those that only stand beside records. `cause` is `ingest` or
    `replay`; a replay that takes a quarantined resource apart has received what it found, less the one.
    """

    __tablename__ = "batch"
    number: int = _number(primary=True)
    delivery: int = _number("delivery.number", index=True)
    stored: datetime = _time()
    cause: str = _name()
    wrapper_end: int = _number()
    content_end: int = _number()
    items_end: int = _number()
    received: int = _number()
    context: int = _number()


class DeliveryEndRow(SQLModel, table=True):
    """What became of a delivery when it was first taken whole: received = new + deletes + receipts + quarantined."""

    __tablename__ = "delivery_end"
    delivery: int = _number("delivery.number", primary=True)
    finished: datetime = _time()
    received: int = _number()
    new: int = _number()
    deletes: int = _number()
    receipts: int = _number()
    quarantined: int = _number()
    context: int = _number()


class PayloadRow(SQLModel, table=True):
    """A chunk of a delivery, verbatim under zstd, and under AES-256-GCM where `key_id` is set. Stream `wrapper` is
    the gzip file as it came, `content` the text that was read; without gzip the content is what came.
    """

    __tablename__ = "payload"
    delivery: int = _number("delivery.number", primary=True)
    stream: str = _name(primary=True)
    start: int = _number(primary=True)
    length: int = _number()
    sha256: bytes = _bytes()
    key_id: str = _name()
    nonce: bytes = _bytes()
    body: bytes = _bytes()


class StatementFormRow(SQLModel, table=True):
    """What many statements share (see `form`); `sha256` is of the text."""

    __tablename__ = "statement_form"
    number: int = _number(primary=True)
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    text: str = Field(sa_column=Column(Text, nullable=False))


class RecordVersionRow(SQLModel, table=True):
    """One statement or delete. `record` is the `seq` of the record's first version; `start` and `length` find its bytes
    in the delivery's content. `replaces` is an earlier reading of the same bytes that this one knows more than.

    Where there is a `form`, `statement` holds the values that it lacks, else all that is said. `name` and `other_name`
    are ways to find the record that were new with this version (see `naming`); more are in record_identifier.
    `patient` is the first bytes of the patient's hash, to find and group by; `patient_rest` the others, where
    `statement` does not have the hash.

    PostgreSQL does not check `batch`: whoever writes these rows has written it in the same transaction.
    """

    __tablename__ = "record_version"
    __table_args__ = (
        Index("ix_record_version_record", "record"),
        Index("ix_record_version_patient", "patient"),
        Index("ix_record_version_batch", "batch"),
        Index("ix_record_version_name", "name"),
        Index("ix_record_version_other_name", "other_name"),
    )
    seq: int = _number(primary=True)
    record: int = _number()
    batch: int = _number("batch.number")
    pointer: str = _name()
    start: int = _number()
    length: int = _number()
    sha256: bytes = _bytes()
    kind: str = _name()
    patient: bytes | None = _bytes(nullable=True)
    entered_in_error: bool = Field()
    source_version: int | None = _number(nullable=True)
    source_updated: str = _name()
    history_position: int | None = _number(nullable=True)
    bundle: str = _name()
    replaces: int | None = _number(nullable=True)
    statement: str = Field(sa_column=Column(Text, nullable=False))
    form: int | None = Field(sa_column=Column(Integer, nullable=True))
    name: bytes | None = _bytes(nullable=True)
    other_name: bytes | None = _bytes(nullable=True)
    patient_rest: bytes | None = _bytes(nullable=True)


class RecordIdentifierRow(SQLModel, table=True):
    """A way to find a record: the first half of the SHA-256 of feed, kind of name, system and value (see `naming`).
    `batch` is the one that made it known; 0 where that was before there was a ledger.
    """

    __tablename__ = "record_identifier"
    __table_args__ = {"sqlite_with_rowid": False}
    digest: bytes = _bytes(primary=True)
    record: int = _number(primary=True)
    batch: int = Field(sa_column=Column(Number, nullable=False, server_default="0"))


class RecordUnionRow(SQLModel, table=True):
    """A version named two records: from its batch on `record` is `into_record`."""

    __tablename__ = "record_union"
    record: int = _number(primary=True)
    into_record: int = _number(index=True)
    batch: int = _number("batch.number")


class ReceiptRow(SQLModel, table=True):
    """Bytes that were known already, as version `seq`."""

    __tablename__ = "receipt"
    number: int = _number(primary=True)
    batch: int = _number("batch.number", index=True)
    pointer: str = _name()
    start: int = _number()
    length: int = _number()
    sha256: bytes = _bytes()
    seq: int = _number("record_version.seq")


class QuarantineRow(SQLModel, table=True):
    """What could not be taken, with every reason (`issues`: JSON of Issue). Its bytes are in `stream`."""

    __tablename__ = "quarantine"
    number: int = _number(primary=True)
    id: str = _name(unique=True)
    batch: int = _number("batch.number", index=True)
    stream: str = _name()
    pointer: str = _name()
    start: int = _number()
    length: int = _number()
    sha256: bytes = _bytes()
    issues: str = Field(sa_column=Column(Text, nullable=False))


class QuarantineOutcomeRow(SQLModel, table=True):
    """What became of it later: `taken` closes it; `refused` says why it still stands."""

    __tablename__ = "quarantine_outcome"
    number: int = _number(primary=True)
    quarantine: int = _number("quarantine.number", index=True)
    batch: int | None = _number("batch.number", nullable=True)
    recorded: datetime = _time()
    what: str = _name()
    issues: str = Field(sa_column=Column(Text, nullable=False))


class OdsReleaseRow(SQLModel, table=True):
    """A file of the organisation directory, verbatim and as it was read; both zstd."""

    __tablename__ = "ods_release"
    seq: int = _number(primary=True)
    sha256: bytes = Field(sa_column=Column(LargeBinary, nullable=False, unique=True))
    loaded: datetime = _time()
    kind: str = _name()
    name: str = _name()
    content: bytes = _bytes()
    parsed: bytes = _bytes()


class RunRow(SQLModel, table=True):
    """One reconciliation. `id` is the hash of its inputs: the same inputs again are another row with the same id.

    `cut`, `cut_batch` and `reviews` are the last version, batch and review known to it. `cut_sum`, `decision_sum` and
    `count_sum` are sums of the records, decisions and counts (see `adapter.digest`): a later run goes on from them.
    `last_decision` is the highest number of a decision when it was done: what later runs decided lies above.
    """

    __tablename__ = "run"
    number: int = _number(primary=True)
    id: str = _name(index=True)
    period_from: str = _name()
    period_to: str = _name()
    as_of: datetime | None = _time(nullable=True)
    cut: int = _number()
    cut_batch: int = _number()
    cut_digest: str = _name()
    cut_sum: bytes = _bytes()
    reviews: int = _number()
    ruleset_digest: str = _name()
    ruleset_files: str = Field(sa_column=Column(Text, nullable=False))
    directory_digest: str = _name()
    code_version: str = _name()
    gms_extension: str = _name()
    output_digest: str = _name()
    decision_sum: bytes = _bytes()
    count_sum: bytes = _bytes()
    last_decision: int = _number()
    started: datetime = _time()
    finished: datetime = _time()
    outcomes: str = Field(sa_column=Column(Text, nullable=False))


class PhraseRow(SQLModel, table=True):
    """What decisions say over and over, kept once: `body` is JSON. Kinds: practice, line (programme and indicator),
    verdict (outcome, reason, supporting reasons) and ground (what, says, source).
    """

    __tablename__ = "phrase"
    __table_args__ = (Index("ix_phrase_digest", "digest", unique=True),)
    kind: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    number: int = _number(primary=True)
    digest: bytes = _bytes()
    body: str = Field(sa_column=Column(Text, nullable=False))


class DecisionRow(SQLModel, table=True):
    """A record's outcome, in force from a run on. What the record version `seq` says already is not said again, and
    what many decisions say is a `phrase`; no foreign keys, which would cost more than the rows: `id` covers it all.

    `history` groups what is decided together (see `Decision`) and begins the `id`. `cell` is practice, line and month
    in one number; `day` an ordinal, 0 unknown. `vaccination` and `named` are empty where they follow from the record.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_history", "history"), Index("ix_decision_cell", "cell"))
    number: int = _number(primary=True)
    history: int = _number()
    seq: int = _number()
    cell: int = _number()
    from_run: int = _small()
    version: int = _small()
    verdict: int = _small()
    day: int = _small()
    id: bytes = _bytes()
    grounds: bytes = _bytes()
    vaccination: bytes = _bytes()
    named: str = Field(sa_column=Column(Text, nullable=False))


class DecisionEndRow(SQLModel, table=True):
    """The first run in which a decision no longer stood."""

    __tablename__ = "decision_end"
    __table_args__ = (Index("ix_decision_end_until_run", "until_run"),)
    decision: int = _number("decision.number", primary=True)
    until_run: int = _number()


class AchievementRow(SQLModel, table=True):
    """A count (`body`: JSON of Achievement without its run), in force from a run on."""

    __tablename__ = "achievement"
    __table_args__ = (
        Index("ix_achievement_cell", "practice", "programme", "indicator", "period"),
        Index("ix_achievement_from_run", "from_run"),
    )
    number: int = _number(primary=True)
    id: str = _name(index=True)
    practice: str = _name()
    programme: str = _name()
    indicator: str = _name()
    period: str = _name()
    from_run: int = _number()
    body: str = Field(sa_column=Column(Text, nullable=False))


class AchievementEndRow(SQLModel, table=True):
    """The first run in which a count no longer stood."""

    __tablename__ = "achievement_end"
    __table_args__ = (Index("ix_achievement_end_until_run", "until_run"),)
    achievement: int = _number("achievement.number", primary=True)
    until_run: int = _number()


class ReviewRow(SQLModel, table=True):
    """A person's verdict on a record for a claimant."""

    __tablename__ = "review"
    number: int = _number(primary=True)
    recorded: datetime = _time()
    practice: str = _name()
    feed: str = _name()
    system: str = _name()
    value: str = _name()
    verdict: str = _name()
    who: str = _name()
    note: str = Field(sa_column=Column(Text, nullable=False))


class MappingReleaseRow(SQLModel, table=True):
    """Rows of official tables that lie over our own from then on (`changes`: JSON of RowChange, zstd). `files` are the
    SHA-256 of what was read (JSON). A row that `withdraws` another one ends it, and changes nothing itself.
    """

    __tablename__ = "mapping_release"
    number: int = _number(primary=True)
    recorded: datetime = _time()
    kind: str = _name()
    label: str = _name()
    digest: str = _name()
    files: str = Field(sa_column=Column(Text, nullable=False))
    changes: bytes = _bytes()
    withdraws: int | None = _number("mapping_release.number", nullable=True)


class RegistrationRow(SQLModel, table=True):
    """A patient, by the keyed hash, on a practice's list. Days are `YYYY-MM-DD`, both inclusive, "" is open."""

    __tablename__ = "registration"
    number: int = _number(primary=True)
    loaded: datetime = _time()
    patient: bytes = Field(sa_column=Column(LargeBinary, nullable=False, index=True))
    practice: str = _name()
    valid_from: str = _name()
    valid_to: str = _name()


class TerminologyAnswerRow(SQLModel, table=True):
    """What a terminology server answered (`answer`: JSON), by its address and the question. The newest speaks."""

    __tablename__ = "terminology_answer"
    __table_args__ = (Index("ix_terminology_answer_question", "server", "question"),)
    number: int = _number(primary=True)
    asked: datetime = _time()
    server: str = _name()
    question: str = _name()
    answer: str = Field(sa_column=Column(Text, nullable=False))


class ApiKeyRow(SQLModel, table=True):
    """A key of the HTTP service. `sha256` is of the whole key, which nobody keeps; `scopes` are parted by blanks."""

    __tablename__ = "api_key"
    number: int = _number(primary=True)
    id: str = _name(unique=True)
    name: str = _name()
    scopes: str = _name()
    sha256: bytes = _bytes()
    created: datetime = _time()


class ApiKeyEndRow(SQLModel, table=True):
    """From then on the key opens nothing."""

    __tablename__ = "api_key_end"
    key: int = _number("api_key.number", primary=True)
    revoked: datetime = _time()


class DisclosureRow(SQLModel, table=True):
    """Somebody was given verbatim bytes: by which key, for which count or decision, how many records."""

    __tablename__ = "disclosure"
    number: int = _number(primary=True)
    recorded: datetime = _time()
    key: int = _number("api_key.number")
    what: str = _name()
    records: int = _number()


def _table(row: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(row.__tablename__)]


META = _table(MetaRow)
FEED = _table(FeedRow)
DELIVERY = _table(DeliveryRow)
BATCH = _table(BatchRow)
DELIVERY_END = _table(DeliveryEndRow)
PAYLOAD = _table(PayloadRow)
STATEMENT_FORM = _table(StatementFormRow)
RECORD_VERSION = _table(RecordVersionRow)
RECORD_IDENTIFIER = _table(RecordIdentifierRow)
RECORD_UNION = _table(RecordUnionRow)
RECEIPT = _table(ReceiptRow)
QUARANTINE = _table(QuarantineRow)
QUARANTINE_OUTCOME = _table(QuarantineOutcomeRow)
ODS_RELEASE = _table(OdsReleaseRow)
RUN = _table(RunRow)
DECISION = _table(DecisionRow)
DECISION_END = _table(DecisionEndRow)
ACHIEVEMENT = _table(AchievementRow)
ACHIEVEMENT_END = _table(AchievementEndRow)
PHRASE = _table(PhraseRow)
REVIEW = _table(ReviewRow)
API_KEY = _table(ApiKeyRow)
API_KEY_END = _table(ApiKeyEndRow)
DISCLOSURE = _table(DisclosureRow)
MAPPING_RELEASE = _table(MappingReleaseRow)
REGISTRATION = _table(RegistrationRow)
TERMINOLOGY_ANSWER = _table(TerminologyAnswerRow)
