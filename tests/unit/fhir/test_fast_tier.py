"""The fast tier says yes to what is wholly as FHIR has it, and leaves all else to the slow way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from adapter.fhir import fast_tier
from adapter.fhir.model import Version
from adapter.fhir.validate import Validated, validate

Json = dict[str, Any]

R4: Json = {
    "resourceType": "Immunization",
    "status": "completed",
    "vaccineCode": {"coding": [{"system": "http://snomed.info/sct", "code": "871826000"}]},
    "patient": {"reference": "#Pat1"},
    "occurrenceDateTime": "2024-09-12",
}
STU3: Json = {
    "resourceType": "Immunization",
    "status": "completed",
    "notGiven": False,
    "vaccineCode": {"text": "Whooping cough"},
    "patient": {"reference": "Patient/1"},
    "primarySource": True,
    "date": "2024-09-12T10:00:00+01:00",
}


def extended(**values: Any) -> Json:
    return {"extension": [{"url": "http://x.example", **values}]}


@pytest.mark.parametrize(
    ("record", "version"),
    [
        (R4, "R4"),
        (STU3, "STU3"),
        ({**R4, "contained": [{"resourceType": "Patient", "id": "Pat1", "birthDate": "1994-02-28"}]}, "R4"),
        ({**R4, "doseQuantity": {"value": Decimal("0.5"), "code": "ml"}}, "R4"),
        ({**R4, "doseQuantity": {"value": 1}}, "R4"),
        ({**R4, "reportOrigin": {}, "identifier": []}, "R4"),
        ({**R4, **extended(extension=[{"url": "part", "valueString": "a  b"}])}, "R4"),
        ({**R4, "occurrenceDateTime": "2024-02-29T10:00:00.123Z"}, "R4"),
        ({**R4, "occurrenceDateTime": "2000-02-29"}, "R4"),
        ({**R4, "lotNumber": "café \n"}, "R4"),
        ({**R4, "lotNumber": " "}, "R4"),
    ],
)
def test_what_is_sound_is_known_at_once(record: Json, version: Version) -> None:
    assert fast_tier.allows(record, version)
    assert validate(record, version) == validate(record, version, fast=False) == Validated(record, version)


@pytest.mark.parametrize(
    "more",
    [
        {"primarySource": None},
        {"_primarySource": {"extension": [{"url": "http://x.example", "valueCode": "unknown"}]}},
        {"meta": {"lastUpdated": "2016-12-31T23:59:60Z"}},
        {"occurrenceDateTime": "1899-12-31"},
        {"occurrenceDateTime": "2024-09-12T10:00:00+14:00"},
        {"lotNumber": "12\u00a034"},
        {"lotNumber": "\x1f"},
        {"fhir_comments": "a"},
        {"contained": [{"resourceType": "Medication", "id": "a"}]},
        {"contained": [{"resourceType": "Patient", "photo": [{"data": "aGk="}]}]},
        extended(valueRange={}),
    ],
)
def test_what_is_rare_is_left_to_the_slow_way(more: Json) -> None:
    record = {**R4, **more}
    assert not fast_tier.allows(record, "R4")
    assert isinstance(validate(record, "R4"), Validated)


@pytest.mark.parametrize(
    "more",
    [
        {"status": "done"},
        {"occurrenceDateTime": "2023-02-29"},
        {"occurrenceDateTime": "1900-02-29"},
        {"occurrenceDateTime": "2024-09-31"},
        {"occurrenceDateTime": "2024-09-12T10:00:00"},
        {"occurrenceDateTime": "2024-09-12T24:00:00Z"},
        {"occurrenceDateTime": "2024-09-12\n"},
        {"occurrenceDateTime": "２０２４-09-12"},
        {"occurrenceString": "last year"},
        {"lotNumber": ""},
        {"lotNumber": "\u00a0"},
        {"lotNumber": "\u000b"},
        {"id": "a b"},
        {"id": "a\n"},
        {"doseQuantity": {"value": "0.5"}},
        {"doseQuantity": {"value": True}},
        {"protocolApplied": [{"doseNumberPositiveInt": 0}]},
        {"protocolApplied": [{"doseNumberPositiveInt": Decimal("1.0")}]},
        {"protocolApplied": [{"doseNumberPositiveInt": 1, "doseNumberString": "1"}]},
        {"protocolApplied": [{}]},
        {"vaccineCode": {"coding": [{"code": "a  b"}]}},
        {"vaccineCode": {"coding": [{"code": " a"}]}},
        {"contained": [{"id": "Pat1"}]},
        {"contained": [{"resourceType": "Immunization"}]},
        {"nonsense": 1},
        {"performer": [{}]},
        extended(valueString="a", valueCode="b"),
        {"extension": [{"valueString": "a"}]},
    ],
)
def test_what_the_slow_way_refuses_is_never_known(more: Json) -> None:
    record = {**R4, **more}
    assert not fast_tier.allows(record, "R4")
    assert validate(record, "R4") == validate(record, "R4", fast=False) != Validated(record, "R4")


def test_what_was_repaired_is_asked_again() -> None:
    record = {**R4, "primarySource": "true", "id": 7, "recorded": None}
    validated = validate(record, "R4")
    assert validated == validate(record, "R4", fast=False)
    assert isinstance(validated, Validated)
    assert fast_tier.allows(validated.resource, "R4")


def test_another_resource_is_not_known() -> None:
    assert not fast_tier.allows({"resourceType": "Medication"}, "R4")
    assert not fast_tier.allows({}, "R4")
    assert not fast_tier.allows({"resourceType": ["Immunization"]}, "R4")
