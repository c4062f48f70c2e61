"""What a document is split into: records, deletes and faults, each with its bytes and its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from adapter.fhir.document import Document, read_document
from adapter.fhir.piece import Piece
from adapter.fhir.statement import SourceOrder

Json = dict[str, Any]

IMMUNIZATION: Json = {"resourceType": "Immunization", "id": "a"}
PATIENT: Json = {"resourceType": "Patient", "id": "p"}


def document(content: bytes | Json, **more: Any) -> Document:
    sent = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    return read_document(sent, lambda resource: resource.get("code") == {"text": "health check"}, **more)


def bundle(*entries: Any, type_: str = "collection", **more: Any) -> Json:
    return {"resourceType": "Bundle", "type": type_, "entry": list(entries), **more}


def only(content: bytes | Json) -> Piece:
    (piece,) = document(content)
    return piece


def faults(pieces: Document) -> list[tuple[str, str, str]]:
    return [(piece.pointer, issue.code, issue.expression) for piece in pieces for issue in piece.issues]


def test_a_single_resource_is_the_whole_without_blanks() -> None:
    content = b"\xef\xbb\xbf \n" + json.dumps(IMMUNIZATION).encode() + b"\n\n"
    piece = only(content)
    assert (piece.pointer, piece.action, piece.type, piece.issues) == ("", "put", "Immunization", ())
    assert json.loads(content[piece.start : piece.start + piece.length]) == IMMUNIZATION


@pytest.mark.parametrize(
    "type_", ["collection", "searchset", "transaction", "batch", "history", "message", "document", "nonsense"]
)
def test_a_bundle_of_any_type_gives_its_records(type_: str) -> None:
    sent = document(bundle({"resource": PATIENT}, {"resource": IMMUNIZATION}, type_=type_))
    (piece,) = sent
    assert (piece.pointer, piece.resource) == ("/entry/1/resource", IMMUNIZATION)
    assert (sent.bundle_type, sent.resources) == (type_, 2)


@pytest.mark.parametrize("type_", [None, 5, ["collection"]])
def test_a_bundle_without_a_type_gives_its_records(type_: Any) -> None:
    assert only({**bundle({"resource": IMMUNIZATION}), "type": type_}).resource == IMMUNIZATION


def test_the_name_of_the_type_may_come_last_and_escaped() -> None:
    content = rb'{"entry":[{"resource":{"id":"a","resourceType":"Immunization"}}],"resourceTyp\u0065":"B\u0075ndle"}'
    assert only(content).pointer == "/entry/0/resource"


def test_bundles_within_bundles() -> None:
    inner = bundle({"resource": PATIENT}, {"resource": IMMUNIZATION}, type_="document")
    sent = document(bundle({"resource": {"resourceType": "MessageHeader"}}, {"resource": inner}, type_="message"))
    assert [piece.pointer for piece in sent] == ["/entry/1/resource/entry/1/resource"]
    assert sent.resources == 3


def test_bundles_nested_without_end_are_a_fault_and_cost_nothing_else() -> None:
    nested = bundle({"resource": IMMUNIZATION})
    for _ in range(50):
        nested = bundle({"resource": nested})
    sent = document(bundle({"resource": IMMUNIZATION}, {"resource": nested}))
    record, fault = sent
    assert record.issues == ()
    assert [issue.code for issue in fault.issues] == ["too-long"]


def test_a_base_pointer_goes_before_every_pointer() -> None:
    sent = document(bundle({"resource": IMMUNIZATION}, {}), base_pointer="/x")
    assert [piece.pointer for piece in sent] == ["/x/entry/0/resource", "/x/entry/1"]


@pytest.mark.parametrize("empty", [{}, {"entry": []}, {"entry": None}])
def test_a_bundle_without_records_is_fine(empty: Json) -> None:
    assert list(document({"resourceType": "Bundle", **empty})) == []
    assert list(document(bundle({"resource": PATIENT}))) == []


def test_the_outcomes_of_a_search_are_context() -> None:
    outcome = {"resource": {"resourceType": "OperationOutcome", "id": "o"}, "search": {"mode": "outcome"}}
    sent = document(bundle(outcome, {"resource": IMMUNIZATION}, type_="searchset"))
    assert len(list(sent)) == 1
    assert [found.pointer for found in sent.context.of_type("OperationOutcome")] == ["bundle#/entry/0/resource"]


def test_health_checks_are_records_and_other_observations_are_not() -> None:
    check = {"resourceType": "Procedure", "code": {"text": "health check"}}
    other = {"resourceType": "Observation", "code": {"text": "blood pressure"}}
    sent = document(bundle({"resource": check}, {"resource": other}))
    assert [piece.type for piece in sent] == ["Procedure"]


@pytest.mark.parametrize(
    ("content", "code", "expression"),
    [
        (b"", "structure", ""),
        (b"  \n", "structure", ""),
        (b"not json", "structure", ""),
        (b"[]", "structure", ""),
        (b"5", "structure", ""),
        (b'"Immunization"', "structure", ""),
        (b"null", "structure", ""),
        (b"{}", "structure", ""),
        (b'{"resourceType":5}', "structure", ""),
        (b'{"resourceType":"Imunization"}', "structure", ""),
        (b'{"resourceType":"Coding"}', "structure", ""),
        (b'{"resourceType":"Patient"}', "not-supported", "Patient"),
        (b'{"resourceType":"Observation"}', "not-supported", "Observation"),
        (b'{"resourceType":"Bundle","entry":[', "structure", ""),
        (b'{"resourceType":"Bundle","entry":[]} x', "structure", ""),
        (b'{"resourceType":"Bundle","total":oops,"entry":[]}', "structure", "Bundle"),
        (b'{"resourceType":"Bundle","entry":[],"entry":[]}', "structure", "Bundle.entry"),
        (b'{"resourceType":"Bundle","entry":{}}', "structure", "Bundle.entry"),
        (b'{"resourceType":"Bundle","entry":[{"resource":{}},]}', "structure", "Bundle"),
    ],
)
def test_what_is_no_document_is_one_fault_of_the_whole(content: bytes, code: str, expression: str) -> None:
    piece = only(content)
    assert [(issue.code, issue.expression) for issue in piece.issues] == [(code, expression)]
    assert (piece.pointer, piece.length) == ("", len(content.strip()))


def test_a_lone_resource_that_is_no_record_is_handed_over_with_its_fault() -> None:
    assert only(PATIENT).resource == PATIENT


@pytest.mark.parametrize(
    ("entry", "pointer", "code", "place"),
    [
        (b"5", "", "structure", ""),
        (b"null", "", "structure", ""),
        (b"{}", "", "required", ""),
        (b'{"resource":null}', "", "required", ""),
        (b'{"fullUrl":"x","request":{"method":"POST"}}', "", "required", ""),
        (b'{"resource":{} "x":1}', "", "structure", ""),
        (b'{"resource":{},"resource":{}}', "", "structure", ""),
        (b'{"resource":5}', "/resource", "structure", ".resource"),
        (b'{"resource":[]}', "/resource", "structure", ".resource"),
        (b'{"resource":{"id":"a"}}', "/resource", "structure", ".resource"),
        (b'{"resource":{"resourceType":"Imm"}}', "/resource", "structure", ".resource"),
        (b'{"resource":{"resourceType":"Patient","a":"\xff"}}', "/resource", "structure", ".resource"),
        (b'{"resource":{"resourceType":"Patient","a":tru}}', "/resource", "structure", ".resource"),
        (b'{"resource":{"resourceType":"Patient","id":"1","id":"1"}}', "/resource", "structure", "Patient.id"),
        (b'{"resource":{"resourceType":"Patient","a":NaN}}', "/resource", "structure", "Patient.a"),
        (b'{"resource":{"resourceType":"Bundle","entry":5}}', "/resource", "structure", ".resource.entry"),
        (b'{"request":"DELETE Immunization/1"}', "", "structure", ".request"),
        (b'{"request":{"method":1},"resource":{"resourceType":"Patient"}}', "", "structure", ".request"),
        (b'{"request":{"method":"ERASE"},"resource":{}}', "", "not-supported", ".request.method"),
        (b'{"request":{"method":"PATCH","url":"Immunization/1"}}', "", "not-supported", ".request.method"),
        (b'{"request":{"method":"DELETE"}}', "", "value", ".request.url"),
        (b'{"request":{"method":"DELETE","url":"Immunization?lot=1"}}', "", "value", ".request.url"),
        (b'{"request":{"method":"DELETE","url":"Immunization?identifier="}}', "", "value", ".request.url"),
    ],
)  # fmt: skip
def test_a_broken_entry_costs_itself_alone(entry: bytes, pointer: str, code: str, place: str) -> None:
    good = b'{"resource":{"resourceType":"Immunization"}}'
    content = b'{"resourceType":"Bundle","entry":[' + b" , ".join((good, entry, good)) + b"]}"
    first, broken, last = document(content)
    assert not first.issues
    assert not last.issues
    expression = place if place.startswith("Patient") else f"Bundle.entry[1]{place}"
    assert [(issue.code, issue.expression) for issue in broken.issues] == [(code, expression)]
    assert broken.pointer == f"/entry/1{pointer}"
    cut = content[broken.start : broken.start + broken.length]
    assert cut in entry
    assert cut == entry or pointer


def test_deep_nesting_in_one_entry_costs_that_entry() -> None:
    deep = b'{"resource":{"resourceType":"Patient","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}"
    content = b'{"resourceType":"Bundle","entry":[' + deep + b',{"resource":{"resourceType":"Immunization"}}]}'
    broken, record = document(content)
    assert [issue.code for issue in broken.issues] == ["too-long"]
    assert not record.issues


def test_requests_without_a_resource_that_ask_for_nothing_to_keep() -> None:
    assert list(document(bundle({"request": {"method": "GET", "url": "Patient/1"}}, type_="batch"))) == []
    assert list(document(bundle({"response": {"status": "201"}}, type_="transaction-response"))) == []


def test_a_delete_is_the_entry() -> None:
    entry = {"fullUrl": "https://x.example/Immunization/7", "request": {"method": "DELETE", "url": "Immunization/7"}}
    content = json.dumps(bundle({"resource": IMMUNIZATION}, entry, type_="transaction")).encode()
    _, piece = document(content)
    assert (piece.action, piece.pointer, piece.type, piece.url) == (
        "delete",
        "/entry/1",
        "Immunization",
        "Immunization/7",
    )
    assert json.loads(content[piece.start : piece.start + piece.length]) == entry
    assert piece.order == SourceOrder()


@pytest.mark.parametrize(
    ("request_url", "full_url", "url"),
    [
        ("Immunization/7", "", "Immunization/7"),
        ("/Immunization/7", "", "/Immunization/7"),
        ("https://x.example/fhir/Immunization/7", "", "https://x.example/fhir/Immunization/7"),
        ("Immunization/7/_history/2", "", "Immunization/7/_history/2"),
        ("Immunization?identifier=urn:x%7C5", "", "Immunization?identifier=urn:x%7C5"),
        ("Immunization?_id=5", "", "Immunization?_id=5"),
        ("", "https://x.example/fhir/Immunization/7", "https://x.example/fhir/Immunization/7"),
        ("Immunization", "https://x.example/fhir/Immunization/7", "https://x.example/fhir/Immunization/7"),
    ],
)
def test_what_a_delete_deletes(request_url: str, full_url: str, url: str) -> None:
    piece = only(bundle({"fullUrl": full_url, "request": {"method": "delete", "url": request_url}}))
    assert (piece.action, piece.url, piece.issues) == ("delete", url, ())


def test_a_delete_with_a_body_is_no_record() -> None:
    request = {"method": "DELETE", "url": "Immunization/a"}
    piece = only(bundle({"request": request, "resource": {**IMMUNIZATION, "identifier": [{"value": 12}, 5]}}))
    assert piece.action == "delete"
    assert piece.resource == {**IMMUNIZATION, "identifier": [{"value": "12"}]}


def test_deletes_of_other_resources_are_context() -> None:
    assert list(document(bundle({"request": {"method": "DELETE", "url": "Patient/1"}}, type_="transaction"))) == []


def test_the_order_that_the_source_states() -> None:
    meta = {"versionId": "3", "lastUpdated": "2024-09-12T10:00:00.5+01:00"}
    answer = {"etag": 'W/"4"', "lastModified": "2024-09-13T10:00:00Z"}
    deletion = {"request": {"method": "DELETE", "url": "Immunization/a"}, "response": answer}
    newest, *others = document(
        bundle(
            deletion, {"resource": {**IMMUNIZATION, "meta": meta}}, {"resource": IMMUNIZATION, "response": answer},
            type_="history",
        )
    )  # fmt: skip
    assert newest.order == SourceOrder(4, "2024-09-13T10:00:00.000000Z", 0)
    assert others[0].order == SourceOrder(3, "2024-09-12T09:00:00.500000Z", 1)
    assert others[1].order == SourceOrder(4, "2024-09-13T10:00:00.000000Z", 2)


@pytest.mark.parametrize("notice", ["Parameters", "SubscriptionStatus"])
def test_a_subscriptions_notification_has_no_order_of_its_own(notice: str) -> None:
    id_only = {"fullUrl": "https://x.example/Immunization/2", "request": {"method": "PUT", "url": "Immunization/2"}}
    entries = ({"resource": {"resourceType": notice}}, {"resource": IMMUNIZATION}, id_only)
    sent = document(bundle(*entries, type_="history"))
    assert [(piece.pointer, piece.order) for piece in sent] == [("/entry/1/resource", SourceOrder())]
    assert len(list(sent.context.of_type(notice))) == 1


def test_the_version_is_told_by_content_not_by_place() -> None:
    r4 = {**IMMUNIZATION, "occurrenceDateTime": "2024-09-12"}
    stu3 = {**IMMUNIZATION, "notGiven": False}
    bare = {**IMMUNIZATION, "status": "completed"}
    sent = bundle({"resource": r4}, {"resource": stu3}, {"resource": bare})
    assert [piece.fhir_version for piece in document(sent)] == ["R4", "STU3", "R4"]
    profile = "https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1"
    assert [piece.fhir_version for piece in document({**sent, "meta": {"profile": [profile]}})] == [
        "R4",
        "STU3",
        "STU3",
    ]


def test_the_same_document_again_gives_the_same() -> None:
    sent = document(bundle({"resource": IMMUNIZATION}, {"resource": 5}))
    assert [piece.pointer for piece in sent] == [piece.pointer for piece in sent]
    assert faults(sent) == [("/entry/1/resource", "structure", "Bundle.entry[1].resource")]
