"""The sentences of a resource's faults. Each says what is wrong and what to send; none holds a value that was sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapter.fhir.expression import child, shown
from adapter.fhir.issue import Issue
from adapter.fhir.model import Element, Shape

_JSON_TYPES = {
    "string": "a JSON string, in quotes",
    "boolean": "true or false, without quotes",
    "integer": "a whole JSON number, without quotes or decimal point",
    "decimal": "a JSON number, without quotes",
    "object": "a JSON object",
    "resource": "a JSON object that is a FHIR resource",
    "comment": "a JSON string, in quotes",
}
_TYPES = {
    "date": "a date of the calendar as YYYY, YYYY-MM or YYYY-MM-DD",
    "dateTime": "a date of the calendar as YYYY, YYYY-MM or YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss with its zone",
    "instant": "a date and time as YYYY-MM-DDThh:mm:ss with its zone (Z, +00:00 or +01:00)",
    "time": "a time as hh:mm:ss without a zone",
    "code": "a code: not empty, no blank before or behind it, no two blanks in a row",
    "id": "an id: letters, digits, '-' and '.', at least one, at most 64",
    "string": "a text that is not empty",
    "markdown": "a text that is not empty",
    "uri": "a URI",
    "url": "a URL",
    "canonical": "a canonical URL",
    "oid": "an OID as urn:oid:…",
    "uuid": "a UUID as urn:uuid:… (version 4)",
    "base64Binary": "base64",
    "decimal": "a decimal number",
    "integer": "a whole number from -2,147,483,648 to 2,147,483,647",
    "unsignedInt": "a whole number from 0 to 2,147,483,647",
    "positiveInt": "a whole number from 1 to 2,147,483,647",
}


def wrong_json_type(path: str, element: Element, one_of_many: bool = False) -> Issue:
    wanted = "a JSON array" if element.repeats and not one_of_many else _JSON_TYPES[element.kind]
    return Issue("structure", path, f"{_quoted(element.name)} has the wrong JSON type: send it as {wanted}.")


def wrong_value(path: str, element: Element) -> Issue:
    wanted = _TYPES.get(element.type, f"a FHIR {element.type}")
    return Issue("value", path, f"{_quoted(element.name)} is not well-formed: send {wanted}.")


def refused(path: str) -> Issue:
    return Issue("invalid", path, "The element breaks a rule of FHIR: check it against the specification of its type.")


def missing(parent: str, name: str) -> Issue:
    return Issue("required", f"{parent}.{name}", f"{_quoted(name)} is missing: FHIR demands it, send it.")


def missing_choice(parent: str, choice: str, names: tuple[str, ...]) -> Issue:
    which = ", ".join(_quoted(name) for name in names)
    return Issue("required", f"{parent}.{choice}", f"One of {which} is missing: FHIR demands one of them, send it.")


def several_choices(parent: str, choice: str, names: list[str]) -> Issue:
    which = ", ".join(_quoted(name) for name in sorted(names))
    return Issue("structure", f"{parent}.{choice}", f"{which} exclude each other: send only one of them.")


def presence(sent: dict[str, Any], shape: Shape, path: str) -> Iterator[Issue]:
    """Mandatory values and choices that are missing, and choices that were made twice."""
    for name in shape.required:
        if sent.get(name) is None and not _explained(sent.get(f"_{name}")):
            yield missing(path, name)
    for choice, names in shape.choices.items():
        there = [name for name in names if sent.get(name) is not None]
        if len(there) > 1:
            yield several_choices(path, choice, there)
        elif not there and choice in shape.required_choices:
            yield missing_choice(path, choice, names)


def _explained(sibling: Any) -> bool:
    """An extension may stand for a mandatory value: `_status` with a data-absent-reason."""
    return isinstance(sibling, dict) and bool(sibling.get("extension"))


def unknown_element(parent: str, name: str, shape: Shape) -> Issue:
    what = _quoted(name) if shown(name) else "An element whose name is not shown"
    return Issue("structure", child(parent, name), f"{what} is no element of {shape.name}: leave it out or correct it.")


def null_in_list(path: str) -> Issue:
    return Issue("structure", path, "null has no meaning in this list: leave it out.")


def empty_sibling(path: str, name: str) -> Issue:
    return Issue("structure", path, f"{_quoted(name)} is empty: give it an extension, or leave it out.")


def nameless_resource(path: str) -> Issue:
    return Issue("required", path, "A contained resource does not say what it is: send its resourceType.")


def unknown_resource(path: str, version: str) -> Issue:
    return Issue(
        "structure", path, f"A resourceType is none of FHIR {version}'s: correct it or leave the resource out."
    )


def _quoted(name: str) -> str:
    return f"`{name}`"
