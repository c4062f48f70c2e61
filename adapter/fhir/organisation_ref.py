"""Organisations as a resource names them. Nothing is looked up, and no spelling is repaired, here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from adapter.fhir import nhs_number
from adapter.fhir.context import Found
from adapter.fhir.element import child, children, named_type, text
from adapter.fhir.entry import Entry
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import ODS, OrganisationRef, usual
from adapter.fhir.vocabulary import Vocabulary

_CODE = re.compile(r"(?=.*[0-9])[A-Z0-9]{2,12}|[A-Z]{2,5}")
"""Codes of letters alone are short (`RVV`, `VLAXL`); anything longer is a name that somebody wrote there."""
_ODS = re.compile(r"/ods-(?:organi[sz]ation|site)-code/?$", re.IGNORECASE)
_SCHOOL = re.compile(r"/urn-school-number/?$", re.IGNORECASE)
_COUNTRY = re.compile(r"^urn:iso:std:iso:3166", re.IGNORECASE)


_KNOWN: Vocabulary[OrganisationRef] = Vocabulary()
_OF_ORGANISATIONS: Vocabulary[bool] = Vocabulary()


class Naming(Struct, frozen=True, order=True):
    """An organisation and the place that names it; `via` is the element of the record that leads there."""

    organisation: OrganisationRef
    pointer: str
    via: str = ""


def from_identifier(identifier: Found, pseudonym: Pseudonym, via: str = "") -> Naming | None:
    """The organisation that an Identifier names, under any system but a country's (`urn:iso:std:iso:3166`).

    Its code is "" where the value cannot be one: free text, a GUID, an NHS number.
    """
    key = text(identifier.resource, "system"), text(identifier.resource, "value")
    organisation = _KNOWN.get(key)
    if organisation is None:
        system, value = key
        if not value or _COUNTRY.match(system) or system == nhs_number.SYSTEM:
            return None
        organisation = _KNOWN.learn(key, OrganisationRef(usual(pseudonym.mask_system(system), ODS), _code(value)))
    return Naming(organisation, identifier.pointer, via)


def names_organisation(identifier: Found) -> bool:
    """Whether its system is one of organisations: ODS codes, ODS site codes, school URNs."""
    system = text(identifier.resource, "system")
    known = _OF_ORGANISATIONS.get((system,))
    if known is None:
        return _OF_ORGANISATIONS.learn((system,), bool(_ODS.search(system) or _SCHOOL.search(system)))
    return known


def of_resource(found: Found, pseudonym: Pseudonym, via: str = "") -> list[Naming]:
    """The ODS codes or the URN of an Organization or Location. One without (`National`) names nobody."""
    return [
        naming
        for identifier in children(found, "identifier")
        if names_organisation(identifier) and text(identifier.resource, "use") != "old"
        if (naming := from_identifier(identifier, pseudonym, via))
    ]


def of_reference(
    reference: Found, holder: Found | None, entry: Entry, expected: str = "", via: str = ""
) -> list[Naming]:
    """The organisations that a Reference leads to.

    By its identifier, where it says that it means an Organization or the identifier's system is one of organisations;
    by the Organization that it resolves to; by the organization of a PractitionerRole. A Practitioner never identifies
    an organisation (immunization-r4.md section 2). `expected` is the type of an element that takes only one.
    """
    found = entry.follow(reference, holder)
    type_ = text(found.resource, "resourceType") if found else ""
    namings: list[Naming] = []
    if "identifier" in reference.resource:
        declared = named_type(reference)
        identifier = child(reference, "identifier")
        if (expected or declared or type_) in ("", "Organization") and (
            declared == "Organization" or names_organisation(identifier)
        ):
            naming = from_identifier(identifier, entry.pseudonym, via)
            namings = [naming] if naming else []
    if found and type_ == "Organization":
        namings += of_resource(found, entry.pseudonym, via)
    elif found and type_ == "PractitionerRole":
        namings += of_role(found, entry, via)
    return namings


def of_role(role: Found, entry: Entry, via: str = "") -> list[Naming]:
    """The organisation for which a PractitionerRole is held."""
    return of_reference(child(role, "organization"), role, entry, "Organization", via)


def distinct(namings: Sequence[Naming]) -> tuple[Naming, ...]:
    """Each organisation once, sorted. One code under two spellings of the ODS system is one organisation."""
    if len(namings) < 2:
        return tuple(namings)
    kept: dict[tuple[str, bool], Naming] = {}
    for naming in sorted(namings):
        kept.setdefault((naming.organisation.code, bool(_SCHOOL.search(naming.organisation.system))), naming)
    return tuple(sorted(kept.values()))


def _code(value: str) -> str:
    code = "".join(value.split()).upper()
    words_alone = code.isalpha() and code != value.upper()
    return code if _CODE.fullmatch(code) and not words_alone and not nhs_number.passes_check(code) else ""
