"""FHIRPath expressions of the places in a resource, safe to print.

An expression names elements and positions, nothing that was sent. FHIRPath knows no type suffix and no underscore:
`occurrenceDateTime` is `Immunization.occurrence`, `_status` is `Immunization.status` (its extensions are below it).
A sender can put anything into the name of an unknown element, a person's name or number too, so an unknown name is
shown only where it looks like an element's.
"""

from __future__ import annotations

import re

_ELEMENT_NAME = re.compile(r"_?[a-z][A-Za-z0-9_]{0,63}")
_RESOURCE_TYPE = re.compile(r"[A-Z][A-Za-z]{0,63}")
_MOST_DIGITS = 6
"""`line10`, `value2` and the like; a date of birth or an NHS number has more, however it is broken up."""


def shown(name: str) -> str | None:
    """The name if it may be shown: it could be a FHIR element's and holds few digits."""
    if _ELEMENT_NAME.fullmatch(name) and sum(letter.isdigit() for letter in name) <= _MOST_DIGITS:
        return name
    return None


def child(parent: str, name: str, index: int | None = None) -> str:
    """The expression of an element below `parent`; the parent's own where the name cannot be shown."""
    if shown(name) is None:
        return parent
    path = f"{parent}.{name.removeprefix('_')}" if parent else name.removeprefix("_")
    return path if index is None else f"{path}[{index}]"


def resource_type(value: object) -> str:
    """A `resourceType` as the first name of an expression; "" for what cannot be one."""
    return value if isinstance(value, str) and _RESOURCE_TYPE.fullmatch(value) else ""
