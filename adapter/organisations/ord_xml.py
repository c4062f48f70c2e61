"""Organisation Reference Data as XML: the names of the JSON form, values in attributes (`<Start value="…"/>`).

Reads one record or a whole file of them, one record in memory at a time. The parser is the standard library's
expat with every document type declaration refused: ODS files have none, and without one no entity can be declared,
which is the only way in which XML grows in memory or reaches outside itself.
"""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from adapter.fhir.issue import Issue
from adapter.organisations.ord_json import read_organisation
from adapter.organisations.release import Entry

_RECORD = "Organisation"
_LISTS = {"Date", "Role", "Rel", "Succ", "Contact"}
_UNKEPT = {"Name", "GeoLoc", "Contacts"}
_DEEPEST = 50


class _DeclarationRefused(Exception):
    """The text declares a document type."""


def read_records(content: bytes) -> tuple[list[Entry], list[Issue]]:
    """Every record of the text, and an issue for each that cannot be read or for the place where the text breaks."""
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content, True)
    except _DeclarationRefused:
        reading.issues.append(
            Issue("not-supported", "", "The XML declares a document type, which ODS files never do. Remove it.")
        )
    except expat.ExpatError as error:
        reading.issues.append(
            Issue("structure", f"line {error.lineno}", "The XML is broken here; what follows is lost.")
        )
    except (LookupError, ValueError):
        reading.issues.append(Issue("structure", "", "The XML names an encoding that cannot be read. Use UTF-8."))
    return reading.entries, reading.issues


def _refuse(*_: object) -> None:
    raise _DeclarationRefused


class _Reading:
    """Collects the elements of one record at a time and turns each whole record into an entry."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.issues: list[Issue] = []
        self._open: list[tuple[str, dict[str, Any]]] = []
        self._number = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if self._open or name == _RECORD:
            self._open.append((name, dict(attributes) if len(self._open) < _DEEPEST else {}))

    def end(self, _: str) -> None:
        if not self._open:
            return
        name, value = self._open.pop()
        if self._open:
            if name not in _UNKEPT and len(self._open) < _DEEPEST:
                _put(self._open[-1][1], name, value)
            return
        self._number += 1
        answer = read_organisation(value, f"{_RECORD}[{self._number}]")
        if isinstance(answer, Entry):
            self.entries.append(answer)
        else:
            self.issues.append(answer)


def _put(parent: dict[str, Any], name: str, value: dict[str, Any]) -> None:
    """As the JSON form has it: an element with nothing but a value is that value, a repeatable one a list."""
    if name in _LISTS:
        parent.setdefault(name, []).append(value)
    else:
        parent[name] = value["value"] if value.keys() == {"value"} else value
