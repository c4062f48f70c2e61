import pytest
from adapter.fhir.identifier import event_key, identifiers, last_segment, resource_id
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Identifier

GUID = "C93659E1-1107-441C-BE25-C5EF4B7831D1"
PATIENT_AND_EVENT = "58B02021E70A4B30A149A02E3A5296C7" + GUID.replace("-", "")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (GUID, GUID.replace("-", "")),
        (GUID.lower(), GUID.replace("-", "")),
        (PATIENT_AND_EVENT, GUID.replace("-", "")),
        ("urn:uuid:" + GUID, GUID.replace("-", "")),
        ("ACME-vacc123456", ""),
        (GUID + "0", ""),
        ("", ""),
    ],
)
def test_the_event_key_is_the_last_guid(value: str, key: str) -> None:
    assert event_key(value) == key


@pytest.mark.parametrize(
    ("record", "full_url", "expected"),
    [
        (
            {"identifier": [{"system": "b", "value": "2"}, {"system": " a ", "value": " 1 "}]},
            "",
            [("a", "1"), ("b", "2")],
        ),
        ({"identifier": [{"system": "a", "value": "1"}, {"system": "a", "value": "1"}]}, "", [("a", "1")]),
        ({"identifier": [{"value": "1"}], "id": "x"}, "", [("", "1")]),
        ({"identifier": [{"system": "a"}, {"system": "a", "value": " "}], "id": "x"}, "", [("", "x")]),
        ({"id": "x"}, "urn:uuid:y", [("", "x")]),
        ({}, "urn:uuid:y", [("", "y")]),
        ({}, "https://s/Immunization/7/_history/2", [("", "7")]),
        ({}, "https://s/Immunization?identifier=1", [("", "sha256:ab")]),
        ({}, "", [("", "sha256:ab")]),
    ],
)
def test_what_a_record_is_known_by(
    record: dict[str, object], full_url: str, expected: list[tuple[str, str]], pseudonym: Pseudonym
) -> None:
    known_by, _ = identifiers(record, full_url, "ab", pseudonym)
    assert known_by == tuple(Identifier(*each) for each in expected)


def test_a_value_with_an_nhs_number_is_masked_wherever_it_stands(pseudonym: Pseudonym) -> None:
    record = {"identifier": [{"system": "urn:x:999 000 0018", "value": "9990000018-1"}], "id": "9990000018"}
    known_by, _ = identifiers(record, "", "", pseudonym)
    assert known_by == (Identifier(pseudonym.mask("urn:x:999 000 0018"), pseudonym.mask("9990000018-1")),)
    assert known_by[0].value.startswith("sha256:")
    assert resource_id(record, "", pseudonym) == pseudonym.patient("9990000018").join(["sha256:", ""])


def test_an_event_key_is_masked_alike_in_both_forms(pseudonym: Pseudonym) -> None:
    event = "ABCDEF9990000018ABCDEFABCDEFABCD"
    short, long = ({"identifier": [{"value": value}]} for value in (event, "F" * 32 + event))
    assert identifiers(short, "", "", pseudonym)[1] == identifiers(long, "", "", pseudonym)[1]
    assert identifiers(short, "", "", pseudonym)[1][0].startswith("sha256:")


def test_a_resource_id_may_come_from_a_server_url_but_not_from_a_urn(pseudonym: Pseudonym) -> None:
    assert resource_id({}, "https://s/Immunization/7", pseudonym) == "7"
    assert resource_id({}, "urn:uuid:7", pseudonym) == ""
    assert last_segment("Immunization/7/") == "7"
