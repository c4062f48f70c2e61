from typing import Any

import pytest
from adapter.fhir.context import Context, Place, Scope
from adapter.fhir.health_check import is_health_check
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.reading import read
from adapter.fhir.statement import Coding, SourceOrder, Statement

SNOMED, READ, CTV3 = "http://snomed.info/sct", "http://read.info/readv2", "http://read.info/ctv3"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
CODES = frozenset({"199751000000100", "69DB."})


def resource(
    type_: str = "Procedure", code: str = "199751000000100", system: str = SNOMED, **more: Any
) -> dict[str, Any]:
    return {"resourceType": type_, "id": "h", "code": {"coding": [{"system": system, "code": code}]}} | more


@pytest.mark.parametrize(
    ("candidate", "is_one"),
    [
        (resource(), True),
        (resource("Observation"), True),
        (resource(code="69DB.", system=READ), True),
        (resource(code="69DB.00", system=READ), True),
        (resource(code="69db.", system=READ), False),
        (resource(system="http: //snomed.info/sct "), True),
        (resource(system="https://own/codes"), False),
        (resource("Condition"), False),
        (resource("Immunization"), False),
        ({"resourceType": "Procedure", "code": {"coding": "69DB."}}, False),
        ({}, False),
    ],
)
def test_which_resources_are_health_checks(candidate: dict[str, Any], is_one: bool) -> None:
    assert is_health_check(candidate, CODES) is is_one


def reads(record: dict[str, Any], version: Any = "R4", others: tuple[dict[str, Any], ...] = ()) -> Statement:
    places = [
        Place(f"bundle#/entry/{index}/resource", each["resourceType"], each["id"], lambda each=each: each)
        for index, each in enumerate(others)
    ]
    return read(record, version, Context((Scope(places),)), SourceOrder(), "", Pseudonym(b"k"))


@pytest.mark.parametrize(
    ("type_", "status", "read_as"),
    [
        ("Procedure", "completed", "completed"),
        ("Procedure", "not-done", "not-done"),
        ("Procedure", "in-progress", "not-done"),
        ("Procedure", "stopped", "not-done"),
        ("Procedure", "unknown", "not-done"),
        ("Procedure", "entered-in-error", "entered-in-error"),
        ("Observation", "final", "completed"),
        ("Observation", "amended", "completed"),
        ("Observation", "corrected", "completed"),
        ("Observation", "registered", "not-done"),
        ("Observation", "preliminary", "not-done"),
        ("Observation", "cancelled", "entered-in-error"),
    ],
)
def test_the_status(type_: str, status: str, read_as: str) -> None:
    assert reads(resource(type_, status=status)).status == read_as


def test_a_procedure() -> None:
    organisation = {"resourceType": "Organization", "id": "o", "identifier": [{"system": ODS, "value": "D83013"}]}
    record = resource(
        status="completed",
        performedPeriod={"start": "2024-09-12T10:00:00+01:00", "end": "2024-09-12T11:00:00+01:00"},
        performer=[{"actor": {"reference": "Practitioner/n"}, "onBehalfOf": {"reference": "Organization/o"}}],
        subject={"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"}},
    )
    statement = reads(record, "R4", (organisation,))
    assert (statement.resource, statement.occurred) == ("Procedure", "2024-09-12T10:00:00+01:00")
    assert statement.procedure == (Coding(SNOMED, "199751000000100"),)
    assert [each.code for each in statement.performer] == ["D83013"]
    assert statement.patient_fault is None
    assert statement.vaccine == statement.diseases == ()


def test_an_observation_of_a_gp_system() -> None:
    organisation = {"resourceType": "Organization", "id": "o", "identifier": [{"system": ODS, "value": "D83013"}]}
    nurse = {"resourceType": "Practitioner", "id": "n"}
    role = {
        "resourceType": "PractitionerRole",
        "id": "r",
        "practitioner": {"reference": "Practitioner/n"},
        "organization": {"reference": "Organization/o"},
    }
    record = resource(
        "Observation",
        status="final",
        effectiveDateTime="2024-09-12",
        issued="2024-09-13T10:00:00+01:00",
        performer=[{"reference": "Practitioner/n"}],
        comment="GMS : GMS",
    )
    statement = reads(record, "STU3", (organisation, nurse, role))
    assert (statement.occurred, statement.recorded) == ("2024-09-12", "2024-09-13T10:00:00+01:00")
    assert [each.code for each in statement.performer] == ["D83013"]
    assert statement.gms_notes == ("GMS",)
    assert [each.code for each in reads(record, "R4", (organisation, nurse, role)).performer] == []


@pytest.mark.parametrize("record", [resource(notDone=True), resource("Observation", valueBoolean=False)])
def test_one_that_says_it_was_not_done(record: dict[str, Any]) -> None:
    assert reads(record, "STU3").not_given
