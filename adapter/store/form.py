"""A statement in two parts: its form, which many statements share, and the values that are its own.

Most of a statement says the same from record to record: code systems, codes, where each piece of evidence was found.
That is kept once, as JSON in which a value of the record's own is a hole: a text of U+001F and a character that says
which. The values are a JSON array beside the record, so that SQL can read both. A key of the event that is made from
a value is that value's hole after U+001E, a date that is the beginning of one after U+001D. The patient's hash and the
source's order have columns of their own and are in neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from adapter.fhir.statement import UNORDERED, ContextCode, Identifier, OrganisationRef, SourceOrder, Statement

MOST_VALUES = 64
"""A statement with more values of its own is kept whole: hardly any other will have its form."""
_MARK, _KEY, _DAY, _FIRST = "\x1f", "\x1e", "\x1d", 0x30
_SIGNS = tuple(chr(_FIRST + index) for index in range(MOST_VALUES))
_KEY_LENGTH, _DAY_LENGTH = 32, 10
_NOT_SHARED = ("bundle#", _MARK)
"""Evidence that begins so is in a place of its own, or would be taken for a hole."""

_ENCODER = msgspec.json.Encoder(order="deterministic")
_STATEMENT = msgspec.json.Decoder(Statement)
_VALUES = msgspec.json.Decoder(list[str])


class Parts(NamedTuple):
    """`form` and `values` as they are kept."""

    form: str
    values: str


def parted(said: Statement, written: dict[tuple[str, ...], str] | None = None) -> Parts | None:
    """None for one that is better kept whole. `written` remembers forms, of statements that differ in their own values
    alone, by where these are equal.
    """
    own: dict[str, int] = {}
    try:
        marks = _marks(said, own)
    except IndexError:
        return None
    like = (*map(str, (len(said.identifiers), len(said.event_keys))), *marks)
    form = written.get(like) if written is not None else None
    if form is None:
        form = _ENCODER.encode(_with(said, iter(marks))).decode()
        if written is not None:
            written[like] = form
    return Parts(form, _ENCODER.encode(list(own)).decode())


def _marks(said: Statement, own: dict[str, int]) -> list[str]:
    """What stands in the form for each value of the statement's own, in the order in which `_with` puts them there.
    The values themselves, each once, go into `own`.
    """

    def hole(value: str) -> str:
        return _MARK + _SIGNS[own.setdefault(value, len(own))] if value else value

    marks = [hole(each.value) for each in said.identifiers]
    marks.append(hole(said.resource_id))
    for key in said.event_keys:
        marks.append(next((_KEY + _SIGNS[at] for each, at in own.items() if _event_key(each) == key), "") or hole(key))
    marks += [hole(said.born), hole(said.occurred), hole(said.recorded)]
    marks += [hole(each.code) for each in said.performer]
    if said.location:
        marks.append(hole(said.location.code))
    marks.append(hole(said.lot))
    for code in said.context:
        at = own.get(said.occurred) if code.date and said.occurred[:_DAY_LENGTH] == code.date else None
        marks.append(hole(code.date) if at is None else _DAY + _SIGNS[at])
    marks += [hole(at) if at.startswith(_NOT_SHARED) else at for at in said.evidence.values()]
    return marks


def _with(said: Statement, marks: Iterator[str]) -> Statement:
    return replace(
        said,
        order=UNORDERED,
        patient="",
        identifiers=tuple([Identifier(each.system, next(marks)) for each in said.identifiers]),
        resource_id=next(marks),
        event_keys=tuple([next(marks) for _ in said.event_keys]),
        born=next(marks),
        occurred=next(marks),
        recorded=next(marks),
        performer=tuple([OrganisationRef(each.system, next(marks)) for each in said.performer]),
        location=said.location and OrganisationRef(said.location.system, next(marks)),
        lot=next(marks),
        context=tuple([ContextCode(each.system, each.code, next(marks)) for each in said.context]),
        evidence={name: next(marks) for name in said.evidence},
    )


def _event_key(value: str) -> str:
    return value.replace("-", "").upper()[-_KEY_LENGTH:]


def form_of(text: str) -> Statement:
    """A form as it is kept → for `joined`."""
    return _STATEMENT.decode(text)


def identifiers_in(form: Statement, values: str) -> tuple[Identifier, ...]:
    """Those of the statement that `joined` gives."""
    own = _VALUES.decode(values)
    return tuple(
        [
            Identifier(each.system, own[ord(each.value[1]) - _FIRST] if each.value else each.value)
            for each in form.identifiers
        ]
    )


def joined(form: Statement, values: str, patient: str, order: SourceOrder) -> Statement:
    """The statement again."""
    own = _VALUES.decode(values)

    def filled(hole: str) -> str:
        if not hole:
            return hole
        value = own[ord(hole[1]) - _FIRST]
        if hole[0] == _KEY:
            return _event_key(value)
        return value if hole[0] == _MARK else value[:_DAY_LENGTH]

    return replace(
        form,
        order=order,
        patient=patient,
        identifiers=tuple([Identifier(each.system, filled(each.value)) for each in form.identifiers]),
        resource_id=filled(form.resource_id),
        event_keys=tuple([filled(each) for each in form.event_keys]),
        born=filled(form.born),
        occurred=filled(form.occurred),
        recorded=filled(form.recorded),
        performer=tuple([OrganisationRef(each.system, filled(each.code)) for each in form.performer]),
        location=form.location and OrganisationRef(form.location.system, filled(form.location.code)),
        lot=filled(form.lot),
        context=tuple([ContextCode(each.system, each.code, filled(each.date)) for each in form.context]),
        evidence={name: filled(at) if at.startswith(_MARK) else at for name, at in form.evidence.items()},
    )
