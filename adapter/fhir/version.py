"""Which FHIR a resource speaks, told by what is in it.

GP systems send STU3 (GP Connect), everybody else R4. Neither has to say so: the elements do (`notGiven` and
`practitioner` are STU3's, `occurrenceDateTime` and `performer` are R4's), then profiles and extension URLs, then what
the rest of the delivery speaks. The file's name is never asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from adapter.fhir.model import Version, resource_model, shape_of

Json = dict[str, Any]

_STU3_SIGNS = (b"/STU3/", b"CareConnect", b"/stu3/")
_R4_SIGNS = (b"UKCore", b"/R4/")


def fhir_version(resource: Json, hint: Version | None = None) -> Version:
    """R4 or STU3: by its own elements, else by its profiles and extensions, else the hint, else R4."""
    return spoken(resource) or hint or "R4"


def spoken(resource: Json) -> Version | None:
    """The version that a resource shows itself, if it shows one."""
    type_ = resource.get("resourceType")
    only = _telling(type_) if isinstance(type_, str) else None
    if only:
        if only[0].isdisjoint(resource) and not only[1].isdisjoint(resource):
            return "R4"
        stu3, r4 = (len(names.intersection(resource)) for names in only)
        if stu3 != r4:
            return "STU3" if stu3 > r4 else "R4"
    return content_version(" ".join(_urls(resource)).encode())


def content_version(content: bytes) -> Version | None:
    """The version that a whole delivery's URLs name: a hint for its resources that do not say."""
    stu3 = any(sign in content for sign in _STU3_SIGNS)
    r4 = any(sign in content for sign in _R4_SIGNS)
    return None if stu3 == r4 else "STU3" if stu3 else "R4"


@cache
def _telling(type_: str) -> tuple[frozenset[str], frozenset[str]] | None:
    """The elements of a resource type that STU3 alone has, and those that R4 alone has."""
    stu3, r4 = resource_model("STU3", type_), resource_model("R4", type_)
    if stu3 is None or r4 is None:
        return None
    first, second = set(shape_of(stu3).elements), set(shape_of(r4).elements)
    return frozenset(first - second), frozenset(second - first)


def _urls(resource: Json) -> Iterator[str]:
    meta = resource.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    yield from (each for each in _list(profiles) if isinstance(each, str))
    for extension in _list(resource.get("extension")):
        if isinstance(extension, dict) and isinstance(extension.get("url"), str):
            yield extension["url"]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
