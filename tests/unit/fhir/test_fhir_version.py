"""R4 or STU3, told by content and profile."""

from __future__ import annotations

from typing import Any

import pytest
from adapter.fhir.version import content_version, fhir_version

GP_CONNECT = {"profile": ["https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Immunization-1"]}
UK_CORE = {"profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Immunization"]}


@pytest.mark.parametrize(
    ("elements", "version"),
    [
        ({"notGiven": False}, "STU3"),
        ({"vaccinationProtocol": [], "practitioner": []}, "STU3"),
        ({"occurrenceDateTime": "2024"}, "R4"),
        ({"recorded": "2024", "performer": []}, "R4"),
        (
            {"meta": GP_CONNECT},
            "STU3",
        ),
        ({"meta": UK_CORE}, "R4"),
        ({"extension": [{"url": "https://fhir.hl7.org.uk/STU3/StructureDefinition/x"}]}, "STU3"),
        (
            {
                "notGiven": False,
                "meta": {"profile": ["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Immunization"]},
            },
            "STU3",
        ),
        ({"meta": {"profile": [5]}, "extension": ["x"]}, "R4"),
        ({"meta": 5, "extension": {}}, "R4"),
        ({}, "R4"),
    ],
)
def test_by_elements_then_by_urls(elements: dict[str, Any], version: str) -> None:
    assert fhir_version({"resourceType": "Immunization", **elements}) == version


def test_the_hint_decides_only_what_the_resource_leaves_open() -> None:
    assert fhir_version({"resourceType": "Immunization"}, "STU3") == "STU3"
    assert fhir_version({"resourceType": "Immunization", "performer": []}, "STU3") == "R4"
    assert fhir_version({"resourceType": "Nonsense"}, "STU3") == "STU3"
    assert fhir_version({}, None) == "R4"


def test_a_delivery_that_names_both_gives_no_hint() -> None:
    assert content_version(b"https://x.example/STU3/y") == "STU3"
    assert content_version(b"UKCore") == "R4"
    assert content_version(b"UKCore CareConnect") is None
