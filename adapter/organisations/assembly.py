"""Folds releases, in the order in which they were loaded, into organisations.

A later release replaces what it speaks of, and nothing else: roles by one that states roles, relationships by one
that states those, a single relationship by its instance number. What a report merely implies (CSV reports name
neither roles nor most relationships) is replaced by the next issue of the same report and yields to any statement.
Releases that speak of different things may come in any order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from adapter.organisations.organisation import Organisation, Relationship, Role, Succession
from adapter.organisations.period import Validity
from adapter.organisations.release import Affiliation, Deletion, Entry, Release

Part = TypeVar("Part", Role, Relationship, Succession)


def assemble(releases: Iterable[Release]) -> dict[str, Organisation]:
    """Every organisation by code, in code order, its parts sorted: equal knowledge gives equal values."""
    dossiers: dict[str, _Dossier] = {}
    for release in releases:
        for entry in release.entries:
            dossiers.setdefault(entry.code, _Dossier()).take(entry, release.kind)
        for affiliation in release.affiliations:
            dossiers.setdefault(affiliation.source, _Dossier()).relate(affiliation)
        if release.deletions:
            _delete(dossiers, release.deletions)
    return {code: dossiers[code].organisation(code) for code in sorted(dossiers)}


def _delete(dossiers: dict[str, _Dossier], deletions: Iterable[Deletion]) -> None:
    """Takes back what earlier releases said. A record that ODS changed after the deletion was made anew: it stays."""
    instances: dict[str, set[str]] = {"relationship": set(), "role": set(), "succession": set()}
    for deletion in deletions:
        if deletion.what != "organisation":
            instances[deletion.what].add(deletion.id)
            continue
        known = dossiers.get(deletion.id)
        if known is not None and not (deletion.on and known.changed and known.changed > deletion.on):
            del dossiers[deletion.id]
    if any(instances.values()):
        for dossier in dossiers.values():
            dossier.drop(**instances)


class _Dossier:
    """All that was said so far of one code."""

    def __init__(self) -> None:
        self.record_class = ""
        self.ref_only = False
        self.changed: date | None = None
        self.validity: Validity | None = None
        self.roles: tuple[Role, ...] | None = None
        self.implied_roles: dict[str, tuple[Role, ...]] = {}
        self.relationships: list[Relationship] = []
        self.links: dict[str, tuple[Relationship, ...]] = {}
        self.successions: tuple[Succession, ...] = ()

    def take(self, entry: Entry, kind: str) -> None:
        report = entry.report or kind
        self.record_class = entry.record_class or self.record_class
        if entry.ref_only is not None:
            self.ref_only = entry.ref_only
        if entry.changed is not None:
            self.changed = max(entry.changed, self.changed or entry.changed)
        if entry.validity is not None:
            self.validity = _merged(self.validity, entry.validity) if entry.report else entry.validity
        if entry.roles is not None:
            self.roles = entry.roles
        if entry.relationships is not None:
            self.relationships = list(entry.relationships)
            self.links.clear()
        if entry.successions is not None:
            self.successions = entry.successions
        if entry.implied_roles:
            self.implied_roles[report] = entry.implied_roles
        if entry.links:
            self.links.pop(report, None)
            self.links[report] = entry.links

    def relate(self, affiliation: Affiliation) -> None:
        """An affiliation restates the relationship of its instance number, and what a report implied of it."""
        said = affiliation.relationship
        self.relationships = [known for known in self.relationships if not _same(known, said)] + [said]
        self.links = {
            report: tuple(link for link in links if _place(link) != _place(said))
            for report, links in self.links.items()
        }

    def drop(self, relationship: set[str], role: set[str], succession: set[str]) -> None:
        if self.roles is not None:
            self.roles = tuple(known for known in self.roles if known.instance not in role)
        self.relationships = [known for known in self.relationships if known.instance not in relationship]
        self.successions = tuple(known for known in self.successions if known.instance not in succession)

    def organisation(self, code: str) -> Organisation:
        """A skeleton kept for references is believed in its roles and dates only."""
        roles = self.roles
        if roles is None:
            roles = tuple(role for report in sorted(self.implied_roles) for role in self.implied_roles[report])
        return Organisation(
            code=code,
            record_class=self.record_class,
            ref_only=self.ref_only,
            validity=self.validity,
            roles=_sorted(roles),
            relationships=() if self.ref_only else _sorted(self._related()),
            successions=() if self.ref_only else _sorted(self.successions),
        )

    def _related(self) -> list[Relationship]:
        """What was stated, with a report's later link laid over it: the same target and start is the same
        relationship with new dates, another one stands beside it (and two parents at once become a query). A link
        without dates says nothing where a dated relationship of its kind is known.
        """
        related = list(self.relationships)
        for link in (link for report in self.links for link in self.links[report]):
            if not link.validity.stated:
                if not any(known.code == link.code for known in self.relationships):
                    related.append(link)
                continue
            instance = next((known.instance for known in related if _place(known) == _place(link)), "")
            related = [known for known in related if _place(known) != _place(link)]
            related.append(replace(link, instance=instance))
        return related


def _merged(known: Validity | None, said: Validity) -> Validity:
    if known is None:
        return said
    return Validity(said.operational or known.operational, said.legal or known.legal)


def _same(known: Relationship, said: Relationship) -> bool:
    return known.instance == said.instance if known.instance and said.instance else _place(known) == _place(said)


def _place(relationship: Relationship) -> tuple[str, str, date | None]:
    return (relationship.code, relationship.target, relationship.validity.deciding.start)


def _sorted(values: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(sorted(set(values), key=msgspec.json.encode))
