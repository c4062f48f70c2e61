"""Dose numbers and target diseases of the protocols that a record names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapter.fhir.concept import codings
from adapter.fhir.context import Json
from adapter.fhir.element import objects, text
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Coding

_INTEGER = re.compile(r"0*[1-9][0-9]{0,2}")


def dose(protocols: Iterable[Json], *names: str) -> int | None:
    """The dose number; a text (`doseNumberString`) only where it is an integer. Protocols that disagree say nothing."""
    numbers = {
        number
        for protocol in protocols
        for name in names
        if name in protocol and (number := _number(protocol[name])) is not None
    }
    return numbers.pop() if len(numbers) == 1 else None


def diseases(protocols: Iterable[Json], pseudonym: Pseudonym) -> tuple[tuple[Coding, ...], ...]:
    """The codings of each target disease, sorted, each disease once.

    A disease that is named in text only is one empty coding: without it the set would be that of another vaccine.
    """
    found = [
        codings(disease, pseudonym) or (Coding("", ""),)
        for protocol in protocols
        for disease in objects(protocol, "targetDisease")
        if (disease.get("coding") and objects(disease, "coding")) or text(disease, "text")
    ]
    if len(found) < 2:
        return tuple(found)
    said = set(found)
    return tuple(sorted(said, key=lambda disease: [(each.system, each.code, each.description) for each in disease]))


def _number(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value > 0 else None
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value)
    return None
