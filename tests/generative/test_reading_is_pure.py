"""Reading is a function of what was sent, it never fails, and nothing of the person gets through."""

import copy
import string
from typing import Any

import msgspec
from adapter.fhir.context import Context, Place, Scope
from adapter.fhir.nhs_number import passes_check
from adapter.fhir.pseudonym import Pseudonym
from adapter.fhir.reading import read, read_delete
from adapter.fhir.statement import SourceOrder, Statement
from hypothesis import given, settings
from hypothesis import strategies as st

Json = dict[str, Any]
PSEUDONYM = Pseudonym(b"a key for tests")
SNOMED = "http://snomed.info/sct"
NHS = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
PROCEDURE = "https://fhir.hl7.org.uk/STU3/StructureDefinition/Extension-CareConnect-VaccinationProcedure-1"

names = st.text(string.ascii_lowercase, min_size=6, max_size=10).map(lambda name: "Zq" + name)
"""No word of FHIR or of this product begins so: where one turns up in a statement, it leaked."""
numbers = (
    st.integers(0, 999_999)
    .map(lambda middle: f"999{middle:06}")
    .map(lambda nine: next((nine + digit for digit in string.digits if passes_check(nine + digit)), None))
    .filter(lambda number: number is not None and number != "9999999999")
)
spelt = st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "x{0}{1}{2}y", "urn:nhs:{0} {1} {2}"])


@st.composite
def people(draw: st.DrawFn) -> tuple[str, str, str]:
    """A number, the number as written within a text, and a name."""
    number = draw(numbers)
    return number, draw(spelt).format(number[:3], number[3:6], number[6:]), draw(names)


def concept(name: str) -> Json:
    return {"coding": [{"system": SNOMED, "code": "39290007", "display": name}], "text": name}


def surroundings(number: str, name: str) -> list[Json]:
    address = [{"line": [name], "postalCode": name}]
    return [
        {
            "resourceType": "Patient",
            "id": "p",
            "identifier": [{"system": NHS, "value": number}],
            "name": [{"family": name}],
            "address": address,
            "birthDate": name,
        },
        {"resourceType": "Practitioner", "id": "n", "name": [{"family": name}]},
        {
            "resourceType": "PractitionerRole",
            "id": "r",
            "practitioner": {"reference": "Practitioner/n", "display": name},
            "organization": {"reference": "Organization/o", "display": name},
        },
        {
            "resourceType": "Organization",
            "id": "o",
            "identifier": [{"system": ODS, "value": f"Dr {name}"}],
            "name": name,
            "address": address,
        },
        {
            "resourceType": "Location",
            "id": "l",
            "name": name,
            "address": address[0],
            "managingOrganization": {"identifier": {"system": ODS, "value": number}},
        },
        {
            "resourceType": "Condition",
            "id": "c",
            "subject": {"reference": "Patient/p"},
            "code": concept(name),
            "onsetDateTime": name,
        },
        {
            "resourceType": "Observation",
            "id": "b",
            "subject": {"reference": "Patient/p"},
            "code": {"coding": [{"system": SNOMED, "code": name}]},
            "effectiveDateTime": "2024-09-12",
        },
    ]


@st.composite
def records(draw: st.DrawFn, person: tuple[str, str, str]) -> Json:
    number, written, name = person
    patient = draw(st.sampled_from([{"reference": "Patient/p"}, {"reference": "#p"}, {}]))
    notes = st.sampled_from(["", "GMS : GMS", "Batch: ", "Reason not given: ", "Substance: ", "Primary Source: "])
    return {
        "resourceType": "Immunization",
        "id": draw(st.sampled_from(["1", written])),
        "status": "completed",
        "contained": [{**resource, "id": "p"} for resource in surroundings(number, name)[:1]],
        "identifier": [{"system": draw(st.sampled_from(["s", written])), "value": written}],
        "extension": [
            {"url": PROCEDURE, "valueCodeableConcept": concept(name)},
            {"url": written, "valueBoolean": True},
        ],
        "vaccineCode": {"coding": [{"system": NHS, "code": number}], "text": name},
        "patient": patient | {"identifier": {"system": NHS, "value": number}, "display": name},
        "date": "2024-09-12",
        "occurrenceDateTime": "2024-09-12",
        "lotNumber": written,
        "performer": [
            {"actor": {"type": "Organization", "identifier": {"system": written, "value": f"{name} house"}}},
            {"actor": {"reference": "PractitionerRole/r", "display": name}},
        ],
        "practitioner": [{"role": {"coding": [{"code": "AP"}]}, "actor": {"reference": "Practitioner/n"}}],
        "location": {"reference": "Location/l", "display": name},
        "reasonCode": [concept(name)],
        "reportOrigin": {"text": name},
        "note": [{"text": f"{name} {draw(notes)} {name} {written} {draw(notes)}{number}"}],
        "text": {"div": name},
    }


