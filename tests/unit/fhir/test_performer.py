from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.evidence import pointers
from adapter.fhir.statement import OrganisationRef, Statement

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
URN = "https://fhir.hl7.org.uk/Id/urn-school-number"
V2, VALUESET = "http://hl7.org/fhir/v2/0443", "http://hl7.org/fhir/stu3/valueset-immunization-role.html"
Reads = Callable[..., Statement]


def coded(code: str, system: str = ODS) -> dict[str, Any]:
    return {"identifier": {"system": system, "value": code}}


def organisation(id_: str, *codes: str) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "id": id_,
        "name": "Named after Dr Smith",
        "identifier": [{"system": ODS, "value": code} for code in codes],
    }


def role(practitioner: str, organisation_id: str, id_: str = "r") -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": id_,
        "practitioner": {"reference": f"Practitioner/{practitioner}"},
        "organization": {"reference": f"Organization/{organisation_id}"},
    }


NURSE = {"resourceType": "Practitioner", "id": "n", "identifier": [{"system": ODS, "value": "X26"}]}
PRACTICE = organisation("o", "D83013")


def codes(statement: Statement) -> list[str]:
    return [each.code for each in statement.performer]


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (coded("RJ1") | {"type": "Organization"}, ["RJ1"]),
        (coded("RJ1") | {"type": "http://hl7.org/fhir/StructureDefinition/Organization"}, ["RJ1"]),
        (coded("RJ1", "invalid_uri") | {"type": "Organization"}, ["RJ1"]),
        ({"type": "Organization", "identifier": {"value": "RJ1"}}, ["RJ1"]),  # the third shape of older data
        (coded("RJ1"), ["RJ1"]),
        (coded("100001", URN), ["100001"]),
        (coded("RJ1", ODS.replace("https", "http") + " "), ["RJ1"]),
        (coded("55A6789A", "https://fhir.hl7.org.uk/Id/nmc-number"), []),
        (coded("RJ1") | {"type": "Practitioner"}, []),
        (coded("RJ1") | {"reference": "Practitioner/n"}, []),
        (coded("RJ1") | {"reference": "#held"}, []),
        ({"reference": "Organization/o"}, ["D83013"]),
        ({"reference": "#own"}, ["RJ1"]),
        ({"reference": "PractitionerRole/r"}, ["D83013"]),
        ({"reference": "Practitioner/n"}, []),
        ({"reference": "Organization/lost"}, []),
        ({"type": "Organization", "display": "A practice"}, []),
        ({"type": "Organization", "identifier": {"system": ODS}}, []),
        (coded("Dr Smith") | {"type": "Organization"}, [""]),
    ],
)
def test_r4_takes_organisations_and_never_a_practitioner(r4: Reads, actor: dict[str, Any], expected: list[str]) -> None:
    contained = [organisation("own", "RJ1"), {"resourceType": "Practitioner", "id": "held"}]
    record = {"contained": contained, "performer": [{"actor": actor}]}
    statement = r4(record, NURSE, PRACTICE, role("n", "o"))
    assert codes(statement) == expected


def test_r4_lists_each_organisation_once(r4: Reads) -> None:
    record = {"performer": [{"actor": coded("RJ1")}, {"actor": coded("RJ1")}, {"actor": coded("B12345")}]}
    assert codes(r4(record)) == ["B12345", "RJ1"]
    assert pointers(r4(record))["performer"] == "/performer/2/actor/identifier"
    assert pointers(r4(record))["performer.1"] == "/performer/0/actor/identifier"


@pytest.mark.parametrize(
    ("functions", "expected"), [(["AP"], ["RJ1"]), (["OP"], []), (["EP"], []), (["EP", "AP"], ["RJ1"])]
)
def test_r4_who_ordered_or_typed_it_did_not_give_it(r4: Reads, functions: list[str], expected: list[str]) -> None:
    function = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0443", "code": code} for code in functions]
    }
    assert codes(r4({"performer": [{"function": function, "actor": coded("RJ1")}]})) == expected


def administered(*roles: str, system: str = V2, actor: str = "Practitioner/n") -> dict[str, Any]:
    coding = [{"system": system, "code": each} for each in roles]
    return {"actor": {"reference": actor}} | ({"role": {"coding": coding}} if coding else {})


@pytest.mark.parametrize(
    ("practitioner", "expected"),
    [
        (administered("AP"), ["D83013"]),
        (administered("AP", system=VALUESET), ["D83013"]),
        (administered("EP", "AP"), ["D83013"]),
        (administered("EP"), []),
        (administered("DP"), []),
        (administered(), []),  # a transfer drops the role
        (administered("AP", actor="Practitioner/lost"), []),
        (administered("AP", actor="PractitionerRole/r"), ["D83013"]),
        (administered("AP", actor="Organization/o"), []),
    ],
)
def test_stu3_takes_the_administrator_only(stu3: Reads, practitioner: dict[str, Any], expected: list[str]) -> None:
    assert codes(stu3({"practitioner": [practitioner]}, NURSE, PRACTICE, role("n", "o"))) == expected


