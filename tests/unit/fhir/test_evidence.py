import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from adapter.fhir.evidence import pointers
from adapter.fhir.statement import Statement, Withdrawal

ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
SNOMED = "http://snomed.info/sct"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
Reads = Callable[..., Statement]

PATIENT = {
    "resourceType": "Patient",
    "id": "p",
    "identifier": [{"system": NHS, "value": "9990000018"}],
    "gender": "female",
    "birthDate": "1990-01-01",
}
CONCEPT = {"coding": [{"system": SNOMED, "code": "956951000000104"}]}
USUAL: dict[str, Any] = {
    "contained": [{"resourceType": "Practitioner", "id": "n"}, PATIENT],
    "extension": [{"url": PROCEDURE, "valueCodeableConcept": CONCEPT}],
    "patient": {"reference": "#p"},
    "vaccineCode": CONCEPT,
    "route": CONCEPT,
    "occurrenceDateTime": "2024-09-12",
    "recorded": "2024-09-12",
    "lotNumber": "A1",
    "primarySource": False,
    "location": {"identifier": {"system": ODS, "value": "X99999"}},
    "performer": [
        {"actor": {"reference": "#n"}},
        {"actor": {"type": "Organization", "identifier": {"system": ODS, "value": "RVV"}}},
    ],
    "protocolApplied": [{"targetDisease": [CONCEPT], "doseNumberPositiveInt": 1}],
}
PLACES = {
    "born": "/contained/1/birthDate",
    "diseases": "/protocolApplied",
    "dose": "/protocolApplied",
    "location": "/location/identifier",
    "lot": "/lotNumber",
    "occurred": "/occurrenceDateTime",
    "patient": "/contained/1/identifier/0",
    "performer": "/performer/1/actor/identifier",
    "primary_source": "/primarySource",
    "procedure": "/extension/0/valueCodeableConcept",
    "recorded": "/recorded",
    "route": "/route",
    "sex": "/contained/1/gender",
    "status": "/status",
    "vaccine": "/vaccineCode",
}


def test_what_stands_where_it_usually_does_is_not_kept(r4: Reads) -> None:
    statement = r4(USUAL)
    assert statement.evidence == {}
    assert list(pointers(statement).items()) == list(PLACES.items())


@pytest.mark.parametrize(
    ("changed", "kept", "places"),
    [
        ({"lotNumber": None}, {}, {"lot": None}),
        ({"route": {"text": "by mouth"}}, {"route": "/route"}, {"route": "/route"}),
        ({"vaccineCode": {"text": "flu"}}, {"vaccine": "/vaccineCode"}, {"vaccine": "/vaccineCode"}),
        (
            {"contained": [PATIENT]},
            {"patient": "/contained/0/identifier/0"},
            {"sex": "/contained/0/gender", "born": "/contained/0/birthDate", "performer": PLACES["performer"]},
        ),
        (
            {"contained": [{**PATIENT, "identifier": []}]},
            {"born": "/contained/0/birthDate", "sex": "/contained/0/gender"},
            {"patient": None},
        ),
        ({"recorded": None}, {}, {"recorded": None}),
    ],
    ids=["no lot", "a route in words", "a vaccine in words", "elsewhere", "nobody's number", "not recorded"],
)
def test_what_stands_elsewhere_or_says_nothing_is_told_apart(
    r4: Reads, changed: dict[str, Any], kept: dict[str, str], places: dict[str, str | None]
) -> None:
    record = {name: value for name, value in (USUAL | changed).items() if value is not None}
    statement = r4(record)
    assert statement.evidence == kept
    found = pointers(statement)
    assert {field: found.get(field) for field in places} == places
    assert {field for field in PLACES if field not in found} == {field for field in places if places[field] is None}


def test_a_statement_stored_in_full_says_the_same_as_the_shorter_one(r4: Reads) -> None:
    """Statements of earlier versions name every system, code and place."""
    statement = r4(USUAL | {"reasonCode": [CONCEPT]})
    in_full = {
        **json.loads(msgspec.json.encode(statement)),
        "fhir": "R4",
        "resource": "Immunization",
        "status": "completed",
        "order": {},
        "procedure": [{"system": SNOMED, "code": "956951000000104"}],
        "vaccine": [{"system": SNOMED, "code": "956951000000104"}],
        "performer": [{"system": ODS, "code": "RVV"}],
        "location": {"system": ODS, "code": "X99999"},
        "evidence": PLACES,
    }
    older = msgspec.json.decode(json.dumps(in_full), type=Statement)
    assert msgspec.structs.replace(older, evidence={}) == statement
    assert pointers(older) == pointers(statement) == PLACES


def test_nothing_is_read_into_a_stored_statement_that_named_no_such_place() -> None:
    older = msgspec.json.decode(
        b'{"identifiers":[],"lot":"A1","evidence":{"status":"/status","occurred":"/date"}}', type=Statement
    )
    assert pointers(older) == {"occurred": "/date", "status": "/status"}


def test_what_is_usual_is_left_out_of_the_text(r4: Reads) -> None:
    text = msgspec.json.encode(r4(USUAL)).decode()
    assert text == (
        '{"identifiers":[{"system":"","value":"imm-1"}],"resource_id":"imm-1",'
        f'"patient":"{r4(USUAL).patient}","born":"1990-01-01","sex":"female","occurred":"2024-09-12",'
        '"recorded":"2024-09-12","procedure":[{"code":"956951000000104"}],"vaccine":[{"code":"956951000000104"}],'
        '"diseases":[[{"code":"956951000000104"}]],"dose":1,"route":[{"code":"956951000000104"}],'
        '"performer":[{"code":"RVV"}],"location":{"code":"X99999"},"primary_source":false,"lot":"A1"}'
    )
    assert msgspec.json.decode(text, type=Statement) == r4(USUAL)
    assert msgspec.json.encode(Withdrawal()) == b"{}"