def _context(resources: list[Json]) -> Context:
    places = [
        Place(f"bundle#/entry/{index}/resource", each["resourceType"], each["id"], lambda each=each: each)
        for index, each in enumerate(resources)
    ]
    return Context((Scope(places),))


def _read(record: Json, beside: list[Json], version: Any) -> Statement:
    return read(record, version, _context(beside), SourceOrder(), "", PSEUDONYM, "0" * 64)


@given(st.data(), people(), st.sampled_from(["R4", "STU3"]))
def test_no_number_and_no_name_gets_through(data: st.DataObject, person: tuple[str, str, str], version: str) -> None:
    number, _, name = person
    record = data.draw(records(person))
    statement = _read(record, surroundings(number, name), version)
    encoded = msgspec.json.encode(statement).decode()
    digits = encoded.replace(" ", "").replace("-", "")
    assert number not in digits
    assert name.lower() not in encoded.lower()
    assert statement.patient == PSEUDONYM.patient(number)


@given(st.data(), people(), st.sampled_from(["R4", "STU3"]))
def test_the_same_in_is_the_same_out(data: st.DataObject, person: tuple[str, str, str], version: str) -> None:
    record = data.draw(records(person))
    beside = surroundings(person[0], person[2])
    before = copy.deepcopy((record, beside))
    first = msgspec.json.encode(_read(record, beside, version))
    shuffled = data.draw(st.permutations(beside))
    assert msgspec.json.encode(_read(record, beside, version)) == first
    assert (record, beside) == before
    evidence = {"evidence": {}}
    again = msgspec.structs.replace(_read(record, shuffled, version), **evidence)
    assert again == msgspec.structs.replace(_read(record, beside, version), **evidence)


@given(st.data(), people(), st.sampled_from(["R4", "STU3"]))
def test_what_was_read_before_changes_nothing(data: st.DataObject, person: tuple[str, str, str], version: Any) -> None:
    """Records of one Bundle share what was found for the others of them."""
    beside = surroundings(person[0], person[2])
    shared = _context(beside)
    for _ in range(3):
        record, url = data.draw(records(person)), data.draw(st.sampled_from(["", "https://a/fhir/Immunization/1"]))
        alone = read(record, version, Context(shared._scopes, url), SourceOrder(), url, PSEUDONYM, "0" * 64)
        fresh = Context(_context(beside)._scopes, url)
        assert msgspec.json.encode(alone) == msgspec.json.encode(
            read(record, version, fresh, SourceOrder(), url, PSEUDONYM, "0" * 64)
        )


WORDS = [
    "actor", "code", "coding", "contained", "display", "encounter", "end", "extension", "id", "identifier", "note",
    "organization", "performer", "period", "reference", "resourceType", "role", "start", "subject", "system",
    "targetDisease", "text", "type", "url", "value", "valueBoolean", "valueCodeableConcept",
]  # fmt: skip
TEXTS = [
    "#p",
    "#",
    "Patient/p",
    "urn:uuid:p",
    "AP",
    "Organization",
    "Patient",
    SNOMED,
    ODS,
    NHS,
    PROCEDURE,
    "2024-09-12",
]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(TEXTS) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.data(), people(), st.sampled_from(["R4", "STU3"]))
@settings(max_examples=200)
def test_reading_never_fails(data: st.DataObject, person: tuple[str, str, str], version: str) -> None:
    record = data.draw(records(person))
    record["resourceType"] = data.draw(st.sampled_from(["Immunization", "Procedure", "Observation"]))
    beside = surroundings(person[0], person[2])
    for resource in [record, *beside]:
        for name in data.draw(
            st.lists(st.sampled_from([*resource, "subject", "note", "code", "encounter"]), max_size=3)
        ):
            if name not in ("resourceType", "id"):
                resource[name] = data.draw(junk)
    _read(record, beside, version)
    read_delete(data.draw(st.text(max_size=40)), data.draw(st.text(max_size=20)), SourceOrder(), PSEUDONYM, record)
