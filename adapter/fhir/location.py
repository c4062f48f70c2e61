"""Where it was given, as the resource says. GP systems name a Location without a code: its managing organisation."""

from __future__ import annotations

from adapter.fhir.element import child, text
from adapter.fhir.entry import Entry
from adapter.fhir.organisation_ref import Naming, distinct, from_identifier, of_reference, of_resource


def location(entry: Entry) -> Naming | None:
    """The organisation or school of the place: by `location.identifier`, else through the Location it leads to, by its
    own code or that of its managing organisation. A country is no place (immunization-r4.md section 2). Where the
    Location leads to several it is none.
    """
    reference = child(entry.root, "location")
    own = from_identifier(child(reference, "identifier"), entry.pseudonym)
    if own:
        return own
    found = entry.follow(reference)
    if found is None or text(found.resource, "resourceType") != "Location":
        return None
    coded = distinct(of_resource(found, entry.pseudonym))
    managed = coded or distinct(of_reference(child(found, "managingOrganization"), found, entry, "Organization"))
    return managed[0]._replace(via=reference.pointer) if len(managed) == 1 else None
