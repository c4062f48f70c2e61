from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.evidence import pointers
from adapter.fhir.json_text import NumberText
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.statement import Coding, Statement

SNOMED = "http://snomed.info/sct"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
PROCEDURE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-VaccinationProcedure"
Reads = Callable[..., Statement]


def procedure(*codings: dict[str, Any], url: str = PROCEDURE, **more: Any) -> dict[str, Any]:
    return {"url": url, "valueCodeableConcept": {"coding": list(codings)} | more}


def snomed(code: str, **more: Any) -> dict[str, Any]:
    return {"system": SNOMED, "code": code, "display": "never read"} | more


AS_SENT = {
    "contained": [
        {"resourceType": "Practitioner", "id": "Pract1", "name": [{"family": "Nightingale"}]},
        {
            "resourceType": "Patient",
            "id": "Pat1",
            "identifier": [{"system": NHS, "value": "9990000018"}],
            "birthDate": "1991-02-28",
            "gender": "female",
        },
    ],
    "extension": [procedure(snomed("39290007"))],
    "identifier": [{"system": "https://www.ravs.england.nhs.uk/", "value": "0001_RJ1_1"}],
    "vaccineCode": {"coding": [snomed("42605811000001109")]},
    "patient": {"reference": "#Pat1"},
    "occurrenceDateTime": "2024-09-12T13:28:17+01:00",
    "recorded": "2024-09-12",
    "primarySource": True,
    "lotNumber": "ab 12c",
    "route": {"coding": [snomed("78421000")]},
    "protocolApplied": [{"targetDisease": [{"coding": [snomed("27836007")]}], "doseNumberPositiveInt": 1}],
}


def test_the_shape_as_sent(r4: Reads, pseudonym: Pseudonym) -> None:
    statement = r4(AS_SENT)
    assert (statement.fhir, statement.resource, statement.status) == ("R4", "Immunization", "completed")
    assert statement.patient == pseudonym.patient("9990000018")
    assert (statement.born, statement.sex) == ("1991-02-28", "female")
    assert (statement.occurred, statement.recorded) == ("2024-09-12T13:28:17+01:00", "2024-09-12")
    assert statement.procedure == (Coding(SNOMED, "39290007"),)
    assert statement.vaccine == (Coding(SNOMED, "42605811000001109"),)
    assert statement.diseases == ((Coding(SNOMED, "27836007"),),)
    assert (statement.dose, statement.primary_source, statement.lot) == (1, True, "AB12C")
    assert statement.route == (Coding(SNOMED, "78421000"),)
    assert pointers(statement) == {
        "born": "/contained/1/birthDate",
        "diseases": "/protocolApplied",
        "dose": "/protocolApplied",
        "lot": "/lotNumber",
        "occurred": "/occurrenceDateTime",
        "patient": "/contained/1/identifier/0",
        "primary_source": "/primarySource",
        "procedure": "/extension/0/valueCodeableConcept",
        "recorded": "/recorded",
        "route": "/route",
        "sex": "/contained/1/gender",
        "status": "/status",
        "vaccine": "/vaccineCode",
    }


def test_the_shape_as_searched(r4: Reads, pseudonym: Pseudonym) -> None:
    reference = {"reference": "urn:uuid:1", "type": "Patient", "identifier": {"system": NHS, "value": "9990000018"}}
    statement = r4({"patient": reference})
    assert (statement.patient, statement.patient_fault) == (pseudonym.patient("9990000018"), None)
    assert (statement.born, statement.sex) == ("", "")
    assert pointers(statement)["patient"] == "/patient/identifier"


@pytest.mark.parametrize("status", ["completed", "entered-in-error", "not-done"])
def test_the_status_is_taken_as_sent(r4: Reads, status: str) -> None:
    statement = r4({"status": status})
    assert (statement.status, statement.not_given) == (status, False)


def test_every_coding_of_every_procedure_extension_is_kept(r4: Reads) -> None:
    described = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/coding-sctdescid", "valueId": "65004017"}]
    }
    record = {
        "extension": [
            procedure({"system": "http://snomed.info/test", "code": "1"}, snomed("38598009", **described)),
            procedure(snomed("38598009", **described), snomed(" 1324681000000101 ", system="http: //snomed.info/sct ")),
            procedure(snomed("x"), url="https://example.org/Other"),
        ]
    }
    assert r4(record).procedure == (
        Coding("http://snomed.info/test", "1"),
        Coding(SNOMED, "38598009", "65004017"),
        Coding("http: //snomed.info/sct", "1324681000000101"),
    )
    assert pointers(r4(record))["procedure.1"] == "/extension/1/valueCodeableConcept"


