"""What was exported, read back: the same rules where nothing differs, the same meanings where something does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from adapter.normalise.catalogue import Catalogue, catalogue_of, catalogue_under
from adapter.normalise.difference import difference
from adapter.normalise.export import export, meanings
from adapter.normalise.fhir_import import Export, read_export
from adapter.normalise.fhir_proposal import propose_fhir
from adapter.normalise.proposal import Proposal

Spoil = Callable[[dict[str, bytes]], None]


def proposed(contents: dict[str, bytes], into: Catalogue) -> Proposal:
    found = read_export(list(contents.values()))
    assert isinstance(found, Export), found
    return propose_fhir(found, into)


def edited(files: dict[str, bytes], *edits: tuple[str, str, str]) -> Catalogue:
    """The tables after the only line that begins so became another, or went."""
    files = dict(files)
    for file, begins, line in edits:
        lines = files[file].decode().splitlines(keepends=True)
        at = [number for number, each in enumerate(lines) if each.startswith(begins)]
        assert len(at) == 1, (file, begins, at)
        lines[at[0]] = line
        files[file] = "".join(lines).encode()
    made = catalogue_of(files)
    assert isinstance(made, Catalogue), made
    return made


def without_version(contents: dict[str, bytes]) -> dict[str, Any]:
    return {name: json.loads(content) | {"version": ""} for name, content in contents.items()}


def test_importing_what_was_exported_gives_the_same_digest(catalogue: Catalogue) -> None:
    proposal = proposed(export(catalogue), catalogue)
    assert proposal.overlay.changes == ()
    assert proposal.overlay.label == f"export of rules {catalogue.digest[:12]}"


@pytest.mark.parametrize(
    "edit",
    [
        ("snomed.csv", "8605003,", ""),
        ("snomed.csv", "956951000000104,", "956951000000104,t,declined,mmr,2,no,nasal,yes,inactive,,s,,,,\n"),
        ("snomed.csv", "170326009,", "170326009,t,given,mmr,,yes,,yes,retired,170327000,s,,,,\n"),
        ("products.csv", "7374511000001107,", ""),
        ("products.csv", "7374511000001107,", "7374511000001107,t,VMPP,mmr|menb,nasal,,inactive,s,,,,\n"),
        ("context_codes.csv", "snomed,77386006,", ""),
        ("context_codes.csv", "ctv3,XaYVx,", "ctv3,XaYVx,t,pregnancy,pertussis,active,s,,,,\n"),
        ("context_codes.csv", "snomed,1239871000000107,", ""),
        ("read_v2.csv", "65a1.,", "65a1.,t,given-elsewhere,menb,1,no,,no,active,,s,,,,\n"),
        ("ctv3.csv", "Xad9j,", ""),
    ],
)
def test_other_tables_come_to_say_the_same(
    catalogue: Catalogue, mapping_files: dict[str, bytes], edit: tuple[str, str, str]
) -> None:
    other = edited(mapping_files, edit)
    proposal = proposed(export(catalogue), other)
    assert proposal.overlay.changes
    made = catalogue_under(other.tables, [proposal.overlay])
    assert isinstance(made, Catalogue), made
    assert meanings(made) == meanings(catalogue)
    assert without_version(export(made)) == without_version(export(catalogue))
    assert proposed(export(catalogue), made).overlay.changes == ()
    there = proposed(export(other), catalogue)  # and the other way round
    back = catalogue_under(catalogue.tables, [there.overlay])
    assert isinstance(back, Catalogue), back
    assert meanings(back) == meanings(other)


def test_a_code_may_change_its_table(catalogue: Catalogue, mapping_files: dict[str, bytes]) -> None:
    other = edited(
        mapping_files,
        ("products.csv", "7374511000001107,", ""),
        ("snomed.csv", "8605003,", "7374511000001107,t,given,td-ipv,,no,,no,active,,s,,,,\n"),
    )
    made = catalogue_under(other.tables, [proposed(export(catalogue), other).overlay])
    assert isinstance(made, Catalogue), made
    assert meanings(made) == meanings(catalogue)
    assert {(one.file, one.what) for one in difference(other, made) if one.code == "7374511000001107"} == {
        ("products.csv", "added"),
        ("snomed.csv", "removed"),
    }


def _drop(name: str) -> Spoil:
    return lambda files: files.__delitem__(name)


def _set(name: str, content: bytes) -> Spoil:
    return lambda files: files.__setitem__(name, content)


def _edit(name: str, edit: Callable[[Any], None]) -> Spoil:
    def spoil(files: dict[str, bytes]) -> None:
        resource = json.loads(files[name])
        edit(resource)
        files[name] = json.dumps(resource).encode()

    return spoil


ROLES, PROGRAMMES = "ConceptMap-code-to-role.json", "ConceptMap-code-to-programme.json"


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_drop(ROLES), "code-to-role is missing"),
        (_drop("ValueSet-given.json"), "ValueSets"),
        (_set(ROLES, b"{"), "no JSON"),
        (_set(ROLES, b"\xff"), "no JSON"),
        (_set(ROLES, b"[]"), "resourceType"),
        (_set("more", b'{"resourceType": "ConceptMap", "url": "http://elsewhere", "version": "1"}'), "no ConceptMap"),
        (_edit(ROLES, lambda one: one.update(version="other")), "versions differ"),
        (_edit(ROLES, lambda one: one["group"][0].update(source="http://elsewhere")), "code system"),
        (_edit(ROLES, lambda one: one["group"][0].update(element={})), "no list"),
        (_edit(ROLES, lambda one: one["group"][0]["element"].append("x")), "`target`"),
        (_edit(ROLES, lambda one: one["group"].append(one["group"][0])), "twice"),
        (_edit(PROGRAMMES, lambda one: one["group"][0]["element"][0].update(code="XXXXX")), "no role"),
        (_edit("ValueSet-given.json", lambda one: one.update(compose=[])), "`include`"),
    ],
)
def test_half_an_export_is_refused(catalogue: Catalogue, spoil: Spoil, says: str) -> None:
    files = export(catalogue)
    spoil(files)
    found = read_export(list(files.values()))
    assert isinstance(found, tuple), found
    assert says in found[0].text
