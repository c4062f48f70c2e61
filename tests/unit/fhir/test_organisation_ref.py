import pytest
from adapter.fhir.context import Found
from adapter.fhir.organisation_ref import Naming, distinct, from_identifier
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import OrganisationRef

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"


@pytest.mark.parametrize(
    ("system", "value", "expected"),
    [
        (ODS, "D83013", (ODS, "D83013")),
        (f" {ODS} ", " d83 013 ", (ODS, "D83013")),
        (URN, "B0C4P", (URN, "B0C4P")),  # swapped systems are kept as sent
        ("invalid_uri", "RJ1", ("invalid_uri", "RJ1")),
        (ODS, "X99999", (ODS, "X99999")),
        (ODS, "Dr Smith's surgery", (ODS, "")),
        (ODS, "9990000018", (ODS, "")),
        (ODS, "Jo Ray", (ODS, "")),
        (ODS, "Johnson", (ODS, "")),
        (ODS, "VLAXL", (ODS, "VLAXL")),
        (ODS, "A", (ODS, "")),
        (ODS, "6D340A1BBC154D4E", (ODS, "")),
        (ODS, "", None),
        ("urn:iso:std:iso:3166", "GB", None),
        ("https://fhir.nhs.uk/Id/nhs-number", "9990000018", None),
    ],
)
def test_a_code_is_taken_as_sent_or_is_unknown(
    system: str, value: str, expected: tuple[str, str] | None, pseudonym: Pseudonym
) -> None:
    naming = from_identifier(Found({"system": system, "value": value}, "/x"), pseudonym)
    assert naming == (Naming(OrganisationRef(*expected), "/x") if expected else None)


def test_one_code_under_two_spellings_is_one_organisation_but_a_school_is_another() -> None:
    spelt = [Naming(OrganisationRef(system, "100001"), "/x") for system in (ODS, ODS.replace("https", "http"), URN)]
    assert [naming.organisation.system for naming in distinct(spelt)] == [ODS.replace("https", "http"), URN]
