"""Clients that others wrote, against the service on a socket: create, update, search, delete, and errors read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import fhirpy.base.exceptions as told
import pytest
import requests
from adapter.settings import Settings
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.immunization import Immunization
from fhirclient.server import FHIRNotFoundException, FHIRPermissionDeniedException, FHIRUnauthorizedException
from fhirpy import SyncFHIRClient

from listening import listening
from sending import SYSTEM, bundle, immunization
from serving import SUPPLIER, WRITE, Client, served


@pytest.fixture
def service(settings: Settings) -> Iterator[tuple[Client, str]]:
    client = served(settings)
    with listening(client) as url:
        yield client, f"{url}/fhir"


def vaccination(value: str, **changes: Any) -> dict[str, Any]:
    """Its elements, without the type, which fhirpy wants apart."""
    return {name: each for name, each in immunization(value, **changes).items() if name != "resourceType"}


def test_fhirpy(service: tuple[Client, str]) -> None:
    client, url = service
    fhir = SyncFHIRClient(url, authorization=f"Bearer {client.keys[SUPPLIER]}")
    made = fhir.resource("Immunization", **vaccination("v1", lotNumber="A"))
    made.save()
    assert made.id
    assert made["meta"]["versionId"] == "1"
    made["lotNumber"] = "B"
    made.save()
    assert made["meta"]["versionId"] == "2"
    found = fhir.resources("Immunization").search(identifier=f"{SYSTEM}|v1").fetch()
    assert [each["lotNumber"] for each in found] == ["B"]
    assert found[0].id == made.id
    made.refresh()
    assert fhir.reference("Immunization", made.id).to_resource()["lotNumber"] == "B"
    for number in range(2, 6):
        fhir.resource("Immunization", **vaccination(f"v{number}")).create()
    assert len(fhir.resources("Immunization").search(date__ge="2024-09-01").limit(2).fetch_all()) == 5
    made.delete()
    with pytest.raises(told.ResourceNotFound):
        fhir.reference("Immunization", made.id).to_resource()
    assert fhir.resources("Immunization").search(identifier=f"{SYSTEM}|v1").fetch() == []


def test_fhirpy_reads_errors(service: tuple[Client, str]) -> None:
    client, url = service
    fhir = SyncFHIRClient(url, authorization=f"Bearer {client.keys[WRITE]}")
    with pytest.raises(told.OperationOutcome) as refused:
        fhir.resource("Immunization", **vaccination("v1", status=1)).save()
    [issue] = refused.value.resource["issue"]
    assert issue["expression"] == ["Immunization.status"]
    with pytest.raises(told.ForbiddenError):
        fhir.resources("Immunization").fetch()
    with pytest.raises(told.AuthorizationError):
        SyncFHIRClient(url, authorization="Bearer nothing").resources("Immunization").fetch()


def smart(url: str, key: str) -> FHIRClient:
    client = FHIRClient(settings={"app_id": "test", "api_base": url})
    client.server.session.headers["Authorization"] = f"Bearer {key}"
    return client


def test_fhirclient(service: tuple[Client, str]) -> None:
    client, url = service
    server = smart(url, client.keys[SUPPLIER]).server
    statement = server.capabilityStatement
    assert statement.fhirVersion == "4.0.1"
    made = Immunization(Immunization(immunization("v1", lotNumber="A")).create(server))
    assert made.lotNumber == "A"
    made.lotNumber = "B"
    assert made.update(server)["meta"]["versionId"] == "2"
    assert Immunization.read(made.id, server).lotNumber == "B"
    batch = Bundle(bundle(*(immunization(f"v{number}") for number in range(2, 6)), type_="batch"), strict=False)
    assert len(batch.create(server)["entry"]) == 4
    search = Immunization.where({"identifier": f"{SYSTEM}|v1,{SYSTEM}|v3"})
    assert [each.identifier[0].value for each in search.perform_resources_iter(server)] == ["v1", "v3"]
    paged = Immunization.where({"_count": "2"})
    assert len(list(paged.perform_resources_iter(server))) == 5
    made.delete(server)
    assert list(Immunization.where({"identifier": f"{SYSTEM}|v1"}).perform_resources_iter(server)) == []


def test_fhirclient_reads_errors(service: tuple[Client, str]) -> None:
    client, url = service
    server = smart(url, client.keys[SUPPLIER]).server
    with pytest.raises(FHIRNotFoundException):
        Immunization.read("nothing", server)
    with pytest.raises(requests.HTTPError) as refused:
        server.post_json("Immunization", immunization("v1", patient=None, status=1))
    assert json.loads(refused.value.response.text)["issue"][0]["expression"] == ["Immunization.status"]
    with pytest.raises(FHIRPermissionDeniedException):
        list(Immunization.where({}).perform_resources_iter(smart(url, client.keys["admin"]).server))
    with pytest.raises(FHIRUnauthorizedException):
        list(Immunization.where({}).perform_resources_iter(smart(url, "nothing").server))
