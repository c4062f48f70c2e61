"""Organisations fetched over HTTP end in the directory, and the key is never shown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from adapter.cli.application import call

BASE = "https://ods.example/fhir"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADAPTER_DATA_DIR", str(tmp_path / "kept"))
    monkeypatch.delenv("ADAPTER_DATABASE_URL", raising=False)
    file = tmp_path / "key"
    file.write_text("a-secret-key\n")
    return file


@respx.mock
def test_fetch_by_code(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    organisation = {"resourceType": "Organization", "identifier": [{"system": ODS, "value": "G81086"}], "active": True}
    asked = respx.get(url__startswith=f"{BASE}/Organization?").mock(
        return_value=httpx.Response(200, content=json.dumps(bundle(organisation)))
    )
    respx.get(url__startswith=f"{BASE}/OrganizationAffiliation?").mock(
        return_value=httpx.Response(200, content=json.dumps(bundle()))
    )
    assert call(["ods", "fetch", "--url", BASE, "--key-file", str(key_file), "G81086"]) == 0
    said = capsys.readouterr()
    assert "2 pages" in said.out
    assert "a-secret-key" not in said.out + said.err
    assert asked.calls[0].request.headers["apikey"] == "a-secret-key"


def test_codes_or_a_day(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(["ods", "fetch", "--url", BASE, "--key-file", str(key_file)]) == 2
    assert call(["ods", "fetch", "--url", BASE, "--key-file", str(key_file), "--since", "yesterday"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
