"""What decisions say over and over, kept once under a number: practices, lines, verdicts and grounds.

A number is given on first use, under the write lock. Numbers are the store's own; nothing that leaves it rests on them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy import Connection

from adapter.reasons import Outcome, Reason
from adapter.reconcile.decision import Ground
from adapter.store.bulk import in_lists
from adapter.store.run_tables import PHRASE

PRACTICE, LINE, VERDICT, GROUND = range(4)
_DIGEST_BYTES = 16


class Line(Struct, frozen=True, array_like=True):
    """What a count can be about, beside practice and month."""

    programme: str | None
    indicator: str | None


class Said(Struct, frozen=True, array_like=True):
    """An outcome and its reasons."""

    outcome: Outcome
    reason: Reason
    supporting: tuple[Reason, ...]


class _Ground(Struct, frozen=True, array_like=True):
    what: str
    says: str
    source: str


_DECODERS: dict[int, msgspec.json.Decoder[Any]] = {
    PRACTICE: msgspec.json.Decoder(str),
    LINE: msgspec.json.Decoder(Line),
    VERDICT: msgspec.json.Decoder(Said),
    GROUND: msgspec.json.Decoder(_Ground),
}
Phrase = tuple[int, str]
"""A kind and a body."""


def body_of(phrase: str | Line | Said | Ground) -> Phrase:
    """Kind and JSON body."""
    match phrase:
        case str():
            return PRACTICE, _json(phrase)
        case Line():
            return LINE, _json(phrase)
        case Said():
            return VERDICT, _json(phrase)
    return GROUND, _json([phrase.what, phrase.says, phrase.source])


class PhraseBook:
    """The phrases of one database, as far as they were asked for: a phrase once kept never changes."""

    def __init__(self) -> None:
        self._bodies: dict[tuple[int, int], Any] = {}
        self._numbers: dict[Phrase, int] = {}

    def numbers(self, connection: Connection, phrases: Collection[Phrase]) -> list[int]:
        """Their numbers; new ones are kept, in the order given. Inside a write transaction only."""
        unknown = [phrase for phrase in phrases if phrase not in self._numbers]
        if unknown:
            self._find(connection, unknown)
            self._add(connection, [phrase for phrase in unknown if phrase not in self._numbers])
        return [self._numbers[phrase] for phrase in phrases]

    def number(self, connection: Connection, phrase: Phrase) -> int | None:
        """Its number, None where no decision says it."""
        if phrase not in self._numbers:
            self._find(connection, [phrase])
        return self._numbers.get(phrase)

    def load(self, connection: Connection, wanted: Iterable[tuple[int, int]]) -> None:
        """Make phrases, by kind and number, ready for `practice`, `line`, `verdict` and `ground`."""
        missing: dict[int, set[int]] = {}
        for kind, number in wanted:
            if (kind, number) not in self._bodies:
                missing.setdefault(kind, set()).add(number)
        for kind, numbers in missing.items():
            for listed in in_lists(numbers):
                query = sa.select(PHRASE.c.number, PHRASE.c.body).where(PHRASE.c.kind == kind)
                for row in connection.execute(query.where(PHRASE.c.number.in_(listed))):
                    self._bodies[kind, row.number] = _value(kind, row.body)

    def all_of(self, connection: Connection, kind: int) -> dict[int, Any]:
        """Every phrase of a kind by its number."""
        query = sa.select(PHRASE.c.number, PHRASE.c.body).where(PHRASE.c.kind == kind)
        found = {row.number: _value(kind, row.body) for row in connection.execute(query)}
        self._bodies |= {(kind, number): value for number, value in found.items()}
        return found

    def practice(self, number: int) -> str:
        """ "" stands for none."""
        return str(self._bodies[PRACTICE, number])

    def line(self, number: int) -> Line:
        found: Line = self._bodies[LINE, number]
        return found

    def verdict(self, number: int) -> Said:
        found: Said = self._bodies[VERDICT, number]
        return found

    def ground(self, number: int) -> Ground:
        found: Ground = self._bodies[GROUND, number]
        return found

    def _find(self, connection: Connection, phrases: list[Phrase]) -> None:
        by_digest = {_digest(phrase): phrase for phrase in phrases}
        for listed in in_lists(by_digest):
            query = sa.select(PHRASE.c.digest, PHRASE.c.number).where(PHRASE.c.digest.in_(listed))
            for row in connection.execute(query):
                self._numbers[by_digest[row.digest]] = row.number

    def _add(self, connection: Connection, phrases: list[Phrase]) -> None:
        rows = []
        highest = sa.select(PHRASE.c.kind, sa.func.max(PHRASE.c.number)).group_by(PHRASE.c.kind)
        next_of = {row[0]: row[1] + 1 for row in connection.execute(highest)} if phrases else {}
        for phrase in dict.fromkeys(phrases):
            kind, body = phrase
            number = self._numbers[phrase] = next_of.get(kind, 1)
            next_of[kind] = number + 1
            rows.append({"kind": kind, "number": number, "digest": _digest(phrase), "body": body})
        if rows:
            connection.execute(sa.insert(PHRASE), rows)


def _value(kind: int, body: str) -> Any:
    value = _DECODERS[kind].decode(body)
    return Ground(value.what, value.says, value.source) if kind == GROUND else value


def _digest(phrase: Phrase) -> bytes:
    kind, body = phrase
    return hashlib.sha256(b"%d\n%s" % (kind, body.encode())).digest()[:_DIGEST_BYTES]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
