from collections.abc import Callable
from typing import Any

import pytest
from adapter.fhir.evidence import pointers
from adapter.fhir.statement import Coding, Statement

SNOMED, READ = "http://snomed.info/sct", "http://read.info/readv2"
STU3 = "https://fhir.hl7.org.uk/STU3/StructureDefinition/"
GPC = "https://fhir.nhs.uk/STU3/StructureDefinition/"
Reads = Callable[..., Statement]


def described(host: str, name: str) -> dict[str, Any]:
    parts = [{"url": name, "valueId": "65004017"}, {"url": "descriptionDisplay", "valueString": "never read"}]
    return {"extension": [{"url": host + "Extension-coding-sctdescid", "extension": parts}]}


@pytest.mark.parametrize("host", [STU3, GPC])
@pytest.mark.parametrize("name", ["descriptionId", "DescriptionID"])
@pytest.mark.parametrize("owner", ["CareConnect-", "CareConnect-GPC-"])
def test_the_procedure_in_every_spelling(stu3: Reads, host: str, name: str, owner: str) -> None:
    coding = [
        {"system": READ, "code": "65M1.00", "userSelected": True},
        {"system": SNOMED, "code": "38598009"} | described(host, name),
    ]
    url = f"{host}Extension-{owner}VaccinationProcedure-1"
    statement = stu3({"extension": [{"url": url, "valueCodeableConcept": {"coding": coding}}]})
    assert statement.procedure == (Coding(READ, "65M1.00"), Coding(SNOMED, "38598009", "65004017"))


@pytest.mark.parametrize(
    "url", [STU3 + "Extension-CareConnect-DateRecorded-1", GPC + "Extension-CareConnect-GPC-DateRecorded-1"]
)
def test_when_it_was_given_and_recorded(stu3: Reads, url: str) -> None:
    record = {"date": "2019-06-28", "extension": [{"url": url, "valueDateTime": "2019-06-28T10:00:00+01:00"}]}
    statement = stu3(record)
    assert (statement.occurred, statement.recorded) == ("2019-06-28", "2019-06-28T10:00:00+01:00")
    assert pointers(statement)["recorded"] == "/extension/0/valueDateTime"


@pytest.mark.parametrize(
    ("record", "not_given", "place"),
    [
        ({"notGiven": True}, True, "/notGiven"),
        ({"notGiven": False}, False, None),
        ({}, False, None),
        ({"notGiven": False, "note": [{"text": "Reason not given: declined GMS : GMS"}]}, True, "/note"),
        ({"notGiven": False, "note": [{"text": "Reason: due"}]}, False, None),
    ],
)
def test_not_given_by_flag_or_by_note(stu3: Reads, record: dict[str, Any], not_given: bool, place: str | None) -> None:
    statement = stu3(record)
    assert (statement.not_given, pointers(statement).get("not_given")) == (not_given, place)
    assert statement.status == "completed"


@pytest.mark.parametrize(
    ("sent", "text", "primary"),
    [
        (True, "Primary Source: false", False),
        (False, "Primary Source: true", True),
        (True, "", True),
        (None, "", None),
        (None, "Primary Source: false", False),
    ],
)
def test_the_note_wins_over_a_hard_coded_primary_source(
    stu3: Reads, sent: bool | None, text: str, primary: bool | None
) -> None:
    record = {"note": [{"text": text}]} | ({} if sent is None else {"primarySource": sent})
    assert stu3(record).primary_source is primary


def test_lot_and_dose_come_from_the_note_only_where_the_element_is_missing(stu3: Reads) -> None:
    note = {"note": [{"text": "Batch: zz9 Vaccination Protocol 1: x Sequence: 3, Doses: 3"}]}
    assert (stu3(note).lot, stu3(note).dose) == ("ZZ9", 3)
    assert pointers(stu3(note))["lot"] == pointers(stu3(note))["dose"] == "/note"
    full = note | {"lotNumber": "aa1", "vaccinationProtocol": [{"doseSequence": 1}]}
    assert (stu3(full).lot, stu3(full).dose) == ("AA1", 1)
    assert pointers(stu3(full))["lot"] == "/lotNumber"


def test_target_diseases_are_left_out(stu3: Reads) -> None:
    disease = {"coding": [{"system": SNOMED, "code": "40468003"}]}
    assert stu3({"vaccinationProtocol": [{"doseSequence": 1, "targetDisease": [disease]}]}).diseases == ()


def test_gms_markers_of_all_notes(stu3: Reads) -> None:
    statement = stu3({"note": [{"text": "GMS : Not"}, {"text": "GMS"}, {"text": "GMS: GMS"}]})
    assert statement.gms_notes == ("GMS", "Not GMS")
    assert pointers(statement)["gms_notes"] == "/note"


def test_a_substance_in_a_note_is_a_vaccine_in_words(stu3: Reads) -> None:
    unknown = {"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor ", "code": "UNK"}]}
    statement = stu3({"vaccineCode": unknown, "note": [{"text": "Substance: Revaxis"}]})
    assert statement.vaccine == (Coding("http://hl7.org/fhir/v3/NullFlavor", "UNK"),)
    assert statement.has_text
    assert "Revaxis" not in repr(statement)


def test_entered_in_error(stu3: Reads) -> None:
    assert stu3({"status": "entered-in-error"}).status == "entered-in-error"
