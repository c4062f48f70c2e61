"""Extensions in all their spellings.

One extension has many URLs: on fhir.nhs.uk, on fhir.hl7.org.uk and abroad, for STU3 and for R4, with `GPC-` or without,
with a version or without (immunization-stu3.md section 2). What stays is the last segment of the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from adapter.fhir.context import Found
from adapter.fhir.element import children, text, true

PROCEDURE = frozenset({"vaccinationprocedure"})
RECORDED = frozenset({"daterecorded", "recordeddate"})
DESCRIPTION = frozenset({"coding-sctdescid", "coding-sctdecsid"})
"""The second is a misspelling that public test records carry."""
DESCRIPTION_ID = frozenset({"descriptionid"})

_VERSION = re.compile(r"-[0-9]+(?:[.][0-9]+)*$")
_OWNERS = re.compile(r"^(?:(?:extension|careconnect|ukcore|england|gpc|itk|dm)-)+")


class Flag(NamedTuple):
    """A boolean extension; `pointer` is the place of the extension."""

    url: str
    value: bool
    pointer: str


def name(url: str) -> str:
    """`…/Extension-CareConnect-GPC-DateRecorded-1` → `daterecorded`, as every other spelling of it."""
    segment = re.split(r"[|#?]", url.strip())[0].rstrip("/").rpartition("/")[2].lower()
    return _OWNERS.sub("", _VERSION.sub("", segment))


def named(of: Found, names: frozenset[str]) -> Iterator[Found]:
    """The extensions of an element that go by one of these names."""
    for extension in children(of, "extension"):
        if name(text(extension.resource, "url")) in names:
            yield extension


def flags(of: Found) -> tuple[Flag, ...]:
    """The boolean extensions of a resource, sorted by URL. One that is there twice and disagrees says nothing."""
    found: dict[str, list[Flag]] = {}
    for extension in children(of, "extension"):
        url, value = text(extension.resource, "url"), true(extension.resource, "valueBoolean")
        if url and value is not None:
            found.setdefault(url, []).append(Flag(url, value, extension.pointer))
    return tuple(same[0] for _, same in sorted(found.items()) if len({flag.value for flag in same}) == 1)
