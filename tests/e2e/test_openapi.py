"""Requests of all kinds made from the OpenAPI: no answer is a failure of ours, none is one that was not declared."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from adapter.settings import Settings
from msgspec.structs import replace
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from listening import listening
from sending import database_settings
from serving import SUPPLIER, fill, served

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
KEYS = (SUPPLIER, "admin", "review:write", "audit:read")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[schemathesis.BaseSchema, dict[str, str]]]:
    settings: Settings = replace(database_settings(tmp_path_factory.mktemp("openapi")), rate_limit="")
    client = served(settings)
    fill(settings)
    assert client.ask("POST", "/runs", "admin", json={"from": "2024-09", "to": "2024-12"}).status_code == 201
    with listening(client) as url:
        yield schemathesis.openapi.from_url(f"{url}/openapi.json"), client.keys


def tried(api: tuple[schemathesis.BaseSchema, dict[str, str]], examples: int) -> int:
    """Tries every route with each key; how many requests that took."""
    schema, keys = api
    made = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis.given(case=operation.as_strategy(), held=hypothesis.strategies.sampled_from(KEYS))
        @hypothesis.settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def asked(case: schemathesis.Case, held: str) -> None:
            nonlocal made
            made += 1
            case.call_and_validate(headers={"Authorization": f"Bearer {keys[held]}"}, checks=CHECKS)

        asked()
    return made


def test_a_few_requests_to_every_route(api: tuple[schemathesis.BaseSchema, dict[str, str]]) -> None:
    assert tried(api, 2) >= 60


@pytest.mark.deep
def test_many_requests_to_every_route(api: tuple[schemathesis.BaseSchema, dict[str, str]]) -> None:
    assert tried(api, 200) >= 5_000
