"""The code tables as FHIR R4: two ConceptMaps (code to programme, code to role) and one ValueSet per role.

Deterministic: the same tables give the same bytes, and each resource carries the rule set's digest as its version.
Terms are left out, for SNOMED CT terms carry a licence of their own; so are description ids, which are no codes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import CodeEntry, CodeSystem

Json = dict[str, object]

_NAMESPACE = "urn:immunisation-cqrs-adapter"
_URLS: dict[CodeSystem, str] = {
    "ctv3": "http://read.info/ctv3",
    "readv2": "http://read.info/readv2",
    "snomed": "http://snomed.info/sct",
}


def export(catalogue: Catalogue) -> dict[str, bytes]:
    """File names and their JSON, sorted by name."""
    entries = _entries(catalogue)
    resources = [_programme_map(catalogue, entries), _role_map(catalogue, entries)]
    roles = sorted({entry.role for entry in entries})
    resources += [_value_set(catalogue, role, [e for e in entries if e.role == role]) for role in roles]
    named = {f"{resource['resourceType']}-{resource['id']}.json": resource for resource in resources}
    return {name: (json.dumps(named[name], indent=2, ensure_ascii=False) + "\n").encode() for name in sorted(named)}


def _entries(catalogue: Catalogue) -> list[CodeEntry]:
    """The newest row of each code, by system and code."""
    newest = (catalogue.book.entries[key][-1] for key in sorted(catalogue.book.entries))
    return [entry for entry in newest if entry.file != "description_ids.csv"]


def _programme_map(catalogue: Catalogue, entries: list[CodeEntry]) -> Json:
    def targets(entry: CodeEntry) -> list[Json]:
        equivalence = "wider" if len(entry.programmes) == 1 else "inexact"
        return [{"code": key, "equivalence": equivalence} for key in sorted(entry.programmes)]

    elements = [(entry, targets(entry)) for entry in entries if entry.programmes]
    return _concept_map(catalogue, "programme", "CodeToProgramme", elements)


def _role_map(catalogue: Catalogue, entries: list[CodeEntry]) -> Json:
    elements: list[tuple[CodeEntry, list[Json]]] = [
        (entry, [{"code": entry.role, "equivalence": "wider"}]) for entry in entries
    ]
    return _concept_map(catalogue, "role", "CodeToRole", elements)


def _concept_map(
    catalogue: Catalogue, target: str, name: str, elements: Iterable[tuple[CodeEntry, list[Json]]]
) -> Json:
    groups: list[Json] = [
        {
            "source": _URLS[system],
            "target": f"{_NAMESPACE}:{target}",
            "element": [{"code": entry.code, "target": targets} for entry, targets in members],
        }
        for system, members in groupby(elements, key=lambda element: element[0].system)
    ]
    return {
        "resourceType": "ConceptMap",
        "id": f"code-to-{target}",
        "url": f"{_NAMESPACE}:conceptmap:code-to-{target}",
        "version": catalogue.digest,
        "name": name,
        "status": "active",
        "group": groups,
    }


def _value_set(catalogue: Catalogue, role: str, entries: list[CodeEntry]) -> Json:
    includes: list[Json] = [
        {"system": _URLS[system], "concept": [{"code": entry.code} for entry in members]}
        for system, members in groupby(entries, key=lambda entry: entry.system)
    ]
    return {
        "resourceType": "ValueSet",
        "id": role,
        "url": f"{_NAMESPACE}:valueset:{role}",
        "version": catalogue.digest,
        "name": "".join(word.capitalize() for word in role.split("-")),
        "status": "active",
        "compose": {"include": includes},
    }
