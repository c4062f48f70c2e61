"""How rows and ledger entries are turned into digests. Everything that seals or checks goes by this one file.

A row's leaf is the canonical JSON of its values in the order of the table's columns: bytes in base64, times as
`2024-09-12T08:30:00.000000Z`, and without the nulls at its end, so that a column that is added later (nullable, as the
last) changes no leaf. An entry's leaf is the JSON array of its columns but the hash; its `body` maps table to `Rows`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Table

from adapter.digest import canonical
from adapter.merkle import leaf_hash
from adapter.store.columns import UtcTime, text_of
from adapter.store.ledger_tables import LEDGER, LEDGER_MARK

MARK_BYTES = 8
"""How much of a row's hash is kept to name it by. The root is over the whole hashes."""
MARKS_A_ROW = 4_096
"""How many marks one row of `ledger_mark` holds."""
NO_ENTRY = bytes(32)
"""The `previous` of the first entry."""

OWNERS = {
    "achievement_end": "until_run",
    "decision_end": "until_run",
    "published_count": "publication",
    "record_identifier": "batch",
    "record_union": "batch",
}
"""Tables whose rows belong to a row of another that is written with them, by the column that says to which."""
BULKY = frozenset({"mapping_release", "ods_release", "payload"})
"""Tables whose rows may have a megabyte each: few of them are in memory at once."""
SERIALS = ("number", "seq")
HEADS = frozenset({"run"})
"""Tables that an entry is called by even where others were written first."""
LEDGERS = frozenset({LEDGER.name, LEDGER_MARK.name})
"""What the chain and the roots check by themselves."""


class Rows(Struct, frozen=True, omit_defaults=True):
    """What an entry binds in one table: how many rows, and the Merkle root over their leaves by primary key.

    They are those whose place (serial number, or owner) is after that of the entry before, up to `to`. Of a table that
    has no such column, they are listed in `keys`.
    """

    count: int
    root: str
    to: int = 0
    keys: tuple[tuple[Any, ...], ...] = ()


_BODY = msgspec.json.Decoder(dict[str, Rows])


class Form:
    """How the rows of one table are bound: `place` is the column that puts them in the order of the ledger, None where
    they are listed by their keys; `serial` tells that its values leave no gap.
    """

    def __init__(self, table: Table) -> None:
        self.table, self.name = table, str(table.name)
        self.columns = [column.name for column in table.columns]
        self.key = [column.name for column in table.primary_key]
        self.page = 8 if self.name in BULKY else 1_000
        self.serial = len(self.key) == 1 and self.key[0] in SERIALS
        self.place = self.key[0] if self.serial else OWNERS.get(table.name)
        self._times = any(isinstance(column.type, UtcTime) for column in table.columns)
        self._nullable = {column.name for column in table.columns if column.nullable}
        self._pick = itemgetter(*self.columns)
        owner = [] if self.serial or not self.place else [self.place]
        self._key_of = _tuple_of([self.columns.index(name) for name in self.key])
        self._order_of = _tuple_of([self.columns.index(name) for name in (*owner, *self.key)])
        self._place_at = self.columns.index(self.place) if self.place else -1
        self._binary = [isinstance(table.columns[name].type, sa.LargeBinary) for name in self.key]

    def values(self, row: Mapping[str, Any]) -> Sequence[Any]:
        """A row that is being written, in the order of the columns. Raises KeyError where a value is not given."""
        try:
            values: Sequence[Any] = self._pick(row)
        except KeyError:
            values = [row.get(name) if name in self._nullable else row[name] for name in self.columns]
        if not self._times:
            return values
        return [text_of(value) if isinstance(value, datetime) else value for value in values]

    def leaf(self, values: Sequence[Any]) -> bytes:
        end = len(values)
        while end and values[end - 1] is None:
            end -= 1
        return canonical(values[:end] if end < len(values) else values)

    def hash(self, values: Sequence[Any]) -> bytes:
        return leaf_hash(self.leaf(values))

    def called(self, values: Sequence[Any]) -> str:
        """What people call the row: its id, else its key."""
        named = (values[self.columns.index("id")],) if "id" in self.columns else self.key_of(values)
        return "/".join(each.hex() if isinstance(each, bytes) else str(each) for each in named)

    def key_of(self, values: Sequence[Any]) -> tuple[Any, ...]:
        return self._key_of(values)

    def order_of(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """What the rows of a table are sorted by."""
        return self._order_of(values)

    def place_of(self, values: Sequence[Any]) -> int:
        """Of a row of a table that has a `place`."""
        return int(values[self._place_at])

    def listed(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """A key as it stands in `Rows.keys`."""
        return tuple(base64.b64encode(part).decode() if isinstance(part, bytes) else part for part in key)

    def unlisted(self, key: tuple[Any, ...]) -> tuple[Any, ...]:
        """The other way round."""
        pairs = zip(key, self._binary, strict=True)
        return tuple(base64.b64decode(part) if binary else part for part, binary in pairs)


def _tuple_of(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    pick = itemgetter(*places)
    return pick if len(places) > 1 else lambda values: (pick(values),)


class Entry(Struct, frozen=True):
    """One row of the ledger. `kind` is the table that its transaction wrote to first, `subject` the id in it."""

    number: int
    recorded: str
    kind: str
    subject: str
    body: str
    previous: bytes

    def leaf(self) -> bytes:
        return canonical([self.number, self.recorded, self.kind, self.subject, self.body, self.previous.hex()])

    def hash(self) -> bytes:
        return leaf_hash(self.leaf())

    def rows(self) -> dict[str, Rows]:
        """What it binds, by table. Raises msgspec.DecodeError for a body that is none."""
        return _BODY.decode(self.body)


def forms(tables: Iterable[Table]) -> dict[str, Form]:
    """Those of these tables that the ledger binds, by name, parents before children."""
    ordered = sa.schema.sort_tables(list(tables))
    return {str(table.name): Form(table) for table in ordered if table.name not in LEDGERS}


def body_of(rows: Mapping[str, Rows]) -> str:
    return canonical(rows).decode()


def later(now: datetime, earlier: str | None) -> str:
    """The time of an entry: never before that of the entry before it, whatever the clock does."""
    text = text_of(now.astimezone(UTC))
    return max(text, earlier) if earlier else text


def marks_of(hashes: Sequence[bytes]) -> bytes:
    return b"".join([each[:MARK_BYTES] for each in hashes])


def marks_in(text: bytes) -> Iterator[bytes]:
    return (text[at : at + MARK_BYTES] for at in range(0, len(text), MARK_BYTES))
