"""The rules that a run decides by: the mapping tables, the organisation directory as loaded, and people's reviews."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from adapter.errors import AdapterError
from adapter.normalise.catalogue import Catalogue
from adapter.normalise.tables import mappings_folder
from adapter.organisations.directory import Directory
from adapter.organisations.release import Release, decode
from adapter.organisations.role_table import RoleMeaning, read_roles
from adapter.reconcile.review import Review
from adapter.reconcile.rules import Rules
from adapter.store.mapping_releases import MappingReleases
from adapter.store.mapping_releases import catalogue_in_force as catalogue_in_force
from adapter.store.ods_releases import OdsReleases


class Sources(Struct, frozen=True):
    """Where tables and directory are kept, beside the package's own tables. A store is one, too."""

    mapping_releases: MappingReleases
    ods_releases: OdsReleases


class _Kept(Protocol):
    @property
    def mapping_releases(self) -> MappingReleases: ...

    @property
    def ods_releases(self) -> OdsReleases: ...


def rules_in_force(kept: _Kept, gms_extension: str, reviews: Sequence[Review]) -> tuple[Rules, str]:
    """The rules, and the digest of the role table, which the directory's own digest does not hold."""
    catalogue = catalogue_in_force(kept.mapping_releases.in_force())
    directory, role_digest = directory_known(kept, catalogue)
    return rules_of(catalogue, directory, gms_extension, reviews), role_digest


def directory_known(kept: _Kept, catalogue: Catalogue, at: datetime | None = None) -> tuple[Directory, str]:
    """The directory as it is loaded now, or was at a moment, and the digest of the role table."""
    content = (mappings_folder() / "organisation_roles.csv").read_bytes()
    meanings = read_roles(content)
    roles = [meaning for meaning in meanings if isinstance(meaning, RoleMeaning)]
    if len(roles) != len(meanings):
        raise AdapterError("organisation_roles.csv cannot be read: `adapter mappings check` says where.")
    releases = (decode(release.parsed) for release in kept.ods_releases.listed(at))
    sound = (release for release in releases if isinstance(release, Release))
    return Directory.build(sound, roles, catalogue.not_providers), hashlib.sha256(content).hexdigest()


def rules_of(catalogue: Catalogue, directory: Directory, gms_extension: str, reviews: Sequence[Review]) -> Rules:
    """Everything that decides beside the records."""
    by_key: dict[tuple[str, str, str, str], tuple[Review, ...]] = {}
    for review in reviews:
        key = (review.practice, review.feed, review.system, review.value)
        by_key[key] = (*by_key.get(key, ()), review)
    return Rules(catalogue, directory, gms_extension, by_key)
