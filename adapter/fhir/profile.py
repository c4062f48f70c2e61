"""Our own rules for a record, on top of FHIR's.

They are few on purpose: quarantine withholds a record from deciding, so it is for what cannot be read, not for what is
odd. A wrong NHS number, a code whose check digit fails, a performer that nobody knows: all of these are decided, not
refused. The authority takes any code as a status; a status outside its value set says nothing that could be decided.

Source: FHIR R4 and STU3, required bindings of Immunization.status, Procedure.status and Observation.status.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adapter.fhir.issue import Issue
from adapter.fhir.model import Version

_OBSERVATION = (
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown",
)  # fmt: skip
_STATUSES: dict[tuple[Version, str], tuple[str, ...]] = {
    ("R4", "Immunization"): ("completed", "entered-in-error", "not-done"),
    ("STU3", "Immunization"): ("completed", "entered-in-error"),
    ("R4", "Procedure"): (
        "preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown",
    ),
    ("STU3", "Procedure"): (
        "preparation", "in-progress", "suspended", "aborted", "completed", "entered-in-error", "unknown",
    ),
    ("R4", "Observation"): _OBSERVATION,
    ("STU3", "Observation"): _OBSERVATION,
}  # fmt: skip


def statuses(version: Version, type_: str) -> tuple[str, ...]:
    """The statuses that a record of this type may have; none where any will do."""
    return _STATUSES.get((version, type_), ())


def breaches(resource: dict[str, Any], version: Version) -> Iterator[Issue]:
    """What our rules find wrong in a resource whose JSON types are right."""
    type_ = str(resource.get("resourceType"))
    allowed = statuses(version, type_)
    status = resource.get("status")
    if allowed and isinstance(status, str) and status not in allowed:
        words = ", ".join(f"`{each}`" for each in allowed)
        yield Issue("code-invalid", f"{type_}.status", f"`status` is none of FHIR {version}'s: send one of {words}.")
    if allowed and status is None and "_status" in resource:
        yield Issue("required", f"{type_}.status", "`status` has an extension and no value: send the value.")
