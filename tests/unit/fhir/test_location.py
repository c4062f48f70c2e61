from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.evidence import pointers
from adapter.fhir.statement import Statement

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SITE_SYSTEM = "https://fhir.nhs.uk/Id/ods-site-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
Reads = Callable[..., Statement]

PRACTICE = {"resourceType": "Organization", "id": "o", "identifier": [{"system": ODS, "value": "D83013"}]}
SURGERY = {"resourceType": "Location", "id": "l", "managingOrganization": {"reference": "Organization/o"}}
WARD = {"resourceType": "Location", "id": "w", "identifier": [{"system": SITE_SYSTEM, "value": "RR813"}]}
LOOSE = {"resourceType": "Location", "id": "x", "identifier": [{"system": "https://own", "value": "WARD7"}]}
LENT = {"resourceType": "Location", "id": "y", "managingOrganization": {"identifier": {"system": ODS, "value": "RJ1"}}}


@pytest.mark.parametrize(
    ("location", "code", "place"),
    [
        ({"identifier": {"system": ODS, "value": "X99999"}}, "X99999", "/location/identifier"),
        ({"identifier": {"system": URN, "value": "100001"}}, "100001", "/location/identifier"),
        ({"identifier": {"system": "urn:iso:std:iso:3166", "value": "GB"}}, None, None),
        ({"reference": "Location/l"}, "D83013", "bundle#/entry/0/resource/identifier/0"),
        ({"reference": "Location/w"}, "RR813", "bundle#/entry/2/resource/identifier/0"),
        ({"reference": "Location/x"}, None, None),
        ({"reference": "Location/y"}, "RJ1", "bundle#/entry/4/resource/managingOrganization/identifier"),
        ({"reference": "Location/lost"}, None, None),
        ({"reference": "Organization/o"}, None, None),
        ({"reference": "#w", "identifier": {"system": ODS, "value": "RJ1"}}, "RJ1", "/location/identifier"),
        ({"reference": "#w"}, "RR813", "/contained/0/identifier/0"),
        ({"display": "The Village Hall"}, None, None),
    ],
)
def test_the_place_by_its_own_code_or_its_managing_organisation(
    r4: Reads, stu3: Reads, location: dict[str, Any], code: str | None, place: str | None
) -> None:
    for reads in (r4, stu3):
        statement = reads({"location": location, "contained": [WARD]}, PRACTICE, SURGERY, WARD, LOOSE, LENT)
        assert (statement.location.code if statement.location else None) == code
        assert pointers(statement).get("location") == place
