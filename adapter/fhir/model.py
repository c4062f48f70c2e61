"""What FHIR knows of each element, taken from the models of `fhir.resources`: name, type, how often.

R4 resources are held against R4B: its Immunization, Procedure and Observation are those of R4, and it is the nearest
that `fhir.resources` has (its root package is R5). STU3 has its own models.
"""

from __future__ import annotations

from functools import cache, lru_cache
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin

from fhir.resources.R4B import get_fhir_model_class as r4b_model
from fhir.resources.STU3 import get_fhir_model_class as stu3_model
from fhir_core.fhirabstractmodel import FHIRAbstractModel
from fhir_core.types import FhirBase, FhirElementOrResourceBase
from msgspec import Struct
from pydantic.fields import FieldInfo

from adapter.fhir.expression import resource_type

Version = Literal["R4", "STU3"]
Kind = Literal["string", "boolean", "integer", "decimal", "object", "resource", "comment"]
Model = type[FHIRAbstractModel]

_ABSTRACT = frozenset({"Resource", "DomainResource"})
_LEFT_OUT_OF_R4B = frozenset(
    {
        "EffectEvidenceSynthesis", "MedicinalProduct", "MedicinalProductAuthorization",
        "MedicinalProductContraindication", "MedicinalProductIndication", "MedicinalProductIngredient",
        "MedicinalProductInteraction", "MedicinalProductManufactured", "MedicinalProductPackaged",
        "MedicinalProductPharmaceutical", "MedicinalProductUndesirableEffect", "RiskEvidenceSynthesis",
        "SubstanceNucleicAcid", "SubstancePolymer", "SubstanceProtein", "SubstanceReferenceInformation",
        "SubstanceSourceMaterial", "SubstanceSpecification",
    }
)  # fmt: skip
_KINDS: dict[str, Kind] = {
    "boolean": "boolean", "decimal": "decimal", "integer": "integer", "integer64": "integer", "positiveInt": "integer",
    "unsignedInt": "integer",
}  # fmt: skip
_IDS = frozenset({("Meta", "versionId"), ("Coding", "code"), ("Identifier", "value"), ("Extension", "valueId")})


class Element(Struct, frozen=True):
    """One element as its JSON name has it. `path` is its FHIRPath name, `choice` that of its choice (`occurrence`) or
    "", `numeric_id` whether a JSON integer is read as the id that it means.
    """

    name: str
    type: str
    kind: Kind
    repeats: bool
    path: str
    choice: str
    numeric_id: bool
    model: Model | None


class Shape(Struct, frozen=True):
    """The elements of a resource or datatype by JSON name; `required` are its mandatory primitives, `choices` its
    choices with their JSON names, `required_choices` those of which one must be there.
    """

    name: str
    is_resource: bool
    elements: dict[str, Element]
    required: tuple[str, ...]
    choices: dict[str, tuple[str, ...]]
    required_choices: tuple[str, ...]


@lru_cache(maxsize=1024)
def resource_model(version: Version, type_: str) -> Model | None:
    """The model of a resource type; None where the version has no such resource."""
    if not resource_type(type_) or type_ in _ABSTRACT:
        return None
    try:
        model = (stu3_model if version == "STU3" else r4b_model)(type_)
    except ValueError:
        return None
    return model if model.has_resource_base() else None


def is_resource_type(type_: str) -> bool:
    """Whether R4, R4B or STU3 has a resource of this name."""
    return type_ in _LEFT_OUT_OF_R4B or any(resource_model(version, type_) for version in ("R4", "STU3"))


@cache
def shape_of(model: Model) -> Shape:
    """Read once from a model's fields."""
    elements: dict[str, Element] = {}
    required_choices: set[str] = set()
    choices: dict[str, list[str]] = {}
    type_ = model.get_resource_type()
    for field_name, field in model.model_fields.items():
        name = field.alias or field_name
        extra = cast(dict[str, Any], field.json_schema_extra or {})
        choice = str(extra.get("one_of_many", ""))
        if choice:
            choices.setdefault(choice, []).append(name)
        if choice and extra.get("one_of_many_required"):
            required_choices.add(choice)
        elements[name] = _element(type_, name, choice or _choice_of_sibling(model, field_name), field)
    by_field = {field_name: field.alias or field_name for field_name, field in model.model_fields.items()}
    # the models declare their mandatory primitives in a method that uses nothing of the instance
    required = model.get_required_fields(cast(FHIRAbstractModel, None))
    return Shape(
        type_,
        model.has_resource_base(),
        elements,
        tuple(sorted(by_field.get(name, name) for name, _ in required)),
        {choice: tuple(sorted(names)) for choice, names in sorted(choices.items())},
        tuple(sorted(required_choices)),
    )


def _choice_of_sibling(model: Model, field_name: str) -> str:
    """`_occurrenceDateTime` belongs to the choice of `occurrenceDateTime`."""
    sibling = model.model_fields.get(field_name.removesuffix("__ext")) if field_name.endswith("__ext") else None
    extra = cast(dict[str, Any], sibling.json_schema_extra or {}) if sibling else {}
    return str(extra.get("one_of_many", ""))


def _element(of: str, name: str, choice: str, field: FieldInfo) -> Element:
    inner, repeats = _unwrapped(field.annotation)
    path = choice or name.removeprefix("_")
    numeric_id = name == "id" or (of, name) in _IDS
    if name == "fhir_comments":
        return Element(name, "string", "comment", False, path, "", False, None)
    if isinstance(inner, type) and issubclass(inner, FhirBase):
        model = inner.get_model_klass()
        kind: Kind = "resource" if issubclass(inner, FhirElementOrResourceBase) else "object"
        return Element(name, model.get_resource_type(), kind, repeats, path, choice, False, model)
    type_ = _primitive(inner, field.metadata)
    return Element(name, type_, _KINDS.get(type_, "string"), repeats, path, choice, numeric_id, None)


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    """`X | None`, `List[X | None] | None` → X and whether it is a list."""
    repeats = False
    while True:
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            rest = [each for each in get_args(annotation) if each is not type(None)]
            if len(rest) != 1:
                return annotation, repeats
            annotation = rest[0]
        elif origin is list:
            annotation, repeats = get_args(annotation)[0], True
        else:
            return annotation, repeats


def _primitive(annotation: Any, metadata: list[Any]) -> str:
    for constraint in (*reversed(getattr(annotation, "__metadata__", ())), *reversed(metadata)):
        name = getattr(constraint, "__visit_name__", "")
        if name:
            return str(name)
    base = getattr(annotation, "__origin__", annotation)
    return {"bool": "boolean", "int": "integer", "Decimal": "decimal", "UUID": "uuid"}.get(
        getattr(base, "__name__", ""), "string"
    )
