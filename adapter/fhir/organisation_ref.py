"""Organisations as a resource names them. Nothing is looked up, and no spelling is repaired, here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from adapter.fhir import nhs_number
from adapter.fhir.context import Found
from adapter.fhir.element import child, children, named_type, text
from adapter.fhir.entry import Entry
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import OrganisationRef

_CODE = re.compile(r"(?=.*[0-9])[A-Z0-9]{2,12}|[A-Z]{2,5}")
"""Codes of letters alone are short (`RVV`, `VLAXL`); anything longer is a name that somebody wrote there."""
_ODS = re.compile(r"/ods-(?:organi[sz]ation|site)-code/?$", re.IGNORECASE)
_SCHOOL = re.compile(r"/urn-school-number/?$", re.IGNORECASE)
_COUNTRY = re.compile(r"^urn:iso:std:iso:3166", re.IGNORECASE)


class Naming(NamedTuple):
    """An organisation and the place that names it; `via` is the element of the record that leads there."""

    organisation: OrganisationRef
    pointer: str
    via: str = ""


def from_identifier(identifier: Found, pseudonym: Pseudonym) -> Naming | None:
    """The organisation that an Identifier names, under any system but a country's (`urn:iso:std:iso:3166`).

    Its code is "" where the value cannot be one: free text, a GUID, an NHS number.
    """
    system, value = text(identifier.resource, "system"), text(identifier.resource, "value")
    if not value or _COUNTRY.match(system) or system == nhs_number.SYSTEM:
        return None
    code = "".join(value.split()).upper()
    words_alone = code.isalpha() and code != value.upper()
    usable = _CODE.fullmatch(code) and not words_alone and not nhs_number.passes_check(code)
    return Naming(OrganisationRef(pseudonym.mask(system), code if usable else ""), identifier.pointer)


def names_organisation(identifier: Found) -> bool:
    """Whether its system is one of organisations: ODS codes, ODS site codes, school URNs."""
    system = text(identifier.resource, "system")
    return bool(_ODS.search(system) or _SCHOOL.search(system))


def of_resource(found: Found, pseudonym: Pseudonym) -> Iterator[Naming]:
    """The ODS codes or the URN of an Organization or Location. One without (`National`) names nobody."""
    for identifier in children(found, "identifier"):
        if names_organisation(identifier) and text(identifier.resource, "use") != "old":
            naming = from_identifier(identifier, pseudonym)
            if naming:
                yield naming


def of_reference(reference: Found, holder: Found | None, entry: Entry, expected: str = "") -> Iterator[Naming]:
    """The organisations that a Reference leads to.

    By its identifier, where it says that it means an Organization or the identifier's system is one of organisations;
    by the Organization that it resolves to; by the organization of a PractitionerRole. A Practitioner never identifies
    an organisation (immunization-r4.md section 2). `expected` is the type of an element that takes only one.
    """
    found = entry.follow(reference, holder)
    meant = expected or named_type(reference) or (text(found.resource, "resourceType") if found else "")
    identifier = child(reference, "identifier")
    declared = named_type(reference) == "Organization"
    if meant in ("", "Organization") and (declared or names_organisation(identifier)):
        naming = from_identifier(identifier, entry.pseudonym)
        if naming:
            yield naming
    if found and text(found.resource, "resourceType") == "Organization":
        yield from of_resource(found, entry.pseudonym)
    elif found and text(found.resource, "resourceType") == "PractitionerRole":
        yield from of_role(found, entry)


def of_role(role: Found, entry: Entry) -> Iterator[Naming]:
    """The organisation for which a PractitionerRole is held."""
    yield from of_reference(child(role, "organization"), role, entry, expected="Organization")


def distinct(namings: Iterable[Naming]) -> tuple[Naming, ...]:
    """Each organisation once, sorted. One code under two spellings of the ODS system is one organisation."""
    kept: dict[tuple[str, bool], Naming] = {}
    for naming in sorted(namings):
        kept.setdefault((naming.organisation.code, bool(_SCHOOL.search(naming.organisation.system))), naming)
    return tuple(sorted(kept.values()))
