"""The tables of what arrived: feeds, deliveries with their bytes, records and their versions, quarantine."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index
from sqlmodel import Field, SQLModel

from adapter.store import fields


class MetaRow(SQLModel, table=True):
    """A fact of the database itself, such as the fingerprint of the patient key."""

    __tablename__ = "meta"
    key: str = fields.name(primary=True)
    value: str = fields.name()


class FeedRow(SQLModel, table=True):
    """A source: `kind` gp or poc; `practice` is "" unless it is a practice's own."""

    __tablename__ = "feed"
    number: int = fields.number(primary=True)
    name: str = fields.name(unique=True)
    kind: str = fields.name()
    practice: str = fields.name()
    gms_markers: bool = Field()
    created: datetime = fields.time()


class DeliveryRow(SQLModel, table=True):
    """One thing that arrived. `sha256` and `size` are of the bytes as they came; `encoding` identity or gzip;
    `format` json (one document) or ndjson (a document a line). `id` holds nothing of the sender's.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_feed_sha256", "feed", "sha256"),)
    number: int = fields.number(primary=True)
    id: str = fields.name(unique=True)
    feed: int = fields.number("feed.number")
    received: datetime = fields.time()
    sha256: bytes = fields.octets()
    size: int = fields.number()
    encoding: str = fields.name()
    format: str = fields.name()


class BatchRow(SQLModel, table=True):
    """One committed transaction of a delivery: how far it came, and when. The next one starts there, so that a
    delivery that was cut off loses nothing and repeats nothing. `stored` never goes back.

    `wrapper_end` and `content_end` count bytes kept; `items_end` lines of NDJSON or pieces of a document dealt with;
    `received` the resources met in it, `context` those that only stand beside records. `cause` is `ingest` or
    `replay`; a replay that takes a quarantined resource apart has received what it found, less the one.
    """

    __tablename__ = "batch"
    number: int = fields.number(primary=True)
    delivery: int = fields.number("delivery.number", index=True)
    stored: datetime = fields.time()
    cause: str = fields.name()
    wrapper_end: int = fields.number()
    content_end: int = fields.number()
    items_end: int = fields.number()
    received: int = fields.number()
    context: int = fields.number()


class DeliveryEndRow(SQLModel, table=True):
    """What became of a delivery when it was first taken whole: received = new + deletes + receipts + quarantined."""

    __tablename__ = "delivery_end"
    delivery: int = fields.number("delivery.number", primary=True)
    finished: datetime = fields.time()
    received: int = fields.number()
    new: int = fields.number()
    deletes: int = fields.number()
    receipts: int = fields.number()
    quarantined: int = fields.number()
    context: int = fields.number()


class PayloadRow(SQLModel, table=True):
    """A chunk of a delivery, verbatim under zstd, and under AES-256-GCM where `key_id` is set. Stream `wrapper` is
    the gzip file as it came, `content` the text that was read; without gzip the content is what came.
    """

    __tablename__ = "payload"
    delivery: int = fields.number("delivery.number", primary=True)
    stream: str = fields.name(primary=True)
    start: int = fields.number(primary=True)
    length: int = fields.number()
    sha256: bytes = fields.octets()
    key_id: str = fields.name()
    nonce: bytes = fields.octets()
    body: bytes = fields.octets()


class StatementFormRow(SQLModel, table=True):
    """What many statements share (see `form`); `sha256` is of the text."""

    __tablename__ = "statement_form"
    number: int = fields.number(primary=True)
    sha256: bytes = fields.octets(unique=True)
    text: str = fields.text()


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
        Index("ix_record_version_form", "form"),
    )
    seq: int = fields.number(primary=True)
    record: int = fields.number()
    batch: int = fields.number("batch.number")
    pointer: str = fields.name()
    start: int = fields.number()
    length: int = fields.number()
    sha256: bytes = fields.octets()
    kind: str = fields.name()
    patient: bytes | None = fields.octets(nullable=True)
    entered_in_error: bool = Field()
    source_version: int | None = fields.number(nullable=True)
    source_updated: str = fields.name()
    history_position: int | None = fields.number(nullable=True)
    bundle: str = fields.name()
    replaces: int | None = fields.number(nullable=True)
    statement: str = fields.text()
    form: int | None = fields.small(nullable=True)
    name: bytes | None = fields.octets(nullable=True)
    other_name: bytes | None = fields.octets(nullable=True)
    patient_rest: bytes | None = fields.octets(nullable=True)


class RecordIdentifierRow(SQLModel, table=True):
    """A way to find a record: the first half of the SHA-256 of feed, kind of name, system and value (see `naming`).
    `batch` is the one that made it known; 0 where that was before there was a ledger.
    """

    __tablename__ = "record_identifier"
    __table_args__ = {"sqlite_with_rowid": False}
    digest: bytes = fields.octets(primary=True)
    record: int = fields.number(primary=True)
    batch: int = Field(sa_column=Column(fields.Number, nullable=False, server_default="0"))


class RecordUnionRow(SQLModel, table=True):
    """A version named two records: from its batch on `record` is `into_record`."""

    __tablename__ = "record_union"
    record: int = fields.number(primary=True)
    into_record: int = fields.number(index=True)
    batch: int = fields.number("batch.number")


class ReceiptRow(SQLModel, table=True):
    """Bytes that were known already, as version `seq`."""

    __tablename__ = "receipt"
    number: int = fields.number(primary=True)
    batch: int = fields.number("batch.number", index=True)
    pointer: str = fields.name()
    start: int = fields.number()
    length: int = fields.number()
    sha256: bytes = fields.octets()
    seq: int = fields.number("record_version.seq")


class QuarantineRow(SQLModel, table=True):
    """What could not be taken, with every reason (`issues`: JSON of Issue). Its bytes are in `stream`."""

    __tablename__ = "quarantine"
    number: int = fields.number(primary=True)
    id: str = fields.name(unique=True)
    batch: int = fields.number("batch.number", index=True)
    stream: str = fields.name()
    pointer: str = fields.name()
    start: int = fields.number()
    length: int = fields.number()
    sha256: bytes = fields.octets()
    issues: str = fields.text()


class QuarantineOutcomeRow(SQLModel, table=True):
    """What became of it later: `taken` closes it; `refused` says why it still stands."""

    __tablename__ = "quarantine_outcome"
    number: int = fields.number(primary=True)
    quarantine: int = fields.number("quarantine.number", index=True)
    batch: int | None = fields.number("batch.number", nullable=True)
    recorded: datetime = fields.time()
    what: str = fields.name()
    issues: str = fields.text()


META = fields.table(MetaRow)
FEED = fields.table(FeedRow)
DELIVERY = fields.table(DeliveryRow)
BATCH = fields.table(BatchRow)
DELIVERY_END = fields.table(DeliveryEndRow)
PAYLOAD = fields.table(PayloadRow)
STATEMENT_FORM = fields.table(StatementFormRow)
RECORD_VERSION = fields.table(RecordVersionRow)
RECORD_IDENTIFIER = fields.table(RecordIdentifierRow)
RECORD_UNION = fields.table(RecordUnionRow)
RECEIPT = fields.table(ReceiptRow)
QUARANTINE = fields.table(QuarantineRow)
QUARANTINE_OUTCOME = fields.table(QuarantineOutcomeRow)
