"""The tables as FHIR: valid, complete, the same bytes each time."""

from __future__ import annotations

import json

import pytest
from adapter.normalise.catalogue import Catalogue, load_catalogue
from adapter.normalise.export import export
from fhir.resources.R4B import get_fhir_model_class


@pytest.fixture(scope="module")
def exported(catalogue: Catalogue) -> dict[str, bytes]:
    return export(catalogue)


def test_every_resource_is_valid_r4(exported: dict[str, bytes]) -> None:
    for name, content in exported.items():
        resource = json.loads(content)
        assert name == f"{resource['resourceType']}-{resource['id']}.json"
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)


def test_the_same_tables_give_the_same_bytes(exported: dict[str, bytes]) -> None:
    again = load_catalogue()
    assert isinstance(again, Catalogue)
    assert list(export(again).items()) == list(exported.items())
    assert list(exported) == sorted(exported)


def test_each_resource_carries_the_digest_of_the_rules(catalogue: Catalogue, exported: dict[str, bytes]) -> None:
    assert {json.loads(content)["version"] for content in exported.values()} == {catalogue.digest}


def test_one_value_set_per_role_holds_every_code(catalogue: Catalogue, exported: dict[str, bytes]) -> None:
    in_sets = sorted(
        (include["system"], concept["code"], resource["id"])
        for resource in map(json.loads, exported.values())
        if resource["resourceType"] == "ValueSet"
        for include in resource["compose"]["include"]
        for concept in include["concept"]
    )
    urls = {"snomed": "http://snomed.info/sct", "readv2": "http://read.info/readv2", "ctv3": "http://read.info/ctv3"}
    in_tables = sorted(
        (urls[system], code, rows[-1].role)
        for (system, code), rows in catalogue.book.entries.items()
        if rows[-1].file != "description_ids.csv"
    )
    assert in_sets == in_tables


def test_a_code_maps_to_its_programmes(exported: dict[str, bytes]) -> None:
    groups = json.loads(exported["ConceptMap-code-to-programme.json"])["group"]
    assert [group["source"] for group in groups] == sorted({group["source"] for group in groups})
    snomed = next(group for group in groups if group["source"] == "http://snomed.info/sct")
    targets = {element["code"]: element["target"] for element in snomed["element"]}
    assert targets["956951000000104"] == [{"code": "pertussis", "equivalence": "wider"}]
    assert targets["1303503001"] == [
        {"code": "rsv-older", "equivalence": "inexact"},
        {"code": "rsv-pregnant", "equivalence": "inexact"},
    ]
    assert "28877009" not in targets  # cholera: no programme


def test_no_term_leaves_the_project(catalogue: Catalogue, exported: dict[str, bytes]) -> None:
    text = b"".join(exported.values()).decode()
    assert not [
        entry.term
        for rows in catalogue.book.entries.values()
        for entry in rows
        if entry.term and f'"{entry.term}"' in text
    ]
