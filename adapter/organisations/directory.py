"""The organisations of England's NHS as at any day: from a code as sent to ours, theirs or nobody's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from adapter.fhir.statement import OrganisationRef
from adapter.organisations.organisation import Organisation
from adapter.organisations.release import Release
from adapter.organisations.resolution import Resolution
from adapter.organisations.role_table import RoleMeaning


class Directory:
    """Built once from releases; every answer is a function of the code and the day."""

    @classmethod
    def build(
        cls,
        releases: Iterable[Release],
        roles: Iterable[RoleMeaning],
        not_providers: frozenset[str] = frozenset(),
    ) -> Directory:
        """The directory that the releases give when loaded in this order."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical content, lower-case hex."""
        raise NotImplementedError

    def organisation(self, code: str) -> Organisation | None:
        """What is known of a code."""
        raise NotImplementedError

    def resolve(self, ref: OrganisationRef | None, on: date | None) -> Resolution:
        """What the organisation was on the day of the vaccination."""
        raise NotImplementedError

    def claimant(self, practice: str, performer: Resolution, on: date | None) -> str:
        """The practice that a record of `practice`'s feed claims for."""
        raise NotImplementedError

    def same_claimant(self, one: str, other: str, on: date | None) -> bool:
        """Whether two practice codes stand for one claimant on the day."""
        raise NotImplementedError

    def family(self, practice: str) -> frozenset[str]:
        """The practice, those that came before it and those that came after it."""
        raise NotImplementedError
