"""Is every JSON type of a resource right? Asked before the authority, which lets too much pass.

Measured of `fhir.resources` 8.3: it takes strings and integers for booleans, "1" for a positiveInt, 20240901 for a
dateTime, a string of JSON for a whole element, `status__ext` for an element's name, and a contained resource without a
type. So a resource is walked along its model first, and each wrong type is a fault with its place. Two things are read
all the same:

* an integer where an id is meant (any `id`, `Meta.versionId`, `Coding.code`, `Identifier.value`, `valueId`) becomes a
  `NumberText` of its exact digits;
* the words "true" and "false", in any case, become booleans where a boolean is meant.

A null counts as an element that was not sent, as the authority has it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec import Struct

from adapter.fhir import fault
from adapter.fhir.issue import Issue
from adapter.fhir.json_text import NumberText
from adapter.fhir.model import Element, Model, Version, resource_model, shape_of

Json = dict[str, Any]

_WORDS = {"true": True, "false": False}
_LEFT_OUT = object()


class Shaped(Struct, frozen=True):
    """`resource` is a copy with its repairs and without what had a wrong type, is unknown or null; `issues` say what
    was wrong, unsorted.
    """

    resource: Json
    issues: tuple[Issue, ...]


def shaped(resource: Json, version: Version, *, drop_lists: bool = False) -> Shaped | None:
    """The resource along its model; None where the version has no such resource.

    With `drop_lists` a list with a wrong item is left out whole, so that positions in what is left are those that were
    sent; otherwise only the item is.
    """
    type_ = resource.get("resourceType")
    model = resource_model(version, type_) if isinstance(type_, str) else None
    if model is None:
        return None
    walk = _Walk(version, drop_lists)
    return Shaped(walk.object(resource, model, str(type_)), tuple(walk.issues))


class _Walk:
    def __init__(self, version: Version, drop_lists: bool) -> None:
        self.version: Version = version
        self.drop_lists = drop_lists
        self.issues: list[Issue] = []

    def object(self, sent: Json, model: Model, path: str) -> Json:
        shape = shape_of(model)
        kept: Json = {}
        for name, value in sent.items():
            element = shape.elements.get(name)
            if element is None:
                if name == "resourceType" and shape.is_resource:
                    kept[name] = value
                else:
                    self.issues.append(fault.unknown_element(path, name, shape))
            elif value is not None:
                below = self._element(value, element, f"{path}.{element.path}")
                if below is not _LEFT_OUT:
                    kept[name] = below
        if shape.required or shape.choices:
            self.issues.extend(fault.presence(sent, shape, path))
        return kept

    def _element(self, value: Any, element: Element, path: str) -> Any:
        if not element.repeats:
            return self._value(value, element, path)
        if not isinstance(value, list):
            self.issues.append(fault.wrong_json_type(path, element))
            return _LEFT_OUT
        kept: list[Any] = []
        for index, item in enumerate(value):
            below = self._item(item, element, f"{path}[{index}]")
            if below is not _LEFT_OUT:
                kept.append(below)
        return kept if len(kept) == len(value) or not self.drop_lists else _LEFT_OUT

    def _item(self, item: Any, element: Element, path: str) -> Any:
        if item is not None:
            return self._value(item, element, path, one_of_many=True)
        if element.model is None or element.name.startswith("_"):
            return None  # lines a value up with its extension
        self.issues.append(fault.null_in_list(path))
        return _LEFT_OUT

    def _value(self, value: Any, element: Element, path: str, one_of_many: bool = False) -> Any:
        kind = element.kind
        if kind == "string":
            if isinstance(value, str):
                return value
            if element.numeric_id and type(value) is int:
                return NumberText(value)
        elif kind == "object":
            if isinstance(value, dict) and element.model is not None:
                return self.object(value, element.model, path)
        elif kind == "boolean":
            if isinstance(value, bool):
                return value
            if isinstance(value, str) and value.lower() in _WORDS:
                return _WORDS[value.lower()]
        elif kind == "integer":
            if type(value) is int:
                return value
        elif kind == "decimal":
            if type(value) is int or isinstance(value, Decimal):
                return value
        elif kind == "resource":
            if isinstance(value, dict):
                return self._resource(value, path)
        elif isinstance(value, str) or (isinstance(value, list) and all(isinstance(each, str) for each in value)):
            return value  # a comment
        self.issues.append(fault.wrong_json_type(path, element, one_of_many))
        return _LEFT_OUT

    def _resource(self, value: Json, path: str) -> Any:
        type_ = value.get("resourceType")
        if type_ is None:
            self.issues.append(fault.nameless_resource(path))
            return _LEFT_OUT
        model = resource_model(self.version, type_) if isinstance(type_, str) else None
        if model is None:
            self.issues.append(fault.unknown_resource(path, self.version))
            return _LEFT_OUT
        return self.object(value, model, path)
