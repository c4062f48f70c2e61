"""Every fault of a record at once, each with its FHIRPath expression and without a value."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from adapter.fhir.json_text import NumberText, Parsed, parse
from adapter.fhir.model import Version
from adapter.fhir.validate import Validated, validate

Json = dict[str, Any]

R4: Json = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "871866001"}]},
    "patient": {"reference": "#Pat1"},
    "occurrenceDateTime": "2024-09-12T10:00:00+01:00",
    "primarySource": True,
}
STU3: Json = {
    "resourceType": "Immunization",
    "status": "completed",
    "notGiven": False,
    "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/v3/NullFlavor ", "code": "UNK"}]},
    "patient": {"reference": "Patient/1"},
    "primarySource": True,
    "date": "2024-09",
}


def read(resource: Json, version: Version = "R4") -> Json:
    outcome = validate(resource, version)
    assert isinstance(outcome, Validated), outcome
    return outcome.resource


def faults(resource: Json, version: Version = "R4") -> list[tuple[str, str]]:
    outcome = validate(resource, version)
    assert not isinstance(outcome, Validated)
    assert list(outcome) == sorted(set(outcome))
    return [(issue.code, issue.expression) for issue in outcome]


@pytest.mark.parametrize(("resource", "version"), [(R4, "R4"), (STU3, "STU3")])
def test_a_sound_record_comes_out_as_it_went_in(resource: Json, version: Version) -> None:
    assert validate(resource, version) == Validated(resource, version)


@pytest.mark.parametrize(
    "more",
    [
        {"_primarySource": {"extension": [{"url": "http://x.example", "valueCode": "unknown"}]}},
        {"primarySource": None},
        {"text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"}},
        {"meta": {"versionId": "1", "security": [{"code": "NOPAT"}], "profile": ["https://x.example/p"]}},
        {"contained": [{"resourceType": "Patient", "id": "Pat1", "name": [{"given": ["Zz", None]}]}]},
        {"occurrenceDateTime": "2024"},
        {"occurrenceDateTime": "2024-09"},
        {"occurrenceDateTime": "2024-09-12"},
        {"occurrenceDateTime": "2024-09-12T10:00:00.123456Z"},
        {"reportOrigin": {}},
        {"identifier": []},
        {"doseQuantity": {"value": Decimal("0.5"), "code": "ml"}},
        {"doseQuantity": {"value": 1}},
        {"implicitRules": "http://x.example"},
    ],
)
def test_what_real_records_hold_passes(more: Json) -> None:
    read({**R4, **more})


def test_integers_where_an_id_is_meant_are_read_exactly() -> None:
    sent = {
        **R4,
        "id": 7,
        "meta": {"versionId": 3},
        "identifier": [{"system": "urn:x", "value": 9007199254740993}],
        "vaccineCode": {"coding": [{"code": 253790221000087106}]},
        "extension": [{"url": "http://x.example", "valueId": 12345678901234567}],
    }
    resource = read(sent)
    assert resource["id"] == "7"
    assert resource["meta"]["versionId"] == "3"
    assert resource["identifier"][0]["value"] == "9007199254740993"
    assert resource["extension"][0]["valueId"] == "12345678901234567"
    code = resource["vaccineCode"]["coding"][0]["code"]
    assert code == "253790221000087106"
    assert isinstance(code, NumberText)
    assert sent["id"] == 7, "what was sent is left as it is"


@pytest.mark.parametrize(("word", "meant"), [("true", True), ("True", True), ("TRUE", True), ("false", False)])
def test_the_words_true_and_false_are_read_as_booleans(word: str, meant: bool) -> None:
    assert read({**R4, "primarySource": word})["primarySource"] is meant
    extension = [{"url": "http://x.example", "valueBoolean": word}]
    assert read({**STU3, "extension": extension}, "STU3")["extension"][0]["valueBoolean"] is meant


@pytest.mark.parametrize(
    ("more", "expression"),
    [
        ({"primarySource": 1}, "Immunization.primarySource"),
        ({"primarySource": "yes"}, "Immunization.primarySource"),
        ({"primarySource": " true"}, "Immunization.primarySource"),
        ({"occurrenceDateTime": 20240901}, "Immunization.occurrence"),
        ({"lotNumber": 12}, "Immunization.lotNumber"),
        ({"lotNumber": True}, "Immunization.lotNumber"),
        ({"status": ["completed"]}, "Immunization.status"),
        ({"id": True}, "Immunization.id"),
        ({"id": Decimal("1.0")}, "Immunization.id"),
        ({"patient": "#Pat1"}, "Immunization.patient"),
        ({"patient": json.dumps({"reference": "#Pat1"})}, "Immunization.patient"),
        ({"patient": [{"reference": "#Pat1"}]}, "Immunization.patient"),
        ({"performer": {"actor": {}}}, "Immunization.performer"),
        ({"performer": ["{}"]}, "Immunization.performer[0]"),
        ({"performer": [None]}, "Immunization.performer[0]"),
        ({"vaccineCode": {"coding": [{"code": Decimal("8.7E8")}]}}, "Immunization.vaccineCode.coding[0].code"),
        ({"vaccineCode": {"text": 5}}, "Immunization.vaccineCode.text"),
        ({"protocolApplied": [{"doseNumberPositiveInt": "1"}]}, "Immunization.protocolApplied[0].doseNumber"),
        ({"protocolApplied": [{"doseNumberPositiveInt": True}]}, "Immunization.protocolApplied[0].doseNumber"),
        ({"doseQuantity": {"value": "0.5"}}, "Immunization.doseQuantity.value"),
        ({"extension": [{"url": "http://x.example", "valueInteger": "1"}]}, "Immunization.extension[0].value"),
        ({"_status": "x"}, "Immunization.status"),
        ({"contained": ["x"]}, "Immunization.contained[0]"),
        ({"contained": [{"resourceType": "Nonsense"}]}, "Immunization.contained[0]"),
        ({"contained": [{"resourceType": ["Patient"]}]}, "Immunization.contained[0]"),
        ({"contained": [{"resourceType": "DomainResource"}]}, "Immunization.contained[0]"),
        ({"contained": [{"resourceType": "Coding"}]}, "Immunization.contained[0]"),
        ({"contained": [{"resourceType": "Patient", "name": {"family": "Zz"}}]}, "Immunization.contained[0].name"),
        ({"nonsense": 1}, "Immunization.nonsense"),
        ({"status__ext": {}}, "Immunization.status__ext"),
        ({"resource_type": "Immunization"}, "Immunization.resource_type"),
        ({"patient": {"reference": "#a", "resourceType": "Reference"}}, "Immunization.patient.resourceType"),
    ],
)
def test_wrong_json_types_are_caught_before_the_authority_lets_them_pass(more: Json, expression: str) -> None:
    assert faults({**R4, **more}) == [("structure", expression)]


@pytest.mark.parametrize(
    ("more", "code", "expression"),
    [
        ({"occurrenceDateTime": "2024-09-31"}, "value", "Immunization.occurrence"),
        ({"occurrenceDateTime": "2024-09-12T10:00:00"}, "value", "Immunization.occurrence"),
        ({"occurrenceDateTime": "2024/09/12"}, "value", "Immunization.occurrence"),
        ({"occurrenceDateTime": None}, "required", "Immunization.occurrence"),
        ({"occurrenceString": "some time"}, "structure", "Immunization.occurrence"),
        ({"patient": None}, "required", "Immunization.patient"),
        ({"status": None}, "required", "Immunization.status"),
        ({"status": ""}, "value", "Immunization.status"),
        ({"status": "foo"}, "code-invalid", "Immunization.status"),
        ({"lotNumber": ""}, "value", "Immunization.lotNumber"),
        ({"id": "a_b"}, "value", "Immunization.id"),
        ({"vaccineCode": {"coding": [{"code": " 1"}]}}, "value", "Immunization.vaccineCode.coding[0].code"),
        ({"performer": [{}, {"function": {}}]}, "required", "Immunization.performer[0].actor"),
        ({"protocolApplied": [{"doseNumberPositiveInt": 0}]}, "value", "Immunization.protocolApplied[0].doseNumber"),
        ({"protocolApplied": [{}]}, "required", "Immunization.protocolApplied[0].doseNumber"),
        ({"extension": [{"valueString": "x"}]}, "required", "Immunization.extension[0].url"),
        (
            {"extension": [{"url": "u", "valueString": "x", "valueCode": "y"}]},
            "structure",
            "Immunization.extension[0].value",
        ),
        ({"_primarySource": {}}, "structure", "Immunization.primarySource"),
        ({"contained": [{"id": "x"}]}, "required", "Immunization.contained[0]"),
        (
            {"contained": [{"resourceType": "Patient", "birthDate": "1990-02-30"}]},
            "value",
            "Immunization.contained[0].birthDate",
        ),
    ],
)
def test_what_fhir_refuses_is_refused_with_its_place(more: Json, code: str, expression: str) -> None:
    assert (code, expression) in faults({**R4, **more})


def test_a_status_that_only_an_extension_explains_cannot_be_decided() -> None:
    absent = {"extension": [{"url": "https://x.example/data-absent-reason", "valueCode": "unknown"}]}
    without = {name: value for name, value in R4.items() if name != "status"}
    assert faults({**without, "_status": absent}) == [("required", "Immunization.status")]


def test_stu3_has_its_own_rules() -> None:
    assert faults({**STU3, "status": "not-done"}, "STU3") == [("code-invalid", "Immunization.status")]
    assert faults({**STU3, "notGiven": None, "primarySource": None}, "STU3") == [
        ("required", "Immunization.notGiven"),
        ("required", "Immunization.primarySource"),
    ]
    misspelt = {**STU3, "explanation": {"notGivenReason": [{"text": "x"}]}}
    assert faults(misspelt, "STU3") == [("structure", "Immunization.explanation.notGivenReason")]


def test_all_faults_are_said_at_once() -> None:
    sent = {
        **R4,
        "status": "foo",
        "lotNumber": 5,
        "vaccineCode": None,
        "recorded": "yesterday",
        "protocolApplied": [{"series": 1}],
        "performer": ["x", {"actor": {"reference": 1}}],
        "occurrenceDateTime": 2024,
    }
    assert faults(sent) == [
        ("code-invalid", "Immunization.status"),
        ("required", "Immunization.protocolApplied[0].doseNumber"),
        ("required", "Immunization.vaccineCode"),
        ("structure", "Immunization.lotNumber"),
        ("structure", "Immunization.occurrence"),
        ("structure", "Immunization.performer[0]"),
        ("structure", "Immunization.performer[1].actor.reference"),
        ("structure", "Immunization.protocolApplied[0].series"),
        ("value", "Immunization.recorded"),
    ]


def test_wrong_check_digits_are_no_reason() -> None:
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000010"}
    patient = {"resourceType": "Patient", "id": "Pat1", "identifier": [number]}
    read({**R4, "contained": [patient], "vaccineCode": {"coding": [{"code": "871866002"}]}})


@pytest.mark.parametrize("name", ["9990000018", "Zzsmith Jane", "a999_000_0018", "x" * 65, "", "Ünal", "zz\n"])
def test_no_issue_holds_a_value_or_a_telling_name(name: str) -> None:
    canary = "Zzcanary-9990000018"
    sent = {**R4, name: canary, "lotNumber": {name: canary}, "status": canary, "recorded": canary, "id": canary + "_"}
    outcome = validate(sent, "R4")
    assert not isinstance(outcome, Validated)
    assert len(outcome) == 5
    for issue in outcome:
        assert canary not in issue.text + issue.expression
        assert not name or name not in issue.text + issue.expression


@pytest.mark.parametrize("version", ["R4", "STU3"])
@pytest.mark.parametrize("type_", ["Procedure", "Observation"])
def test_health_checks_are_held_to_their_own_status(type_: str, version: Version) -> None:
    sent = {"resourceType": type_, "code": {"text": "x"}, "subject": {"reference": "Patient/1"}}
    assert faults(sent, version) == [("required", f"{type_}.status")]
    assert faults({**sent, "status": "done"}, version) == [("code-invalid", f"{type_}.status")]
    read({**sent, "status": "entered-in-error"}, version)


def test_every_sentence_says_what_to_do() -> None:
    sent = {
        **R4,
        "status": "foo",
        "lotNumber": 5,
        "nonsense": 1,
        "recorded": "x",
        "patient": None,
        "_primarySource": {},
    }
    outcome = validate(sent, "R4")
    assert not isinstance(outcome, Validated)
    for issue in outcome:
        assert ": " in issue.text
        assert issue.text.endswith(".")


def test_parsed_json_goes_straight_in() -> None:
    parsed = parse(json.dumps({**R4, "doseQuantity": {"value": 0.5}}).encode())
    assert isinstance(parsed, Parsed)
    assert read(parsed.value)["doseQuantity"] == {"value": Decimal("0.5")}


def test_a_wrong_item_does_not_shift_the_places_of_the_others() -> None:
    role = {"coding": [{"code": " not well-formed"}]}
    sent = {**R4, "performer": ["x", {"actor": {"reference": "#a"}, "function": role}]}
    assert faults(sent) == [("structure", "Immunization.performer[0]")]


def test_faults_without_end_are_cut_short() -> None:
    found = faults({**R4, "note": [5] * 2000})
    assert len(found) == 1001
    assert ("too-long", "Immunization") in found
