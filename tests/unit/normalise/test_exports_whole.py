"""The code tables as FHIR, word for word, and what is read back of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.export import MAPS, equivalence, export, meanings
from adapter.normalise.fhir_import import Export, read_export
from adapter.normalise.table import Problem
from exported_codes import BRAND, GIVEN, OURS, PACK, PREGNANT, READ, RISK, ROWS, SAID
from small_tables import small_catalogue


@pytest.fixture(scope="module")
def small() -> Catalogue:
    return small_catalogue(ROWS)


@pytest.fixture
def exported(small: Catalogue) -> dict[str, Any]:
    return {name: json.loads(content) for name, content in export(small).items()}


def test_what_the_newest_row_of_each_code_says(small: Catalogue) -> None:
    assert meanings(small) == SAID
    assert list(meanings(small)) == sorted(SAID)


def test_a_map_for_each_thing_said_and_a_set_for_each_role(exported: dict[str, Any]) -> None:
    names = "dose evidence form level order-only pack-of pregnancy programme replacement role status"
    roles = "at-risk declined given pregnancy product"
    assert list(exported) == [f"ConceptMap-code-to-{name}.json" for name in names.split()] + [
        f"ValueSet-{role}.json" for role in roles.split()
    ]
    assert list(MAPS) == names.split()


def test_a_map_says_this(small: Catalogue, exported: dict[str, Any]) -> None:
    assert exported["ConceptMap-code-to-programme.json"] == {
        "resourceType": "ConceptMap",
        "id": "code-to-programme",
        "url": f"{OURS}:conceptmap:code-to-programme",
        "version": small.digest,
        "name": "CodeToProgramme",
        "status": "active",
        "group": [
            {
                "source": "http://read.info/ctv3",
                "target": f"{OURS}:programme",
                "element": [{"code": RISK, "target": [{"code": "menb", "equivalence": "wider"}]}],
            },
            {
                "source": "http://read.info/readv2",
                "target": f"{OURS}:programme",
                "element": [{"code": READ, "target": [{"code": "hpv", "equivalence": "wider"}]}],
            },
            {
                "source": "http://snomed.info/sct",
                "target": f"{OURS}:programme",
                "element": [
                    {"code": BRAND, "target": [{"code": "hpv", "equivalence": "wider"}]},
                    {"code": PREGNANT, "target": [{"code": "hpv", "equivalence": "wider"}]},
                    {
                        "code": GIVEN,
                        "target": [
                            {"code": "hpv", "equivalence": "inexact"},
                            {"code": "menb", "equivalence": "inexact"},
                        ],
                    },
                ],
            },
        ],
    }


def test_a_map_from_codes_to_codes_names_their_system(exported: dict[str, Any]) -> None:
    assert exported["ConceptMap-code-to-pack-of.json"]["name"] == "CodeToPackOf"
    assert exported["ConceptMap-code-to-pack-of.json"]["group"] == [
        {
            "source": "http://snomed.info/sct",
            "target": "http://snomed.info/sct",
            "element": [{"code": PACK, "target": [{"code": BRAND, "equivalence": "relatedto"}]}],
        }
    ]
    [group] = exported["ConceptMap-code-to-replacement.json"]["group"]
    assert (group["target"], [one["code"] for one in group["element"]]) == ("http://snomed.info/sct", [GIVEN])


def test_a_set_says_this(small: Catalogue, exported: dict[str, Any]) -> None:
    assert exported["ValueSet-at-risk.json"] == {
        "resourceType": "ValueSet",
        "id": "at-risk",
        "url": f"{OURS}:valueset:at-risk",
        "version": small.digest,
        "name": "AtRisk",
        "status": "active",
        "compose": {"include": [{"system": "http://read.info/ctv3", "concept": [{"code": RISK}]}]},
    }
    assert exported["ValueSet-given.json"]["compose"]["include"] == [
        {"system": "http://read.info/readv2", "concept": [{"code": READ}]},
        {"system": "http://snomed.info/sct", "concept": [{"code": GIVEN}]},
    ]


def test_the_bytes_are_for_people_to_read(small: Catalogue) -> None:
    for content in export(small).values():
        assert content.startswith(b'{\n  "resourceType": "')
        assert content.endswith(b"\n}\n")


def test_tables_without_a_thing_have_a_map_without_groups() -> None:
    bare = export(small_catalogue({"snomed.csv": ROWS["snomed.csv"][:1]}))
    assert "group" not in json.loads(bare["ConceptMap-code-to-dose.json"])
    assert [name for name in bare if name.startswith("ValueSet")] == ["ValueSet-declined.json"]


@pytest.mark.parametrize(
    ("name", "targets", "stands"),
    [
        ("programme", ("hpv",), "wider"),
        ("programme", ("hpv", "menb"), "inexact"),
        ("role", ("given",), "wider"),
        ("dose", ("2",), "relatedto"),
    ],
)
def test_how_a_code_stands_to_its_target(name: str, targets: tuple[str, ...], stands: str) -> None:
    assert equivalence(name, targets) == stands


# Read back


def test_an_export_is_read_back_whole(small: Catalogue) -> None:
    contents = list(export(small).values())
    found = read_export(contents[::-1])
    files = tuple(sorted(hashlib.sha256(content).hexdigest() for content in contents))
    assert found == Export(files, small.digest, SAID)  # type: ignore[arg-type]
    assert isinstance(found, Export)
    assert list(found.said) == sorted(SAID)


def _group(edit: Callable[[Any], None], name: str = "ConceptMap-code-to-role.json") -> Callable[[dict[str, Any]], None]:
    return lambda files: edit(files[name]["group"][0])


def _set(**more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda files: files["ConceptMap-code-to-role.json"].update(more)


def _value_set(**more: Any) -> Callable[[dict[str, Any]], None]:
    return lambda files: files["ValueSet-given.json"].update(more)


NO_RESOURCE = "It is no ConceptMap or ValueSet that `adapter mappings export` writes."
TWICE = "It says something twice."
ROLE_FILE, GIVEN_FILE = 10, 14
"""Their places among the files, from 1."""


@pytest.mark.parametrize(
    ("spoil", "ordinal", "text"),
    [
        (_set(resourceType=None), ROLE_FILE, "An element `resourceType` is missing or no text."),
        (_set(url=""), ROLE_FILE, "An element `url` is missing or no text."),
        (_set(version=1), ROLE_FILE, "An element `version` is missing or no text."),
        (_set(resourceType="ValueSet"), ROLE_FILE, NO_RESOURCE),
        (_set(url="role"), ROLE_FILE, NO_RESOURCE),
        (_set(url=f"{OURS}:conceptmap:code-to-fee"), ROLE_FILE, NO_RESOURCE),
        (_set(url=f"{OURS}:conceptmap:code-to-status"), ROLE_FILE + 1, TWICE),
        (_value_set(url=f"{OURS}:valueset:declined"), GIVEN_FILE, TWICE),
        (_value_set(url="given"), GIVEN_FILE, NO_RESOURCE),
        (_value_set(compose=None), GIVEN_FILE, "An element `include` is missing or no list."),
        (_value_set(compose={"include": [{}]}), GIVEN_FILE, "An element `system` is missing or no text."),
        (
            _value_set(compose={"include": [{"system": "http://snomed.info/sct"}]}),
            GIVEN_FILE,
            "An element `concept` is missing or no list.",
        ),
        (
            _value_set(compose={"include": [{"system": "http://snomed.info/sct", "concept": [{}]}]}),
            GIVEN_FILE,
            "An element `code` is missing or no text.",
        ),
        (
            _value_set(compose={"include": [{"system": "else", "concept": []}]}),
            GIVEN_FILE,
            "It names a code system that the tables do not have.",
        ),
        (_set(group={}), ROLE_FILE, "An element `group` is missing or no list."),
        (_group(lambda one: one.pop("source")), ROLE_FILE, "An element `source` is missing or no text."),
        (_group(lambda one: one.pop("element")), ROLE_FILE, "An element `element` is missing or no list."),
        (_group(lambda one: one["element"].append({})), ROLE_FILE, "An element `target` is missing or no list."),
        (
            _group(lambda one: one["element"].append({"target": []})),
            ROLE_FILE,
            "An element `code` is missing or no text.",
        ),
        (
            _group(lambda one: one["element"].append({"code": "1", "target": [{}]})),
            ROLE_FILE,
            "An element `code` is missing or no text.",
        ),
        (_group(lambda one: one["element"].append(one["element"][0])), ROLE_FILE, TWICE),
        (
            lambda files: files.pop("ConceptMap-code-to-role.json"),
            1,
            "The export is not whole: code-to-role is missing.",
        ),
        (
            lambda files: [files.pop(f"ConceptMap-code-to-{name}.json") for name in ("status", "dose")],
            1,
            "The export is not whole: code-to-dose, code-to-status is missing.",
        ),
        (_set(version="another"), 1, "The files are of different exports: their versions differ."),
        (
            lambda files: files.pop("ValueSet-given.json"),
            1,
            "The ValueSets do not hold what code-to-role says: give the whole export.",
        ),
        (
            _group(lambda one: one["element"][0].update(code="XXXXX"), "ConceptMap-code-to-evidence.json"),
            1,
            "XXXXX of code-to-evidence has no role.",
        ),
    ],
)
def test_half_an_export_is_refused_with_these_words(
    exported: dict[str, Any], spoil: Callable[[dict[str, Any]], None], ordinal: int, text: str
) -> None:
    spoil(exported)
    found = read_export([json.dumps(resource).encode() for resource in exported.values()])
    assert found == (Problem(f"file {ordinal}", 0, "", text),)


def test_every_file_that_cannot_be_read_is_named(small: Catalogue) -> None:
    contents = list(export(small).values())
    assert read_export([b"{", *contents, b"\xff", b"[]"]) == (
        Problem("file 1", 0, "", "It holds no JSON."),
        Problem(f"file {len(contents) + 2}", 0, "", "It holds no JSON."),
        Problem(f"file {len(contents) + 3}", 0, "", "An element `resourceType` is missing or no text."),
    )
