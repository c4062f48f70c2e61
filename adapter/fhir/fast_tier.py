"""The quick way to a yes: of a resource that is wholly as FHIR has it, known in microseconds instead of a millisecond.

It says yes only where `shape` finds nothing to repair, the authority (`fhir.resources`) nothing to reject and `profile`
no breach; then the resource as parsed is the resource as validated. To everything else it says "do not know", and the
slow way, whose verdict it is, is gone. So it may be narrower than FHIR: a null, the extension of a primitive
(`_birthDate`), a date before 1900, a data type that hardly occurs (base64, time) are left to the authority.

Its `msgspec` types are made from the models of `fhir.resources`, once for each version when first asked for. A
generative test holds it against the slow way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, reduce
from keyword import iskeyword
from operator import attrgetter, or_
from typing import Any, Literal, cast, get_args

import msgspec
from msgspec import NODEFAULT, UNSET, Struct, UnsetType
from msgspec.structs import astuple

from adapter.fhir.json_text import is_plain
from adapter.fhir.model import Element, Model, Version, resource_model, shape_of
from adapter.fhir.primitives import PRIMITIVES
from adapter.fhir.profile import statuses

_RESOURCES = (
    "Condition", "Encounter", "Immunization", "Location", "Observation", "Organization", "Patient", "Practitioner",
    "PractitionerRole", "Procedure",
)  # fmt: skip
"""What is met as a record, contained in one, or beside one."""
_IN_EXTENSIONS = frozenset(
    {"Address", "Annotation", "CodeableConcept", "Coding", "ContactPoint", "HumanName", "Identifier", "Meta", "Period",
     "Quantity", "Reference"}
)  # fmt: skip
"""The data types of `Extension.value[x]` that occur; all fifty would make each extension slower."""


class _Never:
    """Nothing in JSON: what is mandatory and left to the authority."""


_ODD_BLANKS = re.compile(r"[^\S \t\r\n]")
"""The authority takes a string of blanks, tabs and line ends, and refuses one of other white space: where there is any
of that, it is asked."""
_ENCODER = msgspec.json.Encoder(enc_hook=str)  # `NumberText` is a str of its own


def allows(resource: dict[str, Any], version: Version, plain: bool = False) -> bool:
    """Whether a resource as parsed by `json_text` is surely valid as it is. False says nothing.

    `plain` promises that its texts are of printable ASCII alone (`json_text.is_plain`); where it is not known, they are
    searched for white space that the authority minds.
    """
    struct = _structs(version).get(str(resource.get("resourceType")))
    if struct is None:
        return False
    try:
        msgspec.convert(resource, struct)
    except (msgspec.ValidationError, RecursionError):
        return False
    return plain or _is_plain(resource)


def prepare() -> None:
    """Make the types now: it takes a second, and processes that are copied from this one have them too."""
    for version in get_args(Version):
        _structs(version)


def _is_plain(resource: dict[str, Any]) -> bool:
    try:
        written = _ENCODER.encode(resource)
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError):
        return False
    if is_plain(written):
        return True
    return b"\\u" not in written and b"\\f" not in written and not _ODD_BLANKS.search(written.decode())


@cache
def _structs(version: Version) -> dict[str, type[Struct]]:
    made = _Making(version)
    return {type_: made.struct(model) for type_, model in made.resources.items()}


class _Making:
    """The types of one version, each made once."""

    def __init__(self, version: Version) -> None:
        self.version = version
        found = ((type_, resource_model(version, type_)) for type_ in _RESOURCES)
        self.resources = {type_: model for type_, model in found if model}
        self._made: dict[Model, type[Struct]] = {}

    def struct(self, model: Model) -> type[Struct]:
        """A type is known before its elements are: an extension holds extensions."""
        if model in self._made:
            return self._made[model]
        shape = shape_of(model)
        elements = {_field(each.name): each for each in self._elements(model)}
        needed = {_field(name): shape.elements[name] for name in _needed(model)}
        order = {_field(name): place for place, name in enumerate(model.elements_sequence())}
        fields = sorted(elements | needed, key=lambda field: (order.get(field, -1), field))
        struct = msgspec.defstruct(
            shape.name,
            [(field, Any, NODEFAULT if field in needed else UNSET) for field in fields],
            namespace={"__post_init__": _one_of_each(model, elements)} if shape.choices else None,
            tag=shape.name if shape.is_resource else None,
            tag_field="resourceType" if shape.is_resource else None,
            rename={field: element.name for field, element in (elements | needed).items()},
            forbid_unknown_fields=True,
            kw_only=True,
            gc=False,
        )
        self._made[model] = struct
        for field in fields:
            type_ = self._type(model, elements[field]) if field in elements else _Never
            struct.__annotations__[field] = type_ if field in needed else type_ | UnsetType
        return struct

    def _elements(self, model: Model) -> Iterator[Element]:
        for element in shape_of(model).elements.values():
            if element.name.startswith("_") or element.kind == "comment":
                continue
            if element.model is None:
                if element.type in PRIMITIVES:
                    yield element
            elif element.kind == "resource":
                if element.name == "contained":
                    yield element
            elif not element.choice or shape_of(model).name != "Extension" or element.type in _IN_EXTENSIONS:
                yield element

    def _type(self, model: Model, element: Element) -> Any:
        one: Any
        if element.kind == "resource":
            one = reduce(or_, (self.struct(each) for each in self.resources.values()))
        elif element.model:
            one = self.struct(element.model)
        else:
            one = self._primitive(model, element)
        return list[one] if element.repeats else one

    def _primitive(self, model: Model, element: Element) -> Any:
        allowed = statuses(self.version, shape_of(model).name) if element.name == "status" else ()
        extra = next(field.json_schema_extra for field in model.model_fields.values() if field.alias == element.name)
        bound = extra.get("enum_values") if isinstance(extra, dict) else None
        codes: tuple[Any, ...] = allowed or (tuple(bound) if isinstance(bound, list) else ())
        if codes and element.type == "code":
            return Literal[codes]  # a value set that FHIR binds, and quicker to look up than a pattern
        return PRIMITIVES[element.type]


def _field(name: str) -> str:
    return f"{name}_" if iskeyword(name) else name


def _needed(model: Model) -> Iterator[str]:
    yield from shape_of(model).required
    for name, field in model.model_fields.items():
        if field.is_required():
            yield field.alias or name


def _one_of_each(model: Model, elements: dict[str, Element]) -> Callable[[Struct], None]:
    """At most one of each choice, and one of those that must be made."""
    shape = shape_of(model)
    choices: list[tuple[Callable[[Struct], tuple[Any, ...]], int, int]] = []
    for choice in shape.choices:
        fields = [field for field, element in elements.items() if element.choice == choice]
        least = len(fields) - 1
        choices.append((_values(fields), least, least if choice in shape.required_choices else least + 1))
    length = len(elements)

    def check(self: Struct) -> None:
        for values, least, most in choices:
            if not least <= values(self).count(UNSET) <= most:
                raise ValueError

    def check_extension(self: Struct) -> None:
        if astuple(self).count(UNSET) < length - 2:  # nearly always `url` and one more
            check(self)

    return check_extension if shape.name == "Extension" else check


def _values(fields: list[str]) -> Callable[[Struct], tuple[Any, ...]]:
    """The values of some fields, always as a tuple."""
    found = attrgetter(*fields)
    if len(fields) > 1:
        return cast(Callable[[Struct], tuple[Any, ...]], found)
    return lambda struct: (found(struct),)
