import pytest
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.reading import read_delete
from adapter.fhir.statement import Identifier, SourceOrder

RAVS = "https://www.ravs.england.nhs.uk/"
ORDER = SourceOrder(version=3)


@pytest.mark.parametrize(
    ("url", "full_url", "id_", "named"),
    [
        ("Immunization/7", "", "7", []),
        ("https://s/fhir/Immunization/7/_history/2", "", "7", []),
        ("/Immunization/7", "urn:uuid:8", "7", []),
        ("Immunization", "https://s/Immunization/8", "8", []),
        ("Immunization?_id=7", "", "7", []),
        (f"Immunization?identifier={RAVS}|a1", "", "", [(RAVS, "a1")]),
        ("Immunization?identifier=https%3A%2F%2Fwww.ravs.england.nhs.uk%2F%7Ca%201", "", "", [(RAVS, "a 1")]),
        (f"Immunization?identifier={RAVS}%7Ca%2B1", "", "", [(RAVS, "a+1")]),
        (f"Immunization?_x=1&identifier:exact={RAVS}|a1,b%7C2", "", "", [("b", "2"), (RAVS, "a1")]),
        (r"Immunization?identifier=s|a\,1\|2", "", "", [("s", "a,1|2")]),
        ("Immunization?identifier=|a1", "", "", [("", "a1")]),
        ("Immunization?identifier=a1", "", "", [("", "a1")]),
        ("Immunization?identifier=s|", "", "", []),
        ("", "", "", []),
    ],
)
def test_a_delete_names_its_record(
    url: str, full_url: str, id_: str, named: list[tuple[str, str]], pseudonym: Pseudonym
) -> None:
    withdrawal = read_delete(url, full_url, ORDER, pseudonym)
    assert withdrawal.resource_id == id_
    assert withdrawal.identifiers == tuple(Identifier(*each) for each in named)
    assert withdrawal.order == ORDER


def test_a_delete_may_still_carry_its_body(pseudonym: Pseudonym) -> None:
    body = {"resourceType": "Immunization", "id": "7", "identifier": [{"system": RAVS, "value": "a1"}, "damaged"]}
    withdrawal = read_delete("", "", ORDER, pseudonym, body)
    assert (withdrawal.resource_id, withdrawal.identifiers) == ("7", (Identifier(RAVS, "a1"),))


def test_a_delete_is_masked_as_the_record_was(pseudonym: Pseudonym) -> None:
    withdrawal = read_delete("Immunization?identifier=s%7C999%20000%200018", "", ORDER, pseudonym)
    assert withdrawal.identifiers == (Identifier("s", pseudonym.mask("999 000 0018")),)
    assert read_delete("Immunization/9990000018", "", ORDER, pseudonym).resource_id.startswith("sha256:")
