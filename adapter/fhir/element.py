"""Walking a resource defensively, each element with its place.

What was validated has the right types everywhere; what stands beside it (a Patient of the Bundle, say) was not
validated. These functions read both alike: an element of the wrong type is an element that is not there.
"""

from __future__ import annotations

from adapter.fhir.context import Found, Json


def text(element: Json, name: str) -> str:
    """A string without outer blanks; "" where there is none."""
    value = element.get(name)
    return value.strip() if isinstance(value, str) else ""


def true(element: Json, name: str) -> bool | None:
    """A boolean, or None where there is none."""
    value = element.get(name)
    return value if isinstance(value, bool) else None


def child(of: Found, name: str) -> Found:
    """A single element; an empty one where there is none."""
    value = of.resource.get(name)
    return Found(value if isinstance(value, dict) else {}, f"{of.pointer}/{name}")


def children(of: Found, name: str) -> list[Found]:
    """The objects of a repeating element, in order."""
    values = of.resource.get(name)
    if not isinstance(values, list):
        return []
    at = f"{of.pointer}/{name}/"
    return [Found(value, at + str(index)) for index, value in enumerate(values) if isinstance(value, dict)]


def objects(element: Json, name: str) -> list[Json]:
    """The same where nobody asks for their places."""
    values = element.get(name)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def object_(element: Json, name: str) -> Json:
    """`child` where nobody asks for its place."""
    value = element.get(name)
    return value if isinstance(value, dict) else {}


def named_type(reference: Found) -> str:
    """The resource type that a Reference names itself, by `type` or in the form `Type/id`; "" where it does not."""
    declared = text(reference.resource, "type").rpartition("/")[2]
    if declared:
        return declared
    path = text(reference.resource, "reference").partition("/_history/")[0].split("/")
    return path[-2] if len(path) > 1 and path[-2].isalpha() and path[-2][0].isupper() else ""