def test_stu3_says_where_it_found_the_code_and_what_led_there(stu3: Reads) -> None:
    record = {"practitioner": [administered("EP", actor="Practitioner/m"), administered("AP")]}
    statement = stu3(record, NURSE, PRACTICE, role("n", "o"))
    assert statement.performer == (OrganisationRef(ODS, "D83013"),)
    assert pointers(statement)["performer"] == "bundle#/entry/1/resource/identifier/0"
    assert pointers(statement)["performer.via"] == "/practitioner/1"


def test_stu3_several_roles_at_one_organisation_are_one_and_at_two_are_two(stu3: Reads) -> None:
    record = {"practitioner": [administered("AP")]}
    assert codes(stu3(record, NURSE, PRACTICE, role("n", "o"), role("n", "o", "r2"))) == ["D83013"]
    other = organisation("o2", "RVVKC")
    assert codes(stu3(record, NURSE, PRACTICE, other, role("n", "o"), role("n", "o2", "r2"))) == ["D83013", "RVVKC"]


def test_stu3_an_organisation_without_a_code_is_nobody(stu3: Reads) -> None:
    assert codes(stu3({"practitioner": [administered("AP")]}, NURSE, organisation("o"), role("n", "o"))) == []


ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e",
    "serviceProvider": {"reference": "Organization/site"},
}
SITE = organisation("site", "RVVKC")
COMPOSITION = {
    "resourceType": "Composition",
    "id": "c",
    "encounter": {"reference": "Encounter/e"},
    "custodian": {"reference": "Organization/o"},
}
OWNED = {
    "resourceType": "Patient",
    "id": "p",
    "managingOrganization": {"reference": "Organization/o"},
    "generalPractitioner": [{"reference": "Organization/o"}],
}


@pytest.mark.parametrize("bundle", ["message", "document"])
@pytest.mark.parametrize(
    ("record", "others"),
    [
        ({"encounter": {"reference": "Encounter/e"}}, [ENCOUNTER]),
        ({}, [ENCOUNTER, COMPOSITION]),
        ({}, [ENCOUNTER]),
    ],
)
def test_in_a_hub_message_the_encounter_names_the_giver(stu3: Reads, bundle: str, record: Any, others: Any) -> None:
    statement = stu3(record | {"patient": {"reference": "Patient/p"}}, *others, SITE, PRACTICE, OWNED, bundle=bundle)
    assert codes(statement) == ["RVVKC"]


def test_in_a_gp_record_the_encounter_is_where_it_was_typed_in(stu3: Reads) -> None:
    for bundle in ("collection", "searchset", "transaction", ""):
        record = {"encounter": {"reference": "Encounter/e"}}
        assert codes(stu3(record, COMPOSITION, ENCOUNTER, SITE, bundle=bundle)) == []


def test_two_encounters_of_a_hub_message_name_nobody(stu3: Reads) -> None:
    second = ENCOUNTER | {"id": "e2", "serviceProvider": {"reference": "Organization/o"}}
    assert codes(stu3({}, ENCOUNTER, second, SITE, PRACTICE, bundle="message")) == []
    assert codes(stu3({"encounter": {"reference": "Encounter/lost"}}, ENCOUNTER, SITE, bundle="message")) == []


def test_r4_never_asks_the_encounter(r4: Reads) -> None:
    assert codes(r4({"encounter": {"reference": "Encounter/e"}}, ENCOUNTER, SITE, bundle="message")) == []


def test_of_two_encounters_the_composition_names_one(stu3: Reads) -> None:
    second = ENCOUNTER | {"id": "e2", "serviceProvider": {"reference": "Organization/o"}}
    assert codes(stu3({}, COMPOSITION, ENCOUNTER, second, SITE, PRACTICE, bundle="document")) == ["RVVKC"]


def test_what_another_entry_contains_is_found_there_and_not_in_the_record(stu3: Reads) -> None:
    held = role("n", "") | {"organization": {"reference": "#o"}, "contained": [organisation("o", "D83013")]}
    record = {"practitioner": [administered("AP")], "contained": [organisation("o", "RJ1")]}
    statement = stu3(record, NURSE, held)
    assert codes(statement) == ["D83013"]
    assert pointers(statement)["performer"] == "bundle#/entry/1/resource/contained/0/identifier/0"
