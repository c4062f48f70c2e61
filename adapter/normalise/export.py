"""The code tables as FHIR R4: a ConceptMap for each thing that is said of a code, and one ValueSet per role.

Deterministic: the same tables give the same bytes, and each resource carries the rule set's digest as its version.
Terms are left out, for SNOMED CT terms carry a licence of their own; so are description ids, which are no codes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import groupby

from adapter.normalise.catalogue import Catalogue
from adapter.normalise.code_entry import CodeEntry, CodeSystem

Json = dict[str, object]
Key = tuple[CodeSystem, str]
Said = Mapping[str, tuple[str, ...]]
"""What is said of a code: by the name of the map, its targets, sorted; a name that says nothing is not there."""

NAMESPACE = "urn:immunisation-cqrs-adapter"
URLS: dict[CodeSystem, str] = {
    "ctv3": "http://read.info/ctv3",
    "readv2": "http://read.info/readv2",
    "snomed": "http://snomed.info/sct",
}
_OF_ENTRY: dict[str, Callable[[CodeEntry], tuple[str, ...]]] = {
    "dose": lambda entry: (str(entry.dose),) if entry.dose else (),
    "form": lambda entry: (entry.form,) if entry.form else (),
    "level": lambda entry: (entry.level,) if entry.level else (),
    "order-only": lambda entry: ("yes",) if entry.order_only else (),
    "pregnancy": lambda entry: ("yes",) if entry.pregnancy else (),
    "programme": lambda entry: tuple(sorted(entry.programmes)),
    "replacement": lambda entry: (entry.replaced_by,) if entry.replaced_by else (),
    "role": lambda entry: (entry.role,),
    "status": lambda entry: (entry.status,),
}
MAPS = tuple(sorted([*_OF_ENTRY, "evidence", "pack-of"]))
"""The ConceptMaps: `code-to-` and one of these. `evidence` is what a code beside a vaccination says."""
_TO_CODES = frozenset({"pack-of", "replacement"})


def export(catalogue: Catalogue) -> dict[str, bytes]:
    """File names and their JSON, sorted by name."""
    said = meanings(catalogue)
    resources = [_concept_map(catalogue, name, said) for name in MAPS]
    roles = sorted({role for each in said.values() for role in each["role"]})
    resources += [_value_set(catalogue, role, [key for key in said if said[key]["role"] == (role,)]) for role in roles]
    named = {f"{resource['resourceType']}-{resource['id']}.json": resource for resource in resources}
    return {name: (json.dumps(named[name], indent=2, ensure_ascii=False) + "\n").encode() for name in sorted(named)}


def meanings(catalogue: Catalogue) -> dict[Key, Said]:
    """What the newest row of each code says, by system and code, sorted."""
    said: dict[Key, Said] = {}
    evidence = {(row["code_system"], row["code"]): row["context"] for row in catalogue.tables.rows("context_codes.csv")}
    packs = {row["code"]: row["pack_of"] for row in catalogue.tables.rows("products.csv")}
    for (system, code), entries in sorted(catalogue.book.entries.items()):
        entry = entries[-1]
        if entry.file == "description_ids.csv":
            continue
        found = {name: of(entry) for name, of in _OF_ENTRY.items()}
        found["evidence"] = (evidence[system, code],) if (system, code) in evidence else ()
        found["pack-of"] = (packs[code],) if entry.file == "products.csv" and packs[code] else ()
        said[system, code] = {name: targets for name, targets in found.items() if targets}
    return said


def equivalence(name: str, targets: tuple[str, ...]) -> str:
    """How a code stands to a target of a map."""
    match name:
        case "programme":
            return "wider" if len(targets) == 1 else "inexact"
        case "role":
            return "wider"
        case _:
            return "relatedto"


def _concept_map(catalogue: Catalogue, name: str, said: Mapping[Key, Said]) -> Json:
    members = [(key, said[key][name]) for key in said if name in said[key]]
    groups: list[Json] = [
        {
            "source": URLS[system],
            "target": URLS[system] if name in _TO_CODES else f"{NAMESPACE}:{name}",
            "element": [
                {"code": code, "target": [{"code": to, "equivalence": equivalence(name, targets)} for to in targets]}
                for (_, code), targets in elements
            ],
        }
        for system, elements in groupby(members, key=lambda member: member[0][0])
    ]
    resource: Json = {
        "resourceType": "ConceptMap",
        "id": f"code-to-{name}",
        "url": f"{NAMESPACE}:conceptmap:code-to-{name}",
        "version": catalogue.digest,
        "name": "CodeTo" + "".join(word.capitalize() for word in name.split("-")),
        "status": "active",
    }
    return resource | ({"group": groups} if groups else {})


def _value_set(catalogue: Catalogue, role: str, keys: list[Key]) -> Json:
    includes: list[Json] = [
        {"system": URLS[system], "concept": [{"code": code} for _, code in members]}
        for system, members in groupby(keys, key=lambda key: key[0])
    ]
    return {
        "resourceType": "ValueSet",
        "id": role,
        "url": f"{NAMESPACE}:valueset:{role}",
        "version": catalogue.digest,
        "name": "".join(word.capitalize() for word in role.split("-")),
        "status": "active",
        "compose": {"include": includes},
    }
