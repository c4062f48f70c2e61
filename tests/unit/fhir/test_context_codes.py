from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.statement import Statement

SNOMED, READ = "http://snomed.info/sct", "http://read.info/readv2"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
PREGNANT = "77386006"
Reads = Callable[..., Statement]


def concept(code: str, system: str = SNOMED) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": "never read"}]}


def patient(id_: str, number: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id_, "identifier": [{"system": NHS, "value": number}]}


def condition(subject: Any = None, **more: Any) -> dict[str, Any]:
    subject = {"reference": "Patient/p"} if subject is None else subject
    return {"resourceType": "Condition", "id": "c", "code": concept(PREGNANT), "subject": subject} | more


MUM, SAME, CHILD = patient("p", "9990000018"), patient("q", "999 000 0018"), patient("r", "9990000026")
RECORD = {"patient": {"reference": "Patient/p"}, "occurrenceDateTime": "2024-09-30T23:30:00Z"}


def seen(statement: Statement) -> list[tuple[str, str]]:
    return [(each.code, each.date) for each in statement.context]


def test_a_reason_is_dated_in_london(r4: Reads, stu3: Reads) -> None:
    assert seen(r4(RECORD | {"reasonCode": [concept("443684005")]})) == [("443684005", "2024-10-01")]
    record = {"date": "2024-09-12", "explanation": {"reason": [concept("171279008")]}}
    assert seen(stu3(record)) == [("171279008", "2024-09-12")]
    refusal = {"date": "2024-09-12", "explanation": {"reasonNotGiven": [concept("171279008")]}}
    assert seen(stu3(refusal)) == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (condition(onsetDateTime="2024-08-01", recordedDate="2024-09-30T23:30:00Z"), ["2024-08-01", "2024-10-01"]),
        (condition(assertedDate="2024-08-01"), ["2024-08-01"]),
        (condition(onsetPeriod={"start": "2024-08-01"}), ["2024-08-01"]),
        (condition(), [""]),
        (condition(onsetDateTime="2024-08"), [""]),
        (condition({"reference": "Patient/q"}), [""]),  # the same NHS number under another id
        (condition({"identifier": {"system": NHS, "value": "9990000018"}}), [""]),
        (condition({"reference": "Patient/r"}), []),
        (condition({"reference": "Patient/lost"}), []),
        (condition({}), []),
        (condition(verificationStatus="refuted"), []),
        (condition(verificationStatus={"coding": [{"code": "entered-in-error"}]}), []),
        (condition(code=concept(PREGNANT, "https://own/codes")), []),
        (condition(code=concept("Mrs Smith")), []),
        ({**condition(), "resourceType": "Observation", "effectiveDateTime": "2024-09-12"}, ["2024-09-12"]),
        ({**condition(), "resourceType": "Observation", "valueBoolean": False}, []),
        ({**condition(), "resourceType": "Observation", "status": "cancelled"}, []),
        ({**condition(), "resourceType": "Procedure", "performedDateTime": "2024-09-12"}, ["2024-09-12"]),
        ({**condition(), "resourceType": "Procedure", "status": "not-done"}, []),
        ({**condition(), "resourceType": "Procedure", "notDone": True}, []),
    ],
)
def test_what_the_document_says_of_the_same_patient(r4: Reads, resource: dict[str, Any], expected: list[str]) -> None:
    assert seen(r4(RECORD, resource, MUM, SAME, CHILD)) == [(PREGNANT, date) for date in expected]


def test_the_value_of_an_observation_speaks_too(r4: Reads) -> None:
    observation = {
        **condition(code=concept("X76Qv", "http://read.info/ctv3"), valueCodeableConcept=concept(PREGNANT)),
        "resourceType": "Observation",
    }
    assert [code for code, _ in seen(r4(RECORD, observation, MUM))] == ["X76Qv", PREGNANT]


def test_contained_resources_are_asked_and_the_contained_patient_is_known_by_number(r4: Reads) -> None:
    contained = [{**MUM, "id": "Pat1"}, condition({"reference": "#Pat1"}, id="own", code=concept("65M1.", READ))]
    record = RECORD | {"patient": {"reference": "#Pat1"}, "contained": contained}
    assert [code for code, _ in seen(r4(record, MUM, condition()))] == ["65M1.", PREGNANT]


def test_a_reference_that_leads_nowhere_still_names_one_patient(stu3: Reads) -> None:
    assert seen(stu3({"patient": {"reference": "Patient/p"}}, condition())) == [(PREGNANT, "")]
    assert seen(stu3({"patient": {"reference": "#p"}}, condition({"reference": "#p"}))) == []


def test_a_patient_without_a_number_is_still_the_same_resource(r4: Reads) -> None:
    nobody = {"resourceType": "Patient", "id": "p"}
    assert seen(r4(RECORD, condition(), nobody)) == [(PREGNANT, "")]
    assert seen(r4(RECORD, condition({"reference": "https://s/Patient/p"}), nobody)) == [(PREGNANT, "")]


def test_records_of_two_documents_do_not_share_what_stands_beside_them(r4: Reads) -> None:
    assert seen(r4(RECORD, condition(), MUM)) == [(PREGNANT, "")]
    assert seen(r4(RECORD, MUM)) == []
