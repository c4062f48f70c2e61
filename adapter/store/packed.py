"""Decisions in few bytes: as a worker hands them on, as rows of the table, and back to what was decided.

A packed decision says nothing that its record version says already, and names phrases by their place in a list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import msgspec
from msgspec import Struct

from adapter.fhir.statement import Identifier
from adapter.reconcile.decision import Decision, Ground, RecordRef
from adapter.reconcile.linking import vaccination_of
from adapter.store.phrases import Line, Phrase, PhraseBook, Said, body_of

ID_BYTES = 16
_MONTH_BITS, _LINE_BITS = 17, 14
_MONTH_MASK, _LINE_MASK = (1 << _MONTH_BITS) - 1, (1 << _LINE_BITS) - 1
_PLACE = msgspec.json.Encoder()


class Packed(Struct, array_like=True):
    """One decision. `practice`, `line`, `verdict` and `grounds` are places in the list of phrases; `month` counts from
    year 0, `day` from the calendar's first, 0 is none; `named` is "" where the statement's first identifier is shown.
    """

    history: int
    seq: int
    practice: int
    line: int
    month: int
    version: int
    verdict: int
    day: int
    id: bytes
    grounds: list[int]
    vaccination: bytes
    named: str


class Bundle(Struct, array_like=True):
    """Packed decisions and the phrases that they name, each once."""

    phrases: list[Phrase]
    decisions: list[Packed]


_BUNDLE = msgspec.msgpack.Decoder(Bundle)
_ENCODER = msgspec.msgpack.Encoder()


class Packer:
    """Packs decisions one after the other."""

    def __init__(self) -> None:
        self._places: dict[str | Line | Said | Ground, int] = {}
        self._packed: list[Packed] = []
        self._line = lru_cache(maxsize=None)(lambda *names: self._place(Line(*names)))
        self._verdict = lru_cache(maxsize=None)(lambda *said: self._place(Said(*said)))

    def add(self, decision: Decision, id_: bytes, stated: Identifier) -> None:
        """`stated` is the first identifier that the decided version itself states."""
        record, place = decision.record, self._place
        system = record.system or ""
        self._packed.append(
            Packed(
                decision.history,
                decision.sequence,
                place(decision.practice or ""),
                self._line(decision.programme, decision.indicator),
                month_number(decision.period),
                record.version,
                self._verdict(decision.outcome, decision.reason, decision.supporting),
                _ordinal(decision.occurred) if decision.occurred else 0,
                id_,
                [place(ground) for ground in decision.grounds],
                b""
                if decision.vaccination == vaccination_of((record.feed, system, record.value))
                else bytes.fromhex(decision.vaccination),
                ""
                if (stated.system, stated.value) == (system, record.value)
                else _PLACE.encode((system, record.value)).decode(),
            )
        )

    def finish(self) -> bytes:
        """All of it."""
        return _ENCODER.encode(Bundle([body_of(phrase) for phrase in self._places], self._packed))

    def _place(self, phrase: str | Line | Said | Ground) -> int:
        found = self._places.get(phrase)
        if found is None:
            found = self._places[phrase] = len(self._places)
        return found


@lru_cache(maxsize=65_536)
def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def unpacked(packed: bytes) -> Bundle:
    return _BUNDLE.decode(packed)


@lru_cache(maxsize=10_000)
def month_number(period: str | None) -> int:
    """`YYYY-MM` as a number; 0 for none."""
    return int(period[:4]) * 12 + int(period[5:7]) if period else 0


def month_of(number: int) -> str | None:
    year, month = divmod(number - 1, 12)
    return f"{year:04}-{month + 1:02}" if number else None


def cell(practice: int, line: int, month: int) -> int:
    """Practice, line and month in one number, in which those of one practice lie together, and of one line in them."""
    if line > _LINE_MASK:
        raise OverflowError
    return (practice << _LINE_BITS | line) << _MONTH_BITS | month


def parts_of(cell_: int) -> tuple[int, int, int]:
    """Practice, line and month of a cell."""
    return cell_ >> (_MONTH_BITS + _LINE_BITS), cell_ >> _MONTH_BITS & _LINE_MASK, cell_ & _MONTH_MASK


def cells_of(practice: int, line: int | None = None) -> tuple[int, int]:
    """The first and the last cell of a practice, or of one line of it."""
    last_line = _LINE_MASK if line is None else line
    return cell(practice, line or 0, 0), cell(practice, last_line, _MONTH_MASK)


def varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the highest bit says that more follows."""
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def varints(packed: bytes) -> list[int]:
    found, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(number)
            number = shift = 0
    return found


def restored(row: Any, identifiers: Sequence[Identifier], phrases: PhraseBook) -> Decision:
    """What was decided, from a row of `decision` beside its record version (`feed`, `sha256`, `pointer`)."""
    practice, line_number, month = parts_of(row.cell)
    line, said = phrases.line(line_number), phrases.verdict(row.verdict)
    system, value = msgspec.json.decode(row.named) if row.named else (identifiers[0].system, identifiers[0].value)
    return Decision(
        outcome=said.outcome,
        reason=said.reason,
        supporting=said.supporting,
        practice=phrases.practice(practice) or None,
        programme=line.programme,
        indicator=line.indicator,
        period=month_of(month),
        occurred=date.fromordinal(row.day).isoformat() if row.day else None,
        vaccination=row.vaccination.hex() or vaccination_of((row.feed, system, value)),
        record=RecordRef(row.feed, system or None, value, row.version, row.sha256.hex(), row.pointer),
        grounds=tuple(phrases.ground(number) for number in varints(row.grounds)),
        sequence=row.seq,
        history=row.history,
    )


def phrases_in(rows: Iterable[Any]) -> list[tuple[int, int]]:
    """Kind and number of every phrase that rows of `decision` name."""
    wanted: set[tuple[int, int]] = set()
    for row in rows:
        practice, line, _ = parts_of(row.cell)
        wanted |= {(0, practice), (1, line), (2, row.verdict), *((3, number) for number in varints(row.grounds))}
    return sorted(wanted)
