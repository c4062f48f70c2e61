"""`adapter mappings look-up`: our tables and a terminology server side by side."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import respx
from calling import Adapter

BASE, CODE = "https://terminology.example/fhir", "956951000000104"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[respx.MockRouter]:
    monkeypatch.setenv("ADAPTER_TERMINOLOGY_URL", BASE)
    with respx.mock(assert_all_called=False) as router:
        yield router


def said(*parameters: dict[str, object]) -> dict[str, object]:
    return {"resourceType": "Parameters", "parameter": list(parameters)}


def activity(inactive: bool) -> dict[str, object]:
    parts = [{"name": "code", "valueCode": "inactive"}, {"name": "value", "valueBoolean": inactive}]
    return {"name": "property", "part": parts}


DISPLAY: dict[str, object] = {"name": "display", "valueString": "A vaccination"}


def test_an_active_code(network: respx.MockRouter, adapter: Adapter) -> None:
    route = network.get(f"{BASE}/CodeSystem/$lookup").respond(json=said(DISPLAY, activity(False)))
    code, out, _ = adapter("mappings", "look-up", CODE)
    assert code == 0
    assert "says that a vaccine was given" in out
    assert out.endswith("The terminology server has it: “A vaccination”, active.\n")
    assert adapter("mappings", "look-up", CODE)[1] == out
    assert route.call_count == 1


def test_an_inactive_code_has_its_successors(network: respx.MockRouter, adapter: Adapter) -> None:
    network.get(f"{BASE}/CodeSystem/$lookup").respond(json=said(DISPLAY, activity(True)))
    concept = {"name": "concept", "valueCoding": {"system": "http://snomed.info/sct", "code": "822851000000102"}}
    found = said({"name": "result", "valueBoolean": True}, {"name": "match", "part": [concept]})
    replaced = "http://snomed.info/sct?fhir_cm=900000000000526001"
    network.get(f"{BASE}/ConceptMap/$translate", params={"url": replaced}).respond(json=found)
    network.get(f"{BASE}/ConceptMap/$translate").respond(json=said({"name": "result", "valueBoolean": False}))
    network.get(f"{BASE}/ValueSet/$validate-code").respond(json=said({"name": "result", "valueBoolean": False}))
    out = adapter("mappings", "look-up", CODE, "--in", "http://set.example")[1]
    assert "inactive.\n  replaced by: 822851000000102\n  The value set has it not.\n" in out


def test_a_server_that_says_no_and_one_that_is_down(network: respx.MockRouter, adapter: Adapter) -> None:
    route = network.get(f"{BASE}/CodeSystem/$lookup")
    route.respond(404, json={"resourceType": "OperationOutcome", "issue": [{"code": "not-found"}]})
    assert "The terminology server has no such code." in adapter("mappings", "look-up", CODE)[1]
    route.respond(403)
    code, out, _ = adapter("mappings", "look-up", "822851000000102")
    assert code == 0
    assert "refuses us (403)" in out
    assert "is not known" in out


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "ADAPTER_TERMINOLOGY_URL"),
        ({"ADAPTER_TERMINOLOGY_URL": "terminology"}, "no web address"),
        ({"ADAPTER_TERMINOLOGY_URL": "https://[x"}, "no web address"),
        ({"ADAPTER_TERMINOLOGY_URL": BASE, "ADAPTER_TERMINOLOGY_TOKEN_URL": BASE}, "CLIENT_ID"),
    ],
)
def test_settings_that_cannot_be_meant(
    adapter: Adapter, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], says: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    code, _, error = adapter("mappings", "look-up", CODE)
    assert code == 2
    assert says in error
