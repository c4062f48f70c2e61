"""Valid resources of any type, made along the models of `fhir.resources` from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from adapter.fhir.model import Element, Model, Version, resource_model, shape_of
from adapter.fhir.profile import statuses

Json = dict[str, Any]

TYPES = (
    "Immunization", "Procedure", "Observation", "Patient", "Practitioner", "PractitionerRole", "Organization",
    "Location", "Encounter", "Condition",
)  # fmt: skip
PRIMITIVES: dict[str, tuple[Any, ...]] = {
    "base64Binary": ("aGVsbG8=",),
    "boolean": (True, False),
    "canonical": ("https://example.org/profile|1",),
    "code": ("ml", "871826000", "two words", "R21.x", "/min", "%"),
    "date": ("1994", "1994-02", "1994-02-28", "2024-02-29", "2000-02-29", "1987-12-31"),
    "dateTime": (
        "2024", "2024-09", "2024-09-12", "2024-09-12T10:15:00+01:00", "2024-09-12T00:00:00Z",
        "2024-09-12T23:59:59.123456+13:59", "2024-09-12T10:15:00.1-11:00",
    ),
    "decimal": (Decimal("0.5"), Decimal("1.0"), Decimal("-3.25E-2"), 1, 0, -7),
    "id": ("Pat1", "9F1B-7.a", "x"),
    "instant": ("2024-09-12T10:15:00+01:00", "2024-09-12T10:15:00.000Z"),
    "integer": (0, -5, 2**31 - 1),
    "integer64": (1,),
    "markdown": ("*Given* in the left arm",),
    "oid": ("urn:oid:1.2.36.1",),
    "positiveInt": (1, 2**31 - 1),
    "string": ("Zzfictitious", "two  blanks", " outer ", "café", "line\nbreak", '"quoted"', "a\\b", "x" * 300),
    "time": ("10:15:00",),
    "unsignedInt": (0, 3),
    "uri": ("http://snomed.info/sct", "urn:oid:2.16.840", "#Pat1", "Patient/1"),
    "url": ("https://example.org/x",),
    "uuid": ("urn:uuid:c757873d-ec9a-4326-a141-556f43239520",),
    "xhtml": ('<div xmlns="http://www.w3.org/1999/xhtml">x</div>',),
}  # fmt: skip
"""Values that the authority takes, by FHIR type."""


class Maker:
    """`density` is the share of optional elements that are there; `left_out` names types that do not occur."""

    def __init__(self, seed: int, version: Version, density: float = 0.2, left_out: Iterable[str] = ()) -> None:
        self._random, self._version = random.Random(seed), version  # noqa: S311 - examples, no secrets
        self._density, self._left_out = density, frozenset(left_out)

    def resource(self, type_: str, contained: bool = False) -> Json:
        model = resource_model(self._version, type_)
        assert model is not None
        made = {"resourceType": type_, **self.object(model, 2 if contained else 3)}
        allowed = statuses(self._version, type_)
        if allowed and "status" in made:
            made["status"] = self._random.choice(allowed)
        if not contained and self._random.random() < self._density:
            made["contained"] = [self.resource(self._random.choice(TYPES), contained=True)]
        return made

    def object(self, model: Model, depth: int) -> Json:
        shape = shape_of(model)
        needed = set(shape.required) | {
            field.alias or name for name, field in model.model_fields.items() if field.is_required()
        }
        for names in (shape.choices[choice] for choice in shape.required_choices):
            needed.add(self._random.choice([name for name in names if self._occurs(shape.elements[name])]))
        made: Json = {}
        chosen = {shape.elements[name].choice for name in needed if shape.elements[name].choice}
        for name, element in shape.elements.items():
            optional = name not in needed
            if element.kind in ("resource", "comment") or not self._occurs(element):
                continue
            if optional and (element.choice in chosen or depth <= 0 or self._random.random() > self._share(element)):
                continue
            if element.choice:
                chosen.add(element.choice)
            codes = [code for code in _bound(model, name) if element.type == "code"]
            code = self._random.choice(codes) if codes else ""
            made[name] = ([code] if element.repeats else code) if code else self._values(element, depth)
        return made

    def _share(self, element: Element) -> float:
        return self._density / 4 if element.choice or element.name == "extension" else self._density

    def _occurs(self, element: Element) -> bool:
        return not element.name.startswith("_") and element.type not in self._left_out

    def _values(self, element: Element, depth: int) -> Any:
        if not element.repeats:
            return self._value(element, depth)
        return [self._value(element, depth) for _ in range(self._random.choice((1, 1, 2)))]

    def _value(self, element: Element, depth: int) -> Any:
        if element.model:
            return self.object(element.model, depth - 1)
        return self._random.choice(cast(tuple[Any, ...], PRIMITIVES[element.type]))


def _bound(model: Model, name: str) -> Iterable[str]:
    """The codes of a value set that FHIR demands; the authority takes any, the fast tier these."""
    for field in model.model_fields.values():
        if field.alias == name and isinstance(field.json_schema_extra, dict):
            return cast(Iterable[str], field.json_schema_extra.get("enum_values", ()))
    return ()
