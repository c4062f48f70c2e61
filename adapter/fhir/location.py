"""Where it was given, as the resource says. GP systems name a Location without a code: its managing organisation."""

from __future__ import annotations

from adapter.fhir.context import Found
from adapter.fhir.element import child, text
from adapter.fhir.entry import Entry
from adapter.fhir.organisation_ref import Naming, distinct, from_identifier, of_reference, of_resource


def location(entry: Entry) -> Naming | None:
    """The organisation or school of the place: by `location.identifier`, else through the Location it leads to, by its
    own code or that of its managing organisation. A country is no place (immunization-r4.md section 2). Where the
    Location leads to several it is none.
    """
    if "location" not in entry.record:
        return None
    reference = child(entry.root, "location")
    own = from_identifier(child(reference, "identifier"), entry.pseudonym)
    if own:
        return own
    return entry.context.once_led(("location", entry.pseudonym), reference.resource, lambda: _led_to(reference, entry))


def _led_to(reference: Found, entry: Entry) -> Naming | None:
    found = entry.follow(reference)
    if found is None or text(found.resource, "resourceType") != "Location":
        return None
    via = reference.pointer
    namings = distinct(of_resource(found, entry.pseudonym, via)) or distinct(
        of_reference(child(found, "managingOrganization"), found, entry, "Organization", via)
    )
    return namings[0] if len(namings) == 1 else None
