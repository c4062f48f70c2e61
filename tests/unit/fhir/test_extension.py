import pytest
from adapter.fhir import extension
from adapter.fhir.context import Found

UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (UK_CORE, "vaccinationprocedure"),
        (
            "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1",
            "vaccinationprocedure",
        ),
        (
            "https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-DateRecorded-1",
            "daterecorded",
        ),
        ("https://example.org/x/Extension-UKCore-VaccinationProcedure|2.4.0", "vaccinationprocedure"),
        (" https://example.org/Extension-GPC-VaccinationProcedure-1.2/ ", "vaccinationprocedure"),
        ("https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid", "coding-sctdescid"),
        ("http://hl7.org/fhir/StructureDefinition/coding-sctdescid", "coding-sctdescid"),
        ("DescriptionID", "descriptionid"),
        ("", ""),
    ],
)
def test_every_spelling_has_one_name(url: str, name: str) -> None:
    assert extension.name(url) == name


def test_extensions_are_found_with_their_places() -> None:
    record = {"extension": [{"url": "other"}, {"url": UK_CORE, "valueCodeableConcept": {}}, "damaged"]}
    found = list(extension.named(extension.extensions(Found(record, "")), extension.PROCEDURE))
    assert [each.pointer for each in found] == ["/extension/1"]


def test_flags_are_the_booleans_and_two_that_disagree_are_none() -> None:
    record = {
        "extension": [
            {"url": "https://a/gms", "valueBoolean": False},
            {"url": "https://a/twice", "valueBoolean": True},
            {"url": "https://a/twice", "valueBoolean": True},
            {"url": "https://a/torn", "valueBoolean": True},
            {"url": "https://a/torn", "valueBoolean": False},
            {"url": "https://a/text", "valueString": "true"},
            {"url": "https://a/number", "valueBoolean": 1},
        ]
    }
    assert extension.flags(extension.extensions(Found(record, ""))) == (
        ("https://a/gms", False, "/extension/0"),
        ("https://a/twice", True, "/extension/1"),
    )
