"""A resource with something about it changed: a value, a type, a name, how often, how deep, or where it stands."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from adapter.fhir.model import Model, Version, resource_model, shape_of
from fhir_resources import PRIMITIVES

Json = dict[str, Any]
Path = tuple[str | int, ...]

GONE = object()
EXTENSION = {"url": "http://x.example", "valueString": "a"}
ODD: tuple[Any, ...] = (
    GONE, None, True, False, 0, 1, -1, 2**31, 2**31 - 1, -(2**31), -(2**31) - 1, 10**30, Decimal("0.5"),
    Decimal("1.0"), Decimal("1E+3"), Decimal("-0.0"), Decimal("1E+400"), "", " ", "  ", "\t", "\n", "\u00a0", "\u2003",
    "\u3000", "\x0b", "\x0c", "\x1c", "\x1f", "\x85", "\u200b", "\ufeff", "a", "a b", "a  b", " a", "a ", "a\tb",
    "a\n", "a\u00a0b", "é", "😀", "0", "1", "-1", "0.5", "1e3", "NaN", "true", "TRUE", "false", "null", "[]", "{}",
    "2024", "0000", "0001", "1899", "2100", "9999", "24", "2024-9", "2024-00", "2024-13", "2024-09", "2024-9-12",
    "2024-09-00", "2024-09-31", "2024-09-30", "2023-02-29", "2024-02-29", "2024-02-30", "1900-02-29", "2000-02-29",
    "2100-02-29", "1899-12-31", "0001-01-01", "9999-12-31", "20240912", "2024-W37-4", "2024-256", "2024-09-12T",
    "2024-09-12Z", "2024-09-12T10", "2024-09-12T10:15", "2024-09-12T10:15Z", "2024-09-12T10:15:00",
    "2024-09-12T10:15:00Z", "2024-09-12t10:15:00z", "2024-09-12 10:15:00Z", "2024-09-12T24:00:00Z",
    "2024-09-12T23:60:00Z", "2024-09-12T23:59:60Z", "2016-12-31T23:59:60Z", "2024-09-12T23:59:61Z",
    "2024-09-12T10:15:00.Z", "2024-09-12T10:15:00.1234567Z", "2024-09-12T10:15:00.123456789Z",
    "2024-09-12T10:15:00,5Z", "2024-09-12T10:15:00+01", "2024-09-12T10:15:00+0100", "2024-09-12T10:15:00+14:00",
    "2024-09-12T10:15:00+14:01", "2024-09-12T10:15:00-13:59", "2024-09-12T10:15:00+15:00", "2024-09-12T10:15:00+01:60",
    "2024-09-12T10:15:00-00:00", "2023-02-29T10:15:00Z", "2024-04-31T10:15:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "２０２４", "٢٠٢٤-09-12", "10:15:00", "10:15", "24:00:00", "23:59:60",
    "x" * 64, "x" * 65, "x" * 255, "x" * 256, "a/b", "a_b", "a.b-c", "#a", "urn:oid:1.2", "urn:oid:3.1", "urn:uuid:x",
    "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "http://", "http://x y", "https://x.example/a?b#c", "%", "aGk=",
    "aGk", "<div>x</div>", '{"reference": "#a"}', "completed", "not-done", "entered-in-error", "done", "Completed",
    "male", "official", "generated", "Immunization", "Patient",
    [], {}, [None], [[]], [{}], [""], ["a"], ["a", None], [None, "a"], [1], [True], {"a": 1}, {"value": "a"},
    {"id": "a"}, {"id": ""}, {"id": 7}, {"extension": []}, {"extension": [EXTENSION]}, {"extension": [{}]},
    {"reference": "#a"}, {"reference": ["#a"]}, {"text": "a"}, {"coding": [{}]}, {"coding": {}},
    {"system": "", "code": "a"}, {"value": 1}, {"value": "1"}, {"start": "2024", "end": "2023"}, {"start": "2024-13"},
    {"resourceType": "Patient"}, {"resourceType": "Patient", "id": "a"}, {"resourceType": "Medication"},
    {"resourceType": "Nonsense"},
    {"resourceType": "Resource"}, {"resourceType": None}, {"resourceType": "Immunization"},
    [{"resourceType": "Patient"}],
    [{"resourceType": "Patient", "contained": [{"resourceType": "Patient"}]}], EXTENSION, [EXTENSION],
)  # fmt: skip
NAMES = (
    "nonsense", "resourceType", "resource_type", "fhir_comments", "id", "_id", "extension", "modifierExtension",
    "contained", "meta", "text", "language", "implicitRules", "valueString", "valueCode", "class", "class_fhir",
    "status__ext", "_status", "", " status", "Status", "status ",
)  # fmt: skip


SIGNS = (*" \n\t\u00a0\x0c0129:.,-+/_TZtz\u0660", "00")


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a resource but the resource itself."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in items:
        yield (*at, step)
        yield from paths(below, (*at, step))


def value_at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy with another value at a place; `GONE` takes it out."""
    step, rest = path[0], path[1:]
    copy = value.copy()
    if rest:
        copy[step] = replaced(value[step], rest, new)
    elif new is GONE:
        del copy[step]
    else:
        copy[step] = new
    return copy


