"""Our own ConceptMaps and ValueSets read back: what another installation, or an earlier day, said of the codes.

A whole export or nothing: the maps and the sets say the roles twice over, and half of them would be read as removals.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from adapter.normalise.code_entry import CodeSystem
from adapter.normalise.export import MAPS, NAMESPACE, URLS, Key, Said
from adapter.normalise.official_file import place, sha256
from adapter.normalise.table import Problem

_SYSTEMS: dict[str, CodeSystem] = {url: system for system, url in URLS.items()}
_MAP, _SET = f"{NAMESPACE}:conceptmap:code-to-", f"{NAMESPACE}:valueset:"


class Export(Struct, frozen=True):
    """What a whole export says of the codes. `version` is the digest of the rules that it was made from."""

    files: tuple[str, ...]
    version: str
    said: dict[Key, Said]


class _Unreadable(Exception):
    """The resource is not as we write them; the text says where."""


def read_export(contents: Sequence[bytes]) -> Export | tuple[Problem, ...]:
    maps: dict[str, dict[Key, tuple[str, ...]]] = {}
    sets: dict[str, frozenset[Key]] = {}
    versions: set[str] = set()
    problems: list[Problem] = []
    for ordinal, content in enumerate(contents, start=1):
        try:
            versions.add(_read(content, maps, sets))
        except _Unreadable as fault:
            problems.append(Problem(place(ordinal), 0, "", str(fault)))
    if problems:
        return tuple(problems)
    missing = sorted(set(MAPS) - maps.keys())
    if missing:
        names = ", ".join(f"code-to-{name}" for name in missing)
        return (Problem(place(1), 0, "", f"The export is not whole: {names} is missing."),)
    if len(versions) != 1:
        return (Problem(place(1), 0, "", "The files are of different exports: their versions differ."),)
    if _by_role(maps["role"]) != sets:
        return (Problem(place(1), 0, "", "The ValueSets do not hold what code-to-role says: give the whole export."),)
    said: dict[Key, dict[str, tuple[str, ...]]] = {key: {} for key in sorted(maps["role"])}
    for name, elements in maps.items():
        for key, targets in elements.items():
            if key not in said:
                return (Problem(place(1), 0, "", f"{key[1]} of code-to-{name} has no role."),)
            said[key][name] = targets
    return Export(tuple(sorted(map(sha256, contents))), versions.pop(), dict(said))


def _by_role(roles: Mapping[Key, tuple[str, ...]]) -> dict[str, frozenset[Key]]:
    names = {role for targets in roles.values() for role in targets}
    return {name: frozenset(key for key, targets in roles.items() if name in targets) for name in names}


def _read(content: bytes, maps: dict[str, dict[Key, tuple[str, ...]]], sets: dict[str, frozenset[Key]]) -> str:
    """Files the resource under its name; answers its version."""
    try:
        resource = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _Unreadable("It holds no JSON.") from None
    kind, url = _text(resource, "resourceType"), _text(resource, "url")
    if kind == "ConceptMap" and url.removeprefix(_MAP) in MAPS and url.startswith(_MAP):
        name, elements = url.removeprefix(_MAP), list(_elements(resource))
        if name in maps or len({key for key, _ in elements}) != len(elements):
            raise _Unreadable("It says something twice.")
        maps[name] = dict(elements)
    elif kind == "ValueSet" and url.startswith(_SET):
        role = url.removeprefix(_SET)
        if role in sets:
            raise _Unreadable("It says something twice.")
        sets[role] = frozenset(_concepts(resource))
    else:
        raise _Unreadable("It is no ConceptMap or ValueSet that `adapter mappings export` writes.")
    return _text(resource, "version")


def _elements(resource: Any) -> Iterator[tuple[Key, tuple[str, ...]]]:
    for group in _list(resource, "group", needed=False):
        system = _system(_text(group, "source"))
        for element in _list(group, "element"):
            targets = tuple(sorted(_text(target, "code") for target in _list(element, "target")))
            yield (system, _text(element, "code")), targets


def _concepts(resource: Any) -> Iterator[Key]:
    compose = resource.get("compose")
    for include in _list(compose, "include"):
        system = _system(_text(include, "system"))
        for concept in _list(include, "concept"):
            yield system, _text(concept, "code")


def _system(url: str) -> CodeSystem:
    if url not in _SYSTEMS:
        raise _Unreadable("It names a code system that the tables do not have.")
    return _SYSTEMS[url]


def _text(element: Any, name: str) -> str:
    value = element.get(name) if isinstance(element, dict) else None
    if not isinstance(value, str) or not value:
        raise _Unreadable(f"An element `{name}` is missing or no text.")
    return value


def _list(element: Any, name: str, *, needed: bool = True) -> list[Any]:
    value = element.get(name) if isinstance(element, dict) else None
    if value is None and not needed:
        return []
    if not isinstance(value, list):
        raise _Unreadable(f"An element `{name}` is missing or no list.")
    return value
