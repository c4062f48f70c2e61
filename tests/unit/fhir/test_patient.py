from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.context import Found
from adapter.fhir.entry import Entry
from adapter.fhir.patient import person
from adapter.fhir.pseudonym import Pseudonym

SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
ONE, OTHER, WRONG = "9990000018", "9990000026", "9990000019"


def nhs(value: str, **more: Any) -> dict[str, Any]:
    return {"system": SYSTEM, "value": value} | more


ENDED = {"period": {"start": "2000-01-01", "end": "2020-01-01"}}


@pytest.mark.parametrize(
    ("of_patient", "of_reference", "number", "fault"),
    [
        ([nhs(ONE)], None, ONE, None),
        ([nhs("999 000 0018")], None, ONE, None),
        ([nhs(ONE, system=SYSTEM + " ")], None, ONE, None),
        ([], nhs(ONE), ONE, None),
        ([nhs(ONE)], nhs(ONE), ONE, None),
        ([nhs(ONE)], nhs(OTHER), None, "conflicting"),
        ([nhs(ONE), nhs(OTHER)], None, None, "conflicting"),
        ([nhs(ONE), nhs(WRONG)], None, ONE, None),
        ([nhs(WRONG)], None, None, "invalid"),
        ([nhs("9999999999")], None, None, "invalid"),
        ([], None, None, "absent"),
        ([nhs(" ")], None, None, "absent"),
        ([{"value": ONE}], None, None, "absent"),
        ([{"system": "https://hospital/mrn", "value": ONE}], None, None, "absent"),
        ([nhs(ONE, use="old"), nhs(OTHER)], None, OTHER, None),
        ([nhs(ONE, **ENDED), nhs(OTHER)], None, OTHER, None),
        ([nhs(ONE, use="old"), nhs(WRONG)], None, None, "invalid"),
        ([nhs(ONE, **ENDED)], None, ONE, None),
    ],
)
def test_the_patient_is_one_valid_nhs_number(
    entry: Callable[..., Entry],
    pseudonym: Pseudonym,
    of_patient: list[Any],
    of_reference: Any,
    number: str | None,
    fault: str | None,
) -> None:
    patient = {"resourceType": "Patient", "id": "p", "identifier": of_patient}
    reference = {"reference": "Patient/p"} | ({"identifier": of_reference} if of_reference else {})
    for record, others in (({}, [patient]), ({"contained": [patient]}, [])):
        pointed = reference if others else reference | {"reference": "#p"}
        found = person(Found(pointed, "/patient"), entry(record, *others))
        assert found.hash == (pseudonym.patient(number) if number else "")
        assert found.fault == fault


def test_birth_and_sex_come_from_the_patient_and_nothing_is_guessed(entry: Callable[..., Entry]) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "1991-04",
        "gender": "Female",
        "identifier": [nhs(ONE)],
    }
    found = person(Found({"reference": "Patient/p"}, "/patient"), entry({}, patient))
    assert (found.born, found.sex) == ("1991-04", "female")
    assert found.pointer == "bundle#/entry/0/resource/identifier/0"

    lost = person(Found({"reference": "Patient/q"}, "/patient"), entry({}, patient))
    assert (lost.hash, lost.fault, lost.born, lost.sex) == ("", "absent", "", "")


def test_what_stands_in_the_bundle_may_be_damaged(entry: Callable[..., Entry]) -> None:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "birthDate": "Mrs Smith",
        "gender": "Mrs",
        "identifier": [3, nhs(ONE)],
    }
    found = person(Found({"reference": "Patient/p"}, "/patient"), entry({}, patient))
    assert (found.born, found.sex, found.fault) == ("", "", None)

    group = {"resourceType": "Group", "id": "p", "identifier": [nhs(ONE)]}
    assert person(Found({"reference": "Group/p"}, "/patient"), entry({}, group)).fault == "absent"