def every_odd_value(resource: Json) -> Iterator[Json]:
    """Each odd value at each place."""
    for path in paths(resource):
        for odd in ODD:
            yield replaced(resource, path, odd)


def every_element(resource: Json, version: Version) -> Iterator[Json]:
    """Each element that could stand in each object of a resource, and some that could not, with values of any type."""
    for path, model in _objects(resource, version):
        at = value_at(resource, path)
        elements = shape_of(model).elements
        for name in dict.fromkeys((*elements, *NAMES)):
            element = elements.get(name)
            right = PRIMITIVES.get(element.type, ({},)) if element else ("a",)
            wrong = ("a", "", 1, True, Decimal("0.5"), None, {}, EXTENSION, {"extension": [EXTENSION]}, "2024-09-12")
            for value in (*right, *wrong):
                for sent in (value, [value], [value, value], [value, None]):
                    changed = {**at, name: sent}
                    yield replaced(resource, path, changed) if path else changed


def near(text: str) -> Iterator[str]:
    """Every text with one sign taken out, put in or another."""
    for at in range(len(text) + 1):
        yield text[:at] + text[at + 1 :]
        for sign in SIGNS:
            yield text[:at] + sign + text[at:]
            yield text[:at] + sign + text[at + 1 :]


class Mutation:
    """One to three changes at random."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - examples, no secrets

    def of(self, resource: Json, version: Version) -> Json:
        changes: tuple[Callable[[Json, Version], Json], ...] = (
            self._odd_value, self._odd_value, self._text, self._added, self._added, self._renamed, self._wrapped,
            self._repeated, self._moved, self._nested,
        )  # fmt: skip
        for _ in range(self._random.choice((1, 1, 2, 3))):
            if not resource:
                break  # nothing is left that could change
            resource = self._random.choice(changes)(resource, version)
        return resource

    def _somewhere(self, resource: Json) -> Path:
        return self._random.choice([*paths(resource)])

    def _set(self, resource: Json, path: Path, new: Any) -> Json:
        try:
            changed: Json = replaced(resource, path, new)
        except (KeyError, IndexError, TypeError, AttributeError):
            return resource
        return changed

    def _odd_value(self, resource: Json, version: Version) -> Json:
        return self._set(resource, self._somewhere(resource), self._random.choice(ODD))

    def _text(self, resource: Json, version: Version) -> Json:
        texts = [path for path in paths(resource) if isinstance(value_at(resource, path), str)]
        if not texts:
            return resource
        path = self._random.choice(texts)
        text = value_at(resource, path)
        at, more = (
            self._random.randrange(len(text) + 1),
            self._random.choice([*' \n\t\u00a0\x00-:.TZ0९a\\"é', "00", ""]),
        )
        return self._set(resource, path, text[:at] + more + text[at + self._random.choice((0, 0, 1)) :])

    def _added(self, resource: Json, version: Version) -> Json:
        objects = list(_objects(resource, version))
        if not objects:
            return resource
        path, model = self._random.choice(objects)
        elements = shape_of(model).elements
        name = self._random.choice((*elements, *NAMES) if self._random.random() < 0.2 else tuple(elements))
        right = PRIMITIVES.get(elements[name].type, ({}, {"extension": [EXTENSION]})) if name in elements else ODD[1:]
        value = self._random.choice(right if self._random.random() < 0.7 else ODD[1:])
        value = [value] if name in elements and elements[name].repeats and self._random.random() < 0.9 else value
        changed = {**value_at(resource, path), name: value}
        return self._set(resource, path, changed) if path else changed

    def _renamed(self, resource: Json, version: Version) -> Json:
        path = self._somewhere(resource)
        if not isinstance(path[-1], str):
            return resource
        name = path[-1]
        new = self._random.choice((f"_{name}", name + "X", name.upper(), f"{name}__ext", name[:-1], *NAMES))
        parent = value_at(resource, path[:-1])
        changed = {new if step == name else step: value for step, value in parent.items()}
        return self._set(resource, path[:-1], changed) if path[:-1] else changed

    def _wrapped(self, resource: Json, version: Version) -> Json:
        path = self._somewhere(resource)
        value = value_at(resource, path)
        if isinstance(value, list) and value and self._random.random() < 0.7:
            return self._set(resource, path, value[0])
        return self._set(resource, path, self._random.choice(([value], {"value": value}, [[value]], [value, value])))

    def _repeated(self, resource: Json, version: Version) -> Json:
        lists = [path for path in paths(resource) if isinstance(value_at(resource, path), list)]
        if not lists:
            return resource
        path = self._random.choice(lists)
        value = value_at(resource, path)
        more = value[:1] if self._random.random() < 0.5 else [self._random.choice(ODD[1:])]
        return self._set(resource, path, [*value, *more])

    def _moved(self, resource: Json, version: Version) -> Json:
        return self._set(resource, self._somewhere(resource), value_at(resource, self._somewhere(resource)))

    def _nested(self, resource: Json, version: Version) -> Json:
        """Extensions within extensions, up to deeper than we read."""
        nested: Json = dict(EXTENSION)
        for _ in range(self._random.choice((1, 2, 5, 20, 45, 55))):
            nested = {"url": "http://x.example", "extension": [nested]}
        path, _ = self._random.choice([*_objects(resource, version)] or [((), None)])
        changed = {**value_at(resource, path), "extension": [nested]}
        return self._set(resource, path, changed) if path else changed


def _objects(resource: Json, version: Version) -> Iterator[tuple[Path, Model]]:
    """The objects of a resource that its models know, with their places."""
    model = _model(resource, version)
    if model:
        yield from _below(resource, model, (), version)


def _below(value: Json, model: Model, at: Path, version: Version) -> Iterator[tuple[Path, Model]]:
    yield at, model
    elements = shape_of(model).elements
    for name, below in value.items():
        element = elements.get(name)
        if element is None or element.model is None:
            continue
        for index, item in enumerate(below if isinstance(below, list) else [below]):
            inner = _model(item, version) if element.kind == "resource" else element.model
            if isinstance(item, dict) and inner:
                yield from _below(item, inner, (*at, name, index) if isinstance(below, list) else (*at, name), version)


def _model(resource: Any, version: Version) -> Model | None:
    type_ = resource.get("resourceType") if isinstance(resource, dict) else None
    return resource_model(version, type_) if isinstance(type_, str) else None
