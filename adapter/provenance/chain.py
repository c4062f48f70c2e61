"""Does the ledger hold? Its chain, entry by entry, and with each entry every row that it binds.

All tables are read once, side by side, in the order of the ledger; memory is flat.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import DecodeError, ValidationError

from adapter.merkle import Growth
from adapter.provenance.finding import Differs, row_name
from adapter.store.ledger_form import MARK_BYTES, MARKS_A_ROW, NO_ENTRY, Entry, Form, Rows, marks_in
from adapter.store.ledger_reading import Snapshot, StoredEntry, StoredMarks, StoredRow

ALTERED = "this is not the row that the ledger bound"
MISSING = "a row that the ledger bound is missing"
STRAY = "no ledger entry bound this row: it was put in"

T = TypeVar("T")


class Chain:
    """One walk along the ledger. `growth` is the Merkle tree over the entries so far."""

    def __init__(self, snapshot: Snapshot, tables: Iterable[str] | None = None) -> None:
        """`tables` are those whose rows are looked at, None for all; the chain itself always is."""
        self.growth = Growth()
        self._snapshot = snapshot
        wanted = snapshot.forms.keys() if tables is None else set(tables)
        self._tables = {name: _Walk(snapshot, form) for name, form in snapshot.forms.items() if name in wanted}
        self._marks = _Ahead(snapshot.marks())
        self._previous, self._recorded = NO_ENTRY, ""

    def walk(self, step: Callable[[int], None] = lambda done: None) -> Iterator[Entry]:
        """The entries, each after it was found to hold. `step` is told how many rows are done. Raises Differs."""
        rows_done = 0
        for stored in self._snapshot.entries():
            entry = self._entry(stored)
            for name, rows in sorted(entry.rows().items()):
                marks = self._marks_of(entry, name, rows)
                if name in self._tables:
                    for _ in self._tables[name].check(entry, rows, marks):
                        rows_done += 1
                        step(rows_done)
                for _ in marks:
                    pass
            yield entry
        left = self._marks.peek()
        if left is not None:
            raise Differs("ledger_mark", _mark_name(left), STRAY)
        for walk in self._tables.values():
            walk.end()

    def _entry(self, stored: StoredEntry | StoredRow) -> Entry:
        expected = self.growth.size + 1
        if isinstance(stored, StoredRow):
            raise Differs("ledger", row_name(stored.values[:1]), f"column {stored.fault} was altered")
        entry = stored.entry
        name = str(entry.number)
        if entry.number > expected:
            raise Differs("ledger", str(expected), "this entry is missing")
        if entry.number < expected:
            raise Differs("ledger", name, "this entry was put in")
        if _encodes(entry.hash) != stored.hash:
            raise Differs("ledger", name, "the entry does not have the hash that stands beside it")
        if entry.previous != self._previous:
            raise Differs("ledger", name, f"it does not follow on from entry {expected - 1}")
        if entry.recorded < self._recorded:
            raise Differs("ledger", name, f"it is older than entry {expected - 1}")
        try:
            unknown = entry.rows().keys() - self._snapshot.forms.keys()
        except (DecodeError, ValidationError):
            raise Differs("ledger", name, "what it binds cannot be read") from None
        if unknown:
            raise Differs("ledger", name, "it binds a table that this version of the adapter does not know")
        self._previous, self._recorded = stored.hash, entry.recorded
        self.growth.add(stored.hash)
        return entry

    def _marks_of(self, entry: Entry, name: str, rows: Rows) -> Iterator[bytes]:
        """The marks of the rows that an entry binds in a table. A single row has its root for a mark."""
        if rows.count == 1:
            yield bytes.fromhex(rows.root)[:MARK_BYTES]
            return
        for position in range(0, rows.count, MARKS_A_ROW):
            stored, place = self._marks.peek(), (entry.number, name, position)
            if isinstance(stored, StoredMarks) and (stored.entry, stored.name, stored.position) == place:
                next(self._marks)
                if len(stored.marks) != min(MARKS_A_ROW, rows.count - position) * MARK_BYTES:
                    raise Differs("ledger_mark", _mark_name(stored), ALTERED)
                yield from marks_in(stored.marks)
            elif isinstance(stored, StoredMarks) and (stored.entry, stored.name, stored.position) < place:
                raise Differs("ledger_mark", _mark_name(stored), STRAY)
            elif isinstance(stored, StoredRow):
                raise Differs("ledger_mark", _mark_name(stored), ALTERED)
            else:
                raise Differs("ledger_mark", row_name(place), MISSING)


class _Walk:
    """The rows of one table, walked along with the ledger."""

    def __init__(self, snapshot: Snapshot, form: Form) -> None:
        self._snapshot, self._form = snapshot, form
        self._rows = _Ahead(snapshot.rows(form) if form.place else iter(()))
        self._to = self._count = 0

    def check(self, entry: Entry, bound: Rows, marks: Iterator[bytes]) -> Iterator[None]:
        """The rows that one entry binds, one after the other. Raises Differs."""
        form, growth = self._form, Growth()
        odd, odd_at = None, 0
        expected = self._expected(bound)
        for row in self._bound(bound):
            key = form.key_of(row.values)
            self._in_its_place(key, expected)
            leaf = None if row.fault else _encodes(partial(form.hash, row.values))
            if leaf is None:
                what = f"column {row.fault} holds" if row.fault else "a column holds"
                raise Differs(form.name, row_name(key), f"{ALTERED}: {what} what it cannot hold")
            if next(marks, b"") != leaf[:MARK_BYTES] and odd is None:
                odd, odd_at = row_name(key), growth.size // MARKS_A_ROW * MARKS_A_ROW
            growth.add(leaf)
            yield
        lost = next(expected, None)
        if lost is not None:
            raise Differs(form.name, row_name(lost), MISSING)
        self._to, self._count = max(self._to, bound.to), self._count + bound.count
        if growth.size < bound.count:
            raise Differs(form.name, f"{odd} or before it" if odd else f"of entry {entry.number}", MISSING)
        if growth.root().hex() != bound.root:
            raise Differs(
                form.name, odd or f"of entry {entry.number}", ALTERED if growth.size == bound.count else STRAY
            )
        if odd is not None:
            place = row_name((entry.number, form.name, odd_at))
            raise Differs("ledger_mark", place, f"{ALTERED}: it does not fit {form.name} {odd}")

    def end(self) -> None:
        """Nothing may be left when the ledger has come to its end."""
        form = self._form
        left = self._rows.peek()
        if left is not None:
            raise Differs(form.name, row_name(form.key_of(left.values)), STRAY)
        if not form.place and self._snapshot.count(form) != self._count:
            listed = {
                form.unlisted(key)
                for stored in self._snapshot.entries()
                if isinstance(stored, StoredEntry) and form.name in (rows := stored.entry.rows())
                for key in rows[form.name].keys
            }
            strays = (key for key in self._snapshot.keys(form) if key not in listed)
            raise Differs(form.name, row_name(next(strays, ())), STRAY)

    def _bound(self, bound: Rows) -> Iterator[StoredRow]:
        if not self._form.place:
            yield from self._snapshot.rows_of(self._form, [self._form.unlisted(key) for key in bound.keys])
            return
        while (row := self._rows.peek()) is not None and (row.fault or self._form.place_of(row.values) <= bound.to):
            yield next(self._rows)

    def _expected(self, bound: Rows) -> Iterator[tuple[Any, ...]]:
        """The keys that must come; none where only their number is known."""
        if self._form.serial:
            return ((number,) for number in range(self._to + 1, bound.to + 1))
        return iter(sorted(self._form.unlisted(key) for key in bound.keys))

    def _in_its_place(self, key: tuple[Any, ...], expected: Iterator[tuple[Any, ...]]) -> None:
        if self._form.place and not self._form.serial:
            return
        wanted = next(expected, None)
        if wanted == key:
            return
        try:
            missing = wanted is not None and key > wanted
        except TypeError:
            missing = False
        if missing:
            raise Differs(self._form.name, row_name(wanted or ()), MISSING)
        raise Differs(self._form.name, row_name(key), STRAY)


class _Ahead(Generic[T]):
    """An iterator of which the next one can be seen."""

    def __init__(self, rest: Iterator[T]) -> None:
        self._rest = rest
        self._seen: list[T] = []

    def peek(self) -> T | None:
        if not self._seen:
            self._seen.extend(one for one in (next(self._rest, None),) if one is not None)
        return self._seen[0] if self._seen else None

    def __next__(self) -> T:
        return self._seen.pop() if self._seen else next(self._rest)


def _encodes(hash_: Callable[[], bytes]) -> bytes | None:
    """None where text is none that UTF-8 can hold, or a number none that JSON can."""
    try:
        return hash_()
    except (UnicodeEncodeError, OverflowError):
        return None


def _mark_name(stored: StoredMarks | StoredRow) -> str:
    key = stored.values[:3] if isinstance(stored, StoredRow) else (stored.entry, stored.name, stored.position)
    return row_name(key)
