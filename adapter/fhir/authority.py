"""The verdict of `fhir.resources` on a resource, as issues with a place and without a value.

Its own messages show what was sent, and its places are pydantic's: both are replaced. What it rejects is quarantined;
nothing here makes it more lenient.
"""

from __future__ import annotations

from typing import Any, cast

from pydantic import ValidationError

from adapter.fhir import fault
from adapter.fhir.issue import Issue
from adapter.fhir.model import Element, Model, Version, resource_model, shape_of

Json = dict[str, Any]

_MISSING = frozenset({"missing", "model_field_validation.missing"})
_UNKNOWN = "extra_forbidden"


def verdict(resource: Json, version: Version) -> list[Issue]:
    """Every fault that the authority finds in a resource whose JSON types are right (see `shape`), unsorted."""
    type_ = str(resource["resourceType"])
    model = resource_model(version, type_)
    if model is None:
        return [fault.unknown_resource(type_, version)]
    try:
        model.model_validate(resource)
    except ValidationError as error:
        found = error.errors(include_input=False, include_url=False, include_context=False)
        return [issue for each in found for issue in _issues(resource, version, each["type"], each["loc"])]
    return []


def _issues(resource: Json, version: Version, kind: str, location: tuple[int | str, ...]) -> list[Issue]:
    """Follows pydantic's location down the resource and its models, and says the fault at its end."""
    path, at, parent = str(resource["resourceType"]), cast(Any, resource), ""
    model, element = resource_model(version, path), cast(Element | None, None)
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
            at = at[step] if isinstance(at, list) and step < len(at) else None
        else:
            below = shape_of(model).elements.get(step) if model else None
            if below is None:
                if kind == _UNKNOWN and model:
                    return [fault.unknown_element(path, step, shape_of(model))]
                break  # a step of pydantic's own, such as `root`
            element, parent = below, path
            path = f"{path}.{below.path}"
            at = at.get(step) if isinstance(at, dict) else None
        model = _model_at(at, element, version) if element else model
    if kind in _MISSING and element is not None:
        return [fault.missing(parent, element.name)]
    if element is not None and element.type == "FHIRPrimitiveExtension" and not at:
        return [fault.empty_sibling(path, element.name)]
    if element is not None and element.model is None and element.kind not in ("resource", "comment"):
        return [fault.wrong_value(path, element)]
    broken = list(fault.presence(at, shape_of(model), path)) if model and isinstance(at, dict) else []
    return broken or [fault.refused(path)]


def _model_at(at: Any, element: Element, version: Version) -> Model | None:
    if element.kind == "resource":
        return resource_model(version, str(at.get("resourceType"))) if isinstance(at, dict) else None
    return element.model
