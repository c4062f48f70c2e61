"""What versions say, put together again from the forms that they share."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.fhir.statement import Identifier, SourceOrder, Statement, Withdrawal
from adapter.store.arrival_tables import RECORD_VERSION, STATEMENT_FORM
from adapter.store.bulk import in_lists, insert_rows
from adapter.store.database import next_number
from adapter.store.form import form_of, identifiers_in, joined

_MOST_FORMS = 50_000
_STATEMENT = msgspec.json.Decoder(Statement)
_WITHDRAWAL = msgspec.json.Decoder(Withdrawal)

SAID = tuple(
    RECORD_VERSION.c[name]
    for name in (
        "kind",
        "patient",
        "source_version",
        "source_updated",
        "history_position",
        "statement",
        "form",
        "patient_rest",
    )
)
"""The columns of a version from which `Statements` reads what it says."""


class Statements:
    """Reads versions, and keeps the forms that it has met."""

    def __init__(self) -> None:
        self._forms: dict[int, Statement] = {}

    def meet(self, connection: Connection, forms: Iterable[int | None]) -> None:
        """Fetch these forms, so that what is said in them can be read."""
        wanted = {number for number in forms if number is not None}
        if len(self._forms) > _MOST_FORMS:
            self._forms.clear()
        for part in in_lists(wanted - self._forms.keys()):
            query = sa.select(STATEMENT_FORM.c.number, STATEMENT_FORM.c.text)
            for number, text in connection.execute(query.where(STATEMENT_FORM.c.number.in_(part))):
                self._forms[number] = form_of(text)

    def statement(
        self, text: str, form: int | None, patient: bytes | None, rest: bytes | None, order: SourceOrder
    ) -> Statement:
        """What a version says that is no delete, from its columns. Its form must have been met."""
        if form is None:
            return _STATEMENT.decode(text)
        return joined(self._forms[form], text, patient.hex() + rest.hex() if patient and rest else "", order)

    def read(self, connection: Connection, rows: Sequence[Any]) -> list[Statement | Withdrawal]:
        """What each row says, which has the columns `SAID`."""
        self.meet(connection, {row.form for row in rows})
        return [
            self.statement(
                row.statement,
                row.form,
                row.patient,
                row.patient_rest,
                SourceOrder(row.source_version, row.source_updated, row.history_position),
            )
            if row.kind == "statement"
            else _WITHDRAWAL.decode(row.statement)
            for row in rows
        ]

    def identifiers(self, text: str, form: int | None) -> tuple[Identifier, ...]:
        """Those of a version of either kind; a delete by resource id alone has none. Its form must have been met."""
        return _NAMED.decode(text).identifiers if form is None else identifiers_in(self._forms[form], text)


class _Named(Struct):
    identifiers: tuple[Identifier, ...] = ()


_NAMED = msgspec.json.Decoder(_Named)


def form_numbers(connection: Connection, forms: Sequence[str]) -> list[int]:
    """The number of each form; those that are new are kept. Inside a write transaction only."""
    digests = [hashlib.sha256(form.encode()).digest() for form in forms]
    known: dict[bytes, int] = {}
    for part in in_lists(set(digests)):
        query = sa.select(STATEMENT_FORM.c.sha256, STATEMENT_FORM.c.number)
        known |= {bytes(row[0]): row[1] for row in connection.execute(query.where(STATEMENT_FORM.c.sha256.in_(part)))}
    fresh = {digest: form for digest, form in zip(digests, forms, strict=True) if digest not in known}
    if fresh:
        first = next_number(connection, STATEMENT_FORM.c.number)
        rows = [(number, digest, form) for number, (digest, form) in enumerate(fresh.items(), first)]
        insert_rows(connection, STATEMENT_FORM, rows)
        known |= {digest: number for number, digest, _ in rows}
    return [known[digest] for digest in digests]
