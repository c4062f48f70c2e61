"""Shape, then the authority, then our profile: a record comes out whole, or with every reason why it cannot."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from adapter.fhir import authority, fast_tier, fault, profile
from adapter.fhir.issue import Issue
from adapter.fhir.model import Version
from adapter.fhir.shape import shaped

MOST_FAULTS = 1000
"""Of one resource: beyond them nobody reads on, and a resource of nothing but faults must not fill the quarantine."""


class Validated(Struct, frozen=True):
    """A record resource that can be read: `resource` as sent, with the two repairs of `shape` and without nulls."""

    resource: dict[str, Any]
    version: Version


def validate(
    resource: dict[str, Any], version: Version, plain: bool = False, fast: bool = True
) -> Validated | tuple[Issue, ...]:
    """A resource as parsed by `json_text` → itself, readable, or its faults, sorted, each once.

    `fast` lets the fast tier say yes before the others are asked (of a resource as it is, or once it is repaired); the
    result is the same. `plain` is what `json_text.is_plain` says of the text, and saves the fast tier a look.

    A fault of the JSON type does not hide the others: the authority sees the resource without what was ill-typed, and
    what it then misses there is not said again.
    """
    if fast and fast_tier.allows(resource, version, plain):
        return Validated(resource, version)
    shape = shaped(resource, version, drop_lists=True)
    if shape is None:
        return (fault.unknown_resource("", version),)
    if fast and not shape.issues and fast_tier.allows(shape.resource, version):
        return Validated(shape.resource, version)
    said = tuple(issue.expression for issue in shape.issues)
    issues = set(shape.issues)
    for issue in authority.verdict(shape.resource, version):
        if issue.code != "required" or not any(_below(each, issue.expression) for each in said):
            issues.add(issue)
    issues.update(profile.breaches(shape.resource, version))
    if len(issues) > MOST_FAULTS:
        text = f"The resource has more than {MOST_FAULTS} faults, not all are shown: correct these and send it again."
        return tuple(sorted([*sorted(issues)[:MOST_FAULTS], Issue("too-long", str(resource["resourceType"]), text)]))
    return tuple(sorted(issues)) or Validated(shape.resource, version)


def well_typed(
    resource: dict[str, Any], version: Version, plain: bool = False, fast: bool = True
) -> dict[str, Any] | None:
    """A resource that stands beside a record, as parsed by `json_text`, without what has a wrong JSON type; None where
    the version has no such resource. `plain` and `fast` as in `validate`.
    """
    if fast and fast_tier.allows(resource, version, plain):
        return resource
    shape = shaped(resource, version)
    return shape.resource if shape else None


def _below(path: str, parent: str) -> bool:
    return path == parent or path.startswith((f"{parent}.", f"{parent}["))