def test_a_code_that_came_as_a_number_says_so(r4: Reads) -> None:
    record = {"extension": [procedure(snomed(NumberText("253790221000087106")), snomed("39290007"))]}
    assert r4(record).procedure == (Coding(SNOMED, "253790221000087106", number=True), Coding(SNOMED, "39290007"))


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"vaccineCode": {"text": "Pertussis"}}, True),
        ({"vaccineCode": {"coding": [snomed("1")], "text": "Pertussis"}}, True),
        ({"extension": [procedure(text="Pertussis")]}, True),
        ({"vaccineCode": {"coding": [{"display": "Pertussis"}]}}, True),
        ({"vaccineCode": {"coding": [snomed("1")]}}, False),
        ({"vaccineCode": {"text": " "}}, False),
    ],
)
def test_a_text_is_noted_and_never_kept(r4: Reads, record: dict[str, Any], says: bool) -> None:
    assert r4(record).has_text is says
    assert "Pertussis" not in repr(r4(record))


@pytest.mark.parametrize(
    ("protocols", "dose"),
    [
        ([{"doseNumberPositiveInt": 2}], 2),
        ([{"doseNumberString": "2"}], 2),
        ([{"doseNumberString": "Dose sequence not recorded"}], None),
        ([{"doseNumberString": "0"}], None),
        ([{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 2}], None),
        ([{"doseNumberPositiveInt": 1}, {"doseNumberPositiveInt": 1}], 1),
        ([{"doseNumberPositiveInt": True}], None),
        ([], None),
    ],
)
def test_the_dose_number(r4: Reads, protocols: list[Any], dose: int | None) -> None:
    assert r4({"protocolApplied": protocols}).dose == dose


def test_diseases_are_a_sorted_set_and_one_in_words_alone_is_not_lost(r4: Reads) -> None:
    def disease(*codes: str, **more: Any) -> dict[str, Any]:
        return {"coding": [snomed(code) for code in codes]} | more

    protocols = [
        {"targetDisease": [disease("36989005"), disease("14189004")]},
        {"targetDisease": [disease("36989005"), {"text": "rubella"}, {}]},
    ]
    assert r4({"protocolApplied": protocols}).diseases == (
        (Coding("", ""),),
        (Coding(SNOMED, "14189004"),),
        (Coding(SNOMED, "36989005"),),
    )


@pytest.mark.parametrize(
    ("record", "occurred"),
    [
        ({"occurrenceDateTime": "2024-09"}, "2024-09"),
        ({"occurrenceString": "last autumn"}, ""),
        ({}, ""),
    ],
)
def test_a_date_in_words_is_none(r4: Reads, record: dict[str, Any], occurred: str) -> None:
    assert r4(record).occurred == occurred


def test_primary_source_may_be_absent(r4: Reads) -> None:
    assert r4({}).primary_source is None
    assert r4({"primarySource": False}).primary_source is False


def test_a_lot_with_an_nhs_number_is_masked_and_still_equal_to_itself(r4: Reads) -> None:
    assert r4({"lotNumber": "9990000018"}).lot == r4({"lotNumber": " 9990000018"}).lot != ""
    assert "9990000018" not in r4({"lotNumber": "9990000018"}).lot


def test_notes_of_r4_say_nothing(r4: Reads) -> None:
    statement = r4({"note": [{"text": "GMS : Not GMS Primary Source: false Reason not given: x"}]})
    assert (statement.gms_notes, statement.primary_source, statement.not_given) == ((), None, False)


def test_boolean_extensions_are_flags(r4: Reads) -> None:
    statement = r4({"extension": [{"url": "https://a/gms", "valueBoolean": True}]})
    assert (statement.flags, pointers(statement)["flags"]) == ({"https://a/gms": True}, "/extension/0")


def test_an_nhs_number_is_no_code_and_is_masked_where_it_stands_as_one(r4: Reads) -> None:
    codings = [{"system": NHS, "code": "9990000018"}, {"system": "https://own", "code": "9990000018"}]
    (kept,) = r4({"vaccineCode": {"coding": codings}}).vaccine
    assert (kept.system, kept.code[:7]) == ("https://own", "sha256:")
