"""Whose decisions may differ between two cuts: the patients of every record that something new was learnt of."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from adapter.reconcile.review import Review
from adapter.store.arrival_tables import RECORD_UNION, RECORD_VERSION
from adapter.store.batch import records_known
from adapter.store.bulk import in_lists
from adapter.store.database import Database
from adapter.store.histories import Cut, Part, code_of
from adapter.store.naming import identifier_name

PART = 500
"""How many histories of those touched make a part."""


def touched(database: Database, cuts: tuple[Cut, Cut], reviews: Iterable[Review]) -> list[Part]:
    """The histories, in parts, that may be decided otherwise at the one cut than at the other: of patients whom any
    version of a record names that has new versions, was united with another one, or was reviewed.

    All records of these parts are in them at both cuts: whoever a record belonged to, and whoever it belongs to.
    """
    (low, high) = sorted(cuts, key=lambda cut: (cut.sequence, cut.batch))
    with database.read() as connection:
        version = RECORD_VERSION.c
        changed = sa.select(version.record).where(version.seq > low.sequence, version.seq <= high.sequence)
        records = set(connection.execute(changed).scalars())
        union = RECORD_UNION.c
        united = sa.select(union.record).where(union.batch > low.batch, union.batch <= high.batch)
        records.update(connection.execute(united).scalars())
        records |= _reviewed(connection, reviews)
        records = _with_united(connection, records)
        codes, nameless = _named(connection, records, high)
    ordered, listed = sorted(codes), sorted(nameless)
    parts = [Part(spans=tuple((code, code) for code in ordered[at : at + PART])) for at in range(0, len(ordered), PART)]
    return parts + [Part(records=tuple(listed[at : at + PART])) for at in range(0, len(listed), PART)]


def _reviewed(connection: Connection, reviews: Iterable[Review]) -> set[int]:
    names = {identifier_name(one.feed, one.system, one.value) for one in reviews}
    return {record for _, record in records_known(connection, names)}


def _with_united(connection: Connection, records: Collection[int]) -> set[int]:
    """These, and all that is or will be one with them."""
    union = RECORD_UNION.c
    known, fresh = set(records), set(records)
    while fresh:
        found: set[int] = set()
        for listed in in_lists(fresh):
            either = sa.or_(union.record.in_(listed), union.into_record.in_(listed))
            for row in connection.execute(sa.select(union.record, union.into_record).where(either)):
                found |= {row[0], row[1]}
        fresh = found - known
        known |= fresh
    return known


def _named(connection: Connection, records: Collection[int], cut: Cut) -> tuple[set[int], set[int]]:
    """The codes of the patients that these records name, and those of the records that somewhere name none."""
    version = RECORD_VERSION.c
    codes: set[int] = set()
    nameless: set[int] = set()
    for listed in in_lists(records):
        query = sa.select(version.record, version.patient, version.kind).where(version.record.in_(listed))
        for record, patient, kind in connection.execute(query.where(version.seq <= cut.sequence)):
            if patient:
                codes.add(code_of(patient))
            elif kind == "statement":
                nameless.add(record)
    return codes, nameless
