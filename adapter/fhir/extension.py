"""Extensions in all their spellings.

One extension has many URLs: on fhir.nhs.uk, on fhir.hl7.org.uk and abroad, for STU3 and for R4, with `GPC-` or without,
with a version or without (immunization-stu3.md section 2). What stays is the last segment of the path.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from adapter.fhir.context import Found, Json
from adapter.fhir.element import children, objects, text, true
from adapter.fhir.vocabulary import Vocabulary

PROCEDURE = frozenset({"vaccinationprocedure"})
RECORDED = frozenset({"daterecorded", "recordeddate"})
DESCRIPTION = frozenset({"coding-sctdescid", "coding-sctdecsid"})
"""The second is a misspelling that public test records carry."""
DESCRIPTION_ID = frozenset({"descriptionid"})

_END = re.compile(r"[|#?]")
_VERSION = re.compile(r"-[0-9]+(?:[.][0-9]+)*$")
_OWNERS = re.compile(r"^(?:(?:extension|careconnect|ukcore|england|gpc|itk|dm)-)+")


class Flag(NamedTuple):
    """A boolean extension; `pointer` is the place of the extension."""

    url: str
    value: bool
    pointer: str


_NAMES: Vocabulary[str] = Vocabulary()


def name(url: str) -> str:
    """`…/Extension-CareConnect-GPC-DateRecorded-1` → `daterecorded`, as every other spelling of it."""
    known = _NAMES.get((url,))
    if known is None:
        segment = _END.split(url.strip(), maxsplit=1)[0].rstrip("/").rpartition("/")[2].lower()
        return _NAMES.learn((url,), _OWNERS.sub("", _VERSION.sub("", segment)))
    return known


def extensions(of: Found) -> list[Found]:
    """All extensions of an element."""
    return children(of, "extension")


def named(found: Iterable[Found], names: frozenset[str]) -> list[Found]:
    """Those extensions that go by one of these names."""
    return [each for each in found if name(text(each.resource, "url")) in names]


def bare(element: Json, names: frozenset[str]) -> list[Json]:
    """The extensions of an element by these names, where nobody asks for their places."""
    return [each for each in objects(element, "extension") if name(text(each, "url")) in names]


def flags(among: Iterable[Found]) -> tuple[Flag, ...]:
    """The boolean ones of these extensions, sorted by URL. One that is there twice and disagrees says nothing."""
    found: dict[str, list[Flag]] = {}
    for extension in among:
        value = true(extension.resource, "valueBoolean")
        if value is not None and (url := text(extension.resource, "url")):
            found.setdefault(url, []).append(Flag(url, value, extension.pointer))
    if not found:
        return ()
    return tuple(same[0] for _, same in sorted(found.items()) if len({flag.value for flag in same}) == 1)
