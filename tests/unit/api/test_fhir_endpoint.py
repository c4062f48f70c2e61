"""What source systems push, and what they are told."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any

import httpx
import pytest
from adapter.api.capability import capability_statement
from adapter.store.store import open_store
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from sending import SYSTEM, bundle, by_identifier, encoded, immunization, known, nhs_number, stu3_immunization
from serving import FHIR, WRITE, Client

FAULTY = immunization("bad", status=1)
ONE = "/fhir/Immunization"


def issues(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """Severity, code and expression of each; the answer must be an OperationOutcome that FHIR accepts."""
    assert answer.headers["Content-Type"] == FHIR
    outcome = OperationOutcome.model_validate(answer.json())
    assert all(each.details.text.endswith(".") for each in outcome.issue)
    return [(each.severity, each.code, (each.expression or [""])[0]) for each in outcome.issue]


def values(client: Client) -> list[str]:
    with open_store(client.settings.database_url, client.settings) as store:
        return [record.identifiers[0].value for record in known(store) if not record.withdrawn]


def deliveries(client: Client) -> list[bytes]:
    with open_store(client.settings.database_url, client.settings) as store:
        return [b"".join(store.deliveries.bytes_as_they_came(one.id)) for one in store.deliveries.listed()]


def test_the_capability_statement_is_one(service: Client) -> None:
    answer = service.ask("GET", "/fhir/metadata")
    assert answer.headers["Content-Type"] == FHIR
    CapabilityStatement.model_validate(answer.json())
    assert answer.json() == capability_statement()


def test_create(service: Client) -> None:
    sent = encoded(immunization("v1"))
    made = service.push(ONE, sent)
    assert made.status_code == 201
    assert made.headers["ETag"] == 'W/"1"'
    assert made.headers["Location"].startswith("http://service/fhir/Immunization/")
    assert made.headers["Location"].endswith("/_history/1")
    told = service.push(ONE, immunization("v2"), Prefer="return=OperationOutcome")
    assert issues(told) == [("information", "informational", "")]
    assert service.push(ONE, sent).status_code == 200
    assert deliveries(service)[0] == deliveries(service)[2] == sent
    assert values(service) == ["v1", "v2"]


def test_create_unless_it_exists(service: Client) -> None:
    condition = f"identifier={SYSTEM}|v1"
    answers = [service.push(ONE, immunization("v1", lotNumber=lot), If_None_Exist=condition) for lot in "AB"]
    assert [one.status_code for one in answers] == [201, 200]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    service.push(ONE, immunization("v2"))
    several = service.push(ONE, immunization("v3"), If_None_Exist=f"identifier={SYSTEM}|v1,{SYSTEM}|v2")
    assert several.status_code == 412
    assert [code for _, code, _ in issues(several)] == ["multiple-matches"]
    assert service.push(ONE, immunization("v3"), If_None_Exist="patient=1").status_code == 422
    assert values(service) == ["v1", "v2"]


def test_every_fault_is_told_with_its_place(service: Client) -> None:
    answer = service.push(ONE, immunization("v1", status=1, patient=None, lotNumber=2))
    assert answer.status_code == 422
    assert {place for _, _, place in issues(answer)} >= {"Immunization.status", "Immunization.lotNumber"}
    assert len(deliveries(service)) == 1


@pytest.mark.parametrize(
    ("sent", "status"), [(b"", 400), (b"{", 400), (b"[]", 400), ({"resourceType": "Patient"}, 422), (bundle(), 422)]
)
def test_what_is_no_immunization(service: Client, sent: Any, status: int) -> None:
    answer = service.push(ONE, sent)
    assert answer.status_code == status
    assert issues(answer)[0][0] == "error"
    assert len(deliveries(service)) == 1


def test_update_and_delete(service: Client) -> None:
    made = service.push(f"{ONE}/abc", immunization("v1", id="abc"), "PUT")
    assert made.status_code == 201
    own = made.headers["Location"].split("/")[-3]
    changed = immunization("v1", id=own, lotNumber="X")
    assert service.push(f"{ONE}/{own}", changed, "PUT", If_Match='W/"9"').status_code == 412
    answer = service.push(f"{ONE}/{own}", changed, "PUT", If_Match='W/"1"')
    assert (answer.status_code, answer.headers["ETag"]) == (200, 'W/"2"')
    assert service.push(f"{ONE}/abc", immunization("v1", id="other"), "PUT").status_code == 422
    assert service.push(f"{ONE}/abc", immunization("v2", id="abc"), "PUT").status_code == 422
    assert service.ask("DELETE", f"{ONE}/{own}", WRITE, headers={"If-Match": 'W/"1"'}).status_code == 412
    assert service.ask("DELETE", f"{ONE}/{own}", WRITE).status_code == 200
    assert values(service) == []


def test_delete_by_identifier(service: Client) -> None:
    service.push(ONE, immunization("v1"))
    assert service.ask("DELETE", ONE, WRITE).status_code == 400
    assert service.ask("DELETE", ONE, WRITE, params={"patient": nhs_number(1)}).status_code == 422
    assert service.ask("DELETE", ONE, WRITE, params={"identifier": f"{SYSTEM}|v1,{SYSTEM}|v2"}).status_code == 422
    assert service.ask("DELETE", ONE, WRITE, params={"identifier": f"{SYSTEM}|v1"}).status_code == 200
    assert values(service) == []


def test_a_transaction(service: Client) -> None:
    delete = {"request": {"method": "DELETE", "url": by_identifier("v0")}}
    service.push(ONE, immunization("v0"))
    whole = bundle(immunization("v1"), FAULTY, type_="transaction")
    whole["entry"].append(delete)
    refused = service.push("/fhir", whole)
    assert refused.status_code == 400
    assert issues(refused) == [("error", "structure", "Bundle.entry[1].resource.status")]
    assert values(service) == ["v0"]
    del whole["entry"][1]
    taken = service.push("/fhir", whole)
    assert taken.status_code == 200
    Bundle.model_validate(taken.json())
    assert [each["response"]["status"][:3] for each in taken.json()["entry"]] == ["201", "200"]
    assert values(service) == ["v1"]
    assert encoded(whole)[:10] in deliveries(service)[-1]


def test_a_batch_answers_each_entry_in_its_place(service: Client) -> None:
    sent = bundle(immunization("v1"), FAULTY, {"resourceType": "Patient", "id": "p"}, immunization("v2"), type_="batch")
    sent["entry"].append({"request": {"method": "GET", "url": "Immunization/1"}})
    answer = service.push("/fhir", sent)
    assert answer.status_code == 200
    Bundle.model_validate(answer.json())
    entries = [each["response"] for each in answer.json()["entry"]]
    assert [each["status"][:3] for each in entries] == ["201", "422", "200", "201", "422"]
    assert entries[1]["outcome"]["issue"][0]["expression"] == ["Bundle.entry[1].resource.status"]
    assert "location" in entries[0]
    assert values(service) == ["v1", "v2"]


@pytest.mark.parametrize("type_", ["collection", "message", "history", "document"])
def test_other_bundles(service: Client, type_: str) -> None:
    answer = service.push("/fhir", bundle(immunization("v1"), FAULTY, type_=type_))
    assert answer.status_code == 200
    assert issues(answer)[1:] == [("error", "structure", "Bundle.entry[1].resource.status")]
    assert service.push("/fhir", bundle(FAULTY, type_=type_)).status_code == 422
    assert service.push("/fhir/", bundle(type_=type_)).status_code == 200
    assert values(service) == ["v1"]


def test_a_lone_resource_at_the_base_is_told_where_to_go(service: Client) -> None:
    answer = service.push("/fhir", immunization("v1"))
    assert answer.status_code == 422
    assert "/fhir/Immunization" in answer.text


def test_gzip(service: Client) -> None:
    wire = gzip.compress(encoded(immunization("v1")))
    assert service.push(ONE, wire, Content_Encoding="gzip").status_code == 201
    assert service.push(ONE, wire[:-5], Content_Encoding="gzip").status_code == 400
    assert service.push(ONE, b"{}", Content_Encoding="gzip").status_code == 400
    assert deliveries(service) == [wire, wire[:-5], b"{}"]


def test_sizes(service: Client) -> None:
    note = [{"text": "x" * 100_001}]
    assert service.push(ONE, immunization("v1", note=note)).status_code == 413

    async def unannounced(asking: httpx.AsyncClient) -> httpx.Response:
        async def blocks() -> Any:
            for _ in range(20):
                yield b" " * 10_000
                await asyncio.sleep(0)

        headers = service.bearer(WRITE) | {"Content-Type": FHIR}
        return await asking.post(ONE, content=blocks(), headers=headers)

    assert service.session(unannounced).status_code == 413
    bomb = gzip.compress(b" " * 300_000)
    answer = service.push(ONE, bomb, Content_Encoding="gzip")
    assert answer.status_code == 413
    assert issues(answer) == [("error", "too-long", "")]
    assert deliveries(service) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/fhir+xml"},
        {"Content_Type": ""},
        {"Content_Type": "application/fhir+json; fhirVersion=5.0"},
        {"Content_Type": "application/fhir+json; charset=latin-1"},
        {"Content_Encoding": "br"},
    ],
)
def test_other_media_types(service: Client, headers: dict[str, str]) -> None:
    answer = service.push(ONE, immunization("v1"), **headers)
    assert answer.status_code == 415
    assert issues(answer) == [("error", "not-supported", "")]


@pytest.mark.parametrize(
    "type_", ["application/json", 'application/fhir+json; fhirVersion=4.0; charset="UTF-8"', "Application/FHIR+JSON"]
)
def test_media_types_that_are_read(service: Client, type_: str) -> None:
    assert service.push(ONE, immunization("v1"), Content_Type=type_).status_code == 201


def test_the_media_type_and_the_content_are_of_one_version(service: Client) -> None:
    stu3, r4 = f"{FHIR}; fhirVersion=3.0", f"{FHIR}; fhirVersion=4.0"
    assert service.push(ONE, stu3_immunization("v1"), Content_Type=stu3).status_code == 201
    assert service.push(ONE, immunization("v2"), Content_Type=r4).status_code == 201
    for sent, type_ in ((stu3_immunization("v3"), r4), (immunization("v3"), stu3)):
        answer = service.push(ONE, sent, Content_Type=type_)
        assert answer.status_code == 422
        assert issues(answer) == [("error", "value", "")]
        answer = service.push("/fhir", bundle(sent, type_="batch"), Content_Type=type_)
        assert answer.status_code == 422
        assert issues(answer) == [("error", "value", "Bundle.entry[0].resource")]
    assert values(service) == ["v1", "v2"]


def test_unknown_paths_answer_fhir_below_fhir(service: Client) -> None:
    for method, path, status in (
        ("GET", "/fhir/Patient/1", 404),
        ("PATCH", f"{ONE}/1", 405),
        ("PUT", f"{ONE}/a b", 400),
    ):
        answer = service.ask(method, path, WRITE)
        assert answer.status_code == status
        assert issues(answer)


def test_many_at_once_lose_nothing(service: Client) -> None:
    async def all_of_them(asking: httpx.AsyncClient) -> list[tuple[int, str]]:
        headers = service.bearer(WRITE) | {"Content-Type": FHIR}
        condition = {"If-None-Exist": f"identifier={SYSTEM}|same"}
        sent = [(immunization(f"v{number}"), {}) for number in range(8)]
        sent += [(immunization("same", lotNumber=str(number)), condition) for number in range(8)]
        answers = await asyncio.gather(
            *(asking.post(ONE, content=json.dumps(each), headers=headers | more) for each, more in sent)
        )
        return sorted((answer.status_code, answer.headers["ETag"]) for answer in answers)

    assert service.session(all_of_them) == [(200, 'W/"1"')] * 7 + [(201, 'W/"1"')] * 9
    assert sorted(values(service)) == sorted(["same", *(f"v{number}" for number in range(8))])


def test_the_examples_of_the_openapi_are_taken(service: Client) -> None:
    paths = service.app.openapi()["paths"]
    for path, status in ((ONE, 201), ("/fhir", 200)):
        content = paths[path]["post"]["requestBody"]["content"][FHIR]
        assert service.push(path, content["example"]).status_code == status
    for ways in paths.values():
        for operation in ways.values():
            assert {"500"} <= set(operation["responses"])
            assert all("description" in answer for answer in operation["responses"].values())
