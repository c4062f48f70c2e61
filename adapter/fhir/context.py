"""What stands beside a record: the contained resources, the Bundles it came in, the other lines of its delivery.

A record names its patient, practitioner, organisation and place by reference. `Context.resolve` follows one. It
goes by `Type/id` and by `urn:uuid:`, never by the order of entries, and it trusts `entry.fullUrl` only for references
that are absolute themselves (GP Connect: fullUrl must not be used). Inner Bundles come before outer ones.

The resources it hands out were parsed strictly and hold only elements of the right JSON type: what is wrong in them
was left out (they are context, they are never quarantined), so a reader may take `found.resource["identifier"]` for a
list of objects. The same two repairs as in records apply (see `shape`). One that cannot be parsed leads nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

from msgspec import Struct

T = TypeVar("T")
Json = dict[str, Any]
Load = Callable[[], Json | None]
_ADDRESS = frozenset({"reference", "display"})
"""The elements of a Reference that say where it leads, and what is never read."""


class Found(Struct, frozen=True, gc=False):
    """A resource and where it is, as `Statement.evidence` says it: a JSON pointer within the record
    (`/contained/0`), or `bundle#` and a pointer from the root of the document (`bundle#/entry/3/resource`), or
    the key that `with_more` was given.
    """

    resource: Json
    pointer: str


class Place:
    """One resource of a Bundle: its name is known, its content is read when first asked for."""

    __slots__ = ("_keep", "_kept", "_load", "full_url", "id", "pointer", "type", "version")

    def __init__(
        self, pointer: str, type_: str, id_: str, load: Load, full_url: str = "", version: str = "", keep: bool = True
    ) -> None:
        """`keep` holds on to what was read, for documents small enough."""
        self.pointer, self.type, self.id, self.full_url, self.version = pointer, type_, id_, full_url, version
        self._load, self._keep = load, keep
        self._kept: tuple[Json | None] | None = None

    def found(self) -> Found | None:
        resource = self._load() if self._kept is None else self._kept[0]
        if self._keep and self._kept is None:
            self._kept = (resource,)
        return None if resource is None else Found(resource, self.pointer)


class Scope:
    """The resources of one Bundle, found by name."""

    def __init__(self, places: Iterable[Place], bundle_type: str = "") -> None:
        self.bundle_type = bundle_type
        self._by_name: dict[tuple[str, str], list[Place]] = {}
        self._by_url: dict[str, list[Place]] = {}
        self._by_id: dict[str, list[Place]] = {}
        self._by_type: dict[str, list[Place]] = {}
        self.remembered: dict[Hashable, Any] = {}
        for place in places:
            self._by_type.setdefault(place.type, []).append(place)
            if place.id:
                self._by_name.setdefault((place.type, place.id), []).append(place)
                self._by_id.setdefault(place.id.lower(), []).append(place)
            if place.full_url:
                self._by_url.setdefault(_comparable(place.full_url), []).append(place)

    def places(self, type_: str) -> list[Place]:
        return self._by_type.get(type_, [])

    def of_type(self, type_: str) -> Iterator[Found]:
        for place in self.places(type_):
            found = place.found()
            if found:
                yield found

    def named(self, type_: str, id_: str, base: str, version: str, absolute: bool) -> Found | None:
        """`Type/id`: of several the one of the same server, then the version asked for, then the newest."""
        candidates = self._by_name.get((type_, id_), [])
        own = [place for place in candidates if _base(place) == base]
        if absolute:
            candidates = own or [place for place in candidates if not _base(place)]
        elif own:
            candidates = own
        elif len({_base(place) for place in candidates}) > 1:
            return None
        return _newest(candidates, version)

    def at(self, url: str, type_: str = "", version: str = "") -> Found | None:
        """An entry by its fullUrl, of the type that the reference itself names."""
        candidates = self._by_url.get(_comparable(url), [])
        return _newest([place for place in candidates if not type_ or place.type == type_], version)

    def identified(self, id_: str) -> Found | None:
        """A `urn:uuid:` whose entry has no fullUrl: the one resource whose id is that UUID."""
        candidates = self._by_id.get(id_.lower(), [])
        return candidates[0].found() if len(candidates) == 1 else None


class Context:
    """What a record's references can lead to. Empty for a lone resource, whose contained resources still resolve."""

    __slots__ = ("_base", "_scopes")

    def __init__(self, scopes: tuple[Scope, ...] = (), full_url: str = "") -> None:
        """`scopes` from the innermost Bundle to the outermost; `full_url` is that of the record's own entry."""
        self._scopes = scopes
        self._base = split_reference(full_url)[0]

    @property
    def lone(self) -> bool:
        """Nothing stands beside the record: its references lead to what it contains, or nowhere."""
        return not self._scopes

    @property
    def bundle_types(self) -> tuple[str, ...]:
        """The types of the Bundles around the record, from the innermost to the outermost; "" for one without."""
        return tuple(scope.bundle_type for scope in self._scopes)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` gives, made once for all records with these surroundings. It must depend on nothing else."""
        if not self._scopes:
            return make()
        remembered, whole = self._scopes[0].remembered, (key, self._scopes)
        if whole not in remembered:
            remembered[whole] = make()
        return cast(T, remembered[whole])

    def once_led(self, key: Hashable, reference: Json, make: Callable[[], T]) -> T:
        """What `make` gives, made once for all records that refer alike from these surroundings. It must depend on
        nothing but `key` and where the reference leads. One into the record itself, or one that says more than where it
        leads, is followed each time.
        """
        text = reference.get("reference")
        if (
            self._scopes
            and isinstance(text, str)
            and text.lstrip()[:1] not in ("", "#")
            and reference.keys() <= _ADDRESS
        ):
            return self.once(("led", key, self._base, text), make)
        return make()

    def with_more(self, resources: Mapping[str, Json]) -> Context:
        """The same with other resources of the delivery, asked last: pointer → resource (parsed and well-typed)."""
        places = [
            Place(pointer, _text(resource, "resourceType"), _text(resource, "id"), _constant(resource))
            for pointer, resource in resources.items()
        ]
        more = Context((*self._scopes, Scope(places)))
        more._base = self._base
        return more

    def resolve(self, reference: Json | str | None, from_resource: Json | None = None) -> Found | None:
        """The resource that a reference (a Reference element, or its text) leads to; None if it leads nowhere.

        `from_resource` is the record whose `contained` a `#id` means. For a reference that stands in a contained
        resource it is the record that contains it, too. A Reference with an identifier alone leads nowhere.
        """
        text = reference.get("reference") if isinstance(reference, dict) else reference
        if not isinstance(text, str) or not text.strip():
            return None
        text = text.strip()
        if text.startswith("#"):
            return _contained(from_resource, text[1:])
        if text.lower().startswith("urn:"):
            return self._by_urn(text)
        base, type_, id_, version = split_reference(text)
        for scope in self._scopes:
            found = scope.at(text.split("/_history/")[0], type_, version) if base else None
            if found is None and type_:
                found = scope.named(type_, id_, base or self._base, version, bool(base))
            if found:
                return found
        return None

    def of_type(self, type_: str, from_resource: Json | None = None) -> Iterator[Found]:
        """Every resource of a type: contained in the record first, then inner Bundles before outer ones."""
        for index, resource in enumerate(_contained_list(from_resource)):
            if resource.get("resourceType") == type_:
                yield Found(resource, f"/contained/{index}")
        for scope in self._scopes:
            yield from scope.of_type(type_)

    def referring(
        self, reference: Json | str | None, type_: str, element: str, from_resource: Json | None = None
    ) -> tuple[Found, ...]:
        """The resources of `type_` whose `element` names what `reference` names: the PractitionerRoles of a
        practitioner, the Conditions of a patient. Both lead to the same resource, or, where that leads nowhere, say
        the same. Indexed: asking it for every record of a large Bundle is cheap.
        """
        wanted = self._meaning(reference, from_resource)
        if not wanted:
            return ()
        inside = [
            Found(resource, f"/contained/{index}")
            for index, resource in enumerate(_contained_list(from_resource))
            if resource.get("resourceType") == type_ and self._meaning(resource.get(element), from_resource) == wanted
        ]
        beside = [
            found
            for rank in range(len(self._scopes))
            for place in self._referrers(rank, type_, element).get(wanted, ())
            if (found := place.found())
        ]
        return (*inside, *beside)

    def _referrers(self, rank: int, type_: str, element: str) -> dict[str, tuple[Place, ...]]:
        """The resources of a type in one scope by what their element names, seen from where they stand themselves."""
        own = Context(self._scopes[rank:])

        def index() -> dict[str, tuple[Place, ...]]:
            grouped: dict[str, list[Place]] = {}
            for place in self._scopes[rank].places(type_):
                found = place.found()
                meaning = own._meaning(found.resource.get(element), found.resource) if found else ""
                if meaning and not meaning.startswith("/contained/"):
                    grouped.setdefault(meaning, []).append(place)
            return {meaning: tuple(group) for meaning, group in grouped.items()}

        return own.once((type_, element), index)

    def _meaning(self, reference: Any, from_resource: Json | None) -> str:
        """What a reference names, as a key: the pointer it leads to, else its own text."""
        found = self.resolve(reference, from_resource)
        if found:
            return found.pointer
        text = reference.get("reference") if isinstance(reference, dict) else reference
        return "" if not isinstance(text, str) or text.startswith("#") else "text:" + text.strip()

    def _by_urn(self, text: str) -> Found | None:
        for scope in self._scopes:
            found = scope.at(text) or scope.identified(text.rpartition(":")[2])
            if found:
                return found
        return None


def _contained_list(resource: Json | None) -> list[Json]:
    contained = resource.get("contained") if resource else None
    return [each for each in contained if isinstance(each, dict)] if isinstance(contained, list) else []


def _contained(resource: Json | None, id_: str) -> Found | None:
    if resource is not None and not id_:
        return Found(resource, "")
    contained = resource.get("contained") if resource else None
    for index, each in enumerate(contained if isinstance(contained, list) else ()):
        # ids such as "#Pat1" occur inside the contained resource itself
        if isinstance(each, dict) and _text(each, "id").removeprefix("#") == id_:
            return Found(each, f"/contained/{index}")
    return None


def split_reference(url: str) -> tuple[str, str, str, str]:
    """`[base/]Type/id[/_history/n]` → base, Type, id, n; empty texts for what is not of this form."""
    path, _, version = url.partition("/_history/")
    parts = path.rsplit("/", 2)
    if len(parts) < 2 or not parts[-1] or not parts[-2].isalpha() or not parts[-2][0].isupper():
        return "", "", "", ""
    base = _comparable(parts[0]) if len(parts) == 3 and "://" in parts[0] else ""
    return base, parts[-2], parts[-1], version


def _comparable(url: str) -> str:
    """One server is often named under http and https, and UUIDs in either case."""
    if url.lower().startswith("urn:"):
        return url.lower()
    return url.partition("://")[2].rstrip("/") or url


def _base(place: Place) -> str:
    return split_reference(place.full_url)[0]


def _newest(candidates: list[Place], version: str) -> Found | None:
    """Of several versions of one resource the one asked for, else the highest, else the first."""
    ranked = sorted(candidates, key=lambda each: (each.version == version != "", _number(each.version)), reverse=True)
    for place in ranked:
        found = place.found()
        if found:
            return found
    return None


def _number(version: str) -> int:
    return int(version) if version.isascii() and version.isdigit() and len(version) < 19 else -1


def _text(resource: Json, name: str) -> str:
    value = resource.get(name)
    return value if isinstance(value, str) else ""


def _constant(resource: Json) -> Load:
    return lambda: resource
