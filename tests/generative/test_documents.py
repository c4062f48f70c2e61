"""Whatever bytes arrive: nothing raises, nothing is lost, and no reason repeats what was sent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from adapter.fhir.document import read_document
from adapter.fhir.json_text import Parsed, parse
from adapter.fhir.model import resource_model, shape_of
from adapter.fhir.validate import Validated, validate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

Json = dict[str, Any]

CANARY = "Zzcanary 9990000018"
LENIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first example imports the models, which takes longer than any other."""


def element_names(type_: str) -> set[str]:
    model = resource_model("R4", type_)
    assert model is not None
    return set(shape_of(model).elements)


NAMES = sorted(
    element_names("Immunization")
    | element_names("Patient")
    | element_names("Bundle")
    | {"resourceType", "resource", "request", "method", "url", "code", "value", "extension", CANARY}
)
WORDS = ["", "Bundle", "Immunization", "Patient", "Procedure", "DELETE", "PUT", "Immunization/1", "2024-09-12", "true"]
TEXTS = st.sampled_from([*WORDS, CANARY]) | st.text(max_size=5)
SCALARS = st.none() | st.booleans() | st.integers(-3, 10**20) | st.floats() | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5),
    max_leaves=15,
)
FHIRISH = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Immunization", "Patient", "Bundle", "Procedure", "Nonsense"])},
    optional={"id": SCALARS, "status": TEXTS, "meta": VALUES, "contained": VALUES, "entry": VALUES, "note": VALUES},
)
NOTES = st.lists(st.fixed_dictionaries({"text": st.text(max_size=8)}), max_size=2)
RESOURCES = st.fixed_dictionaries(
    {"resourceType": st.sampled_from(["Immunization", "Patient"])},
    optional={"id": st.text(max_size=5), "note": NOTES},
)


def bundle_of(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    entry = st.fixed_dictionaries({"resource": inner}, optional={"fullUrl": st.text(max_size=5)})
    bundle = st.fixed_dictionaries({"entry": st.lists(entry, max_size=4)})
    return bundle.map(lambda sent: {**sent, "resourceType": "Bundle"})


BUNDLES = st.recursive(RESOURCES, bundle_of, max_leaves=8)
ANY_JSON = st.recursive(
    st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def record_count(resource: Json) -> int:
    if resource["resourceType"] == "Bundle":
        return sum(record_count(entry["resource"]) for entry in resource["entry"])
    return int(resource["resourceType"] == "Immunization")


def at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def read_all(content: bytes) -> None:
    for piece in read_document(content, lambda _: True):
        assert piece.start >= 0
        assert piece.start + piece.length <= len(content)
        issues = piece.issues
        if piece.resource is not None and piece.action == "put":
            outcome = validate(piece.resource, piece.fhir_version)
            issues = issues if isinstance(outcome, Validated) else issues + outcome
        for issue in issues:
            assert CANARY not in issue.text + issue.expression
            assert "9990000018" not in issue.text + issue.expression
        list(piece.bundle_context.of_type("Patient"))
        piece.bundle_context.resolve("Patient/1", piece.resource)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace")))
@LENIENT
def test_no_bytes_raise(content: bytes) -> None:
    read_all(content)


@given(VALUES | FHIRISH, st.integers(0, 400), st.binary(max_size=3))
@LENIENT
def test_no_json_raises_even_when_damaged(value: Any, position: int, damage: bytes) -> None:
    content = json.dumps(value).encode()
    read_all(content)
    read_all(content[:position] + damage + content[position + len(damage) :])
    read_all(content[:position])


@given(st.lists(FHIRISH, max_size=3), st.sampled_from(["collection", "history", "transaction", "message"]))
@LENIENT
def test_no_bundle_raises(resources: list[Json], type_: str) -> None:
    entries = [{"resource": resource, "request": resource.get("meta")} for resource in resources]
    read_all(json.dumps({"resourceType": "Bundle", "type": type_, "entry": entries}).encode())


@given(BUNDLES, st.sampled_from([None, 1]), st.booleans())
@LENIENT
def test_the_bytes_of_each_piece_are_its_resource(sent: Json, indent: int | None, ascii_only: bool) -> None:
    content = json.dumps(sent, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    pieces = list(read_document(content, lambda _: False))
    records = [piece for piece in pieces if not piece.issues]
    for piece in records:
        cut = content[piece.start : piece.start + piece.length]
        assert json.loads(cut) == piece.resource == at(sent, piece.pointer)
    if b"\\u0000" not in content and sent["resourceType"] != "Patient":
        assert len(records) == len(pieces) == record_count(sent)


@given(ANY_JSON)
@LENIENT
def test_what_is_parsed_is_what_was_sent(value: Any) -> None:
    outcome = parse(json.dumps(value).encode())
    if "\\u0000" in json.dumps(value) and not isinstance(outcome, Parsed):
        return
    assert outcome == Parsed(value)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
@LENIENT
def test_decimals_keep_their_digits(number: Decimal) -> None:
    outcome = parse(f"[{number:f}]".encode())
    assert isinstance(outcome, Parsed)
    assert str(outcome.value[0]) == f"{number:f}"
