"""Deliveries with every kind of line, and the rows that an ingest of them keeps."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from adapter.store.arrival_tables import (
    BATCH,
    DELIVERY,
    DELIVERY_END,
    PAYLOAD,
    QUARANTINE,
    RECEIPT,
    RECORD_IDENTIFIER,
    RECORD_UNION,
    RECORD_VERSION,
    STATEMENT_FORM,
)
from adapter.store.store import Store

from sending import NHS_NUMBER, SYSTEM, bundle, by_identifier, deletion, encoded, immunization, ndjson, nhs_number

KEPT = (
    DELIVERY,
    BATCH,
    DELIVERY_END,
    PAYLOAD,
    STATEMENT_FORM,
    RECORD_VERSION,
    RECORD_IDENTIFIER,
    RECORD_UNION,
    RECEIPT,
    QUARANTINE,
)
TIMES = {"received", "stored", "finished"}


def load() -> bytes:
    """Every kind of line, for several chunks: versions, twins, deletes, names that meet, faults of each sort."""
    parts = []
    for number in range(400):
        one = immunization(f"v{number}", patient=number % 50, id=f"id-{number}", lotNumber=f"L{number % 9}")
        parts.append(ndjson(one))
        if number % 7 == 0:
            parts.append(ndjson(one, immunization(f"v{number // 2}", status="entered-in-error")))
        if number % 31 == 0:
            both = [{"system": SYSTEM, "value": f"v{each}"} for each in (number, number // 3)]
            third = {"system": "urn:third", "value": f"{number}"}
            parts.append(ndjson(immunization(identifier=[*both, third]), deletion(by_identifier(f"v{number // 5}"))))
            many = [{"system": f"urn:{each}", "value": f"of {number}"} for each in range(4)]
            parts.append(ndjson(immunization(identifier=many)))
        if number % 41 == 0:
            parts += [b"\n", b'{"resourceType": "Immuni\n', b"\xff\xfe\n", ndjson(immunization("bad", status=1))]
    return b"".join([*parts, encoded(bundle(immunization("last"), immunization("last", patient=3)))])


def with_context() -> bytes:
    patients = [
        {"resourceType": "Patient", "id": f"p{at}", "identifier": [{"system": NHS_NUMBER, "value": nhs_number(at)}]}
        for at in range(30)
    ]
    records = [
        immunization(f"v{at}", patient=None) | {"patient": {"reference": f"Patient/p{at % 30}"}} for at in range(300)
    ]
    return ndjson(*records[:200], *patients, *records[200:])


def rows(store: Store) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """All that an ingest keeps, but the times."""
    found = []
    with store.database.read() as connection:
        for table in KEPT:
            columns = [column for column in table.c if column.name not in TIMES]
            query = sa.select(*columns).order_by(*table.primary_key)
            found.append((table.name, [tuple(map(_plain, row)) for row in connection.execute(query)]))
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
