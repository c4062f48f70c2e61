"""Every route × every scope, and none. A route that is not in the table fails the test: access is declared, not met."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from adapter.api.application import PARTS
from fastapi.routing import APIRoute

from issuing import Issuer
from sending import database_settings
from serving import SCOPES, SUPPLIER, WRITE, Client, served

READ = {"counts:read", "audit:read", "admin"}
EVERYBODY = {*SCOPES, None}
ROUTES: dict[tuple[str, str], set[str] | set[str | None]] = {
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/metrics"): READ,
    ("GET", "/docs"): EVERYBODY,
    ("GET", "/openapi.json"): EVERYBODY,
    ("GET", "/fhir/metadata"): EVERYBODY,
    ("POST", "/fhir"): {WRITE},
    ("POST", "/fhir/"): {WRITE},
    ("POST", "/fhir/Immunization"): {WRITE},
    ("DELETE", "/fhir/Immunization"): {WRITE},
    ("GET", "/fhir/Immunization"): {"audit:read"},
    ("POST", "/fhir/Immunization/_search"): {"audit:read"},
    ("GET", "/fhir/Immunization/{id}"): {"audit:read"},
    ("GET", "/fhir/Immunization/{id}/_history/{vid}"): {"audit:read"},
    ("PUT", "/fhir/Immunization/{id}"): {WRITE},
    ("DELETE", "/fhir/Immunization/{id}"): {WRITE},
    ("POST", "/fhir/notification"): {WRITE},
    ("GET", "/fhir/Measure"): READ,
    ("GET", "/fhir/MeasureReport"): READ,
    ("GET", "/fhir/Provenance"): READ,
    ("GET", "/feeds"): READ,
    ("GET", "/signals"): READ,
    ("GET", "/signals/weeks"): READ,
    ("GET", "/signals/{id}/records"): READ,
    ("GET", "/runs"): READ,
    ("POST", "/runs"): {"admin"},
    ("GET", "/counts"): READ,
    ("GET", "/returns/{practice}"): READ,
    ("GET", "/decisions"): READ,
    ("GET", "/trace/{id}"): READ,
    ("GET", "/trace/{id}?bytes=true"): {"audit:read"},
    ("GET", "/emission"): READ,
    ("GET", "/publications"): READ,
    ("GET", "/publications/{number}"): READ,
    ("POST", "/publications"): {"admin"},
    ("GET", "/touches"): READ,
    ("POST", "/touches"): {"audit:read"},
    ("GET", "/disclosures"): {"admin"},
    ("GET", "/diff"): READ,
    ("GET", "/quarantine"): READ,
    ("GET", "/reviews"): READ,
    ("POST", "/reviews"): {"review:write"},
    ("GET", "/declarations"): READ,
    ("POST", "/declarations"): {"review:write"},
    ("GET", "/incidents"): READ,
    ("POST", "/incidents"): {"admin"},
    ("GET", "/incidents/{id}"): READ,
    ("POST", "/incidents/{id}/close"): {"admin"},
}


OF_ONE_FEED = {("GET", "/trace/{id}?bytes=true")}
"""What wants audit:read over all feeds: a key that writes to one does not have it."""
BY_TOKEN = "token "  # noqa: S105 - a word, no password
"""Before the scopes of a bearer token."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    folder: Path = tmp_path_factory.mktemp("matrix")
    issuer = Issuer(folder)
    found = served(issuer.trusted_by(database_settings(folder)))
    found.keys |= {f"{BY_TOKEN}{scopes}": issuer.token(scopes) for scopes in (*SCOPES, SUPPLIER, "openid")}
    found.keys |= {"expired token": issuer.token("admin", exp=1)}
    return found


@pytest.mark.parametrize(
    "held",
    [*SCOPES, SUPPLIER, None, *(f"{BY_TOKEN}{scopes}" for scopes in (*SCOPES, SUPPLIER, "openid")), "expired token"],
)
def test_every_route_opens_to_its_scopes_alone(client: Client, held: str | None) -> None:
    async def statuses(asking: httpx.AsyncClient) -> dict[tuple[str, str], int]:
        headers = client.bearer(held) if held else {}
        found = {}
        for method, route in ROUTES:
            path = (
                route.replace("{id}", "0a")
                .replace("{practice}", "D83013")
                .replace("{number}", "1")
                .replace("{vid}", "1")
            )
            answer = await asking.request(method, path, headers=headers)
            found[method, route] = answer.status_code
            if answer.status_code == 401:
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        return found

    found = client.session(statuses)
    known = held not in (None, "expired token")
    scopes = set((held or "").removeprefix(BY_TOKEN).split()) if known else set()
    opens = {
        route: None in allowed or (bool(scopes & allowed) and not (WRITE in scopes and route in OF_ONE_FEED))
        for route, allowed in ROUTES.items()
    }
    assert {route: status != (403 if known else 401) for route, status in found.items()} == opens
    assert all(status < 500 for status in found.values())


def test_the_table_has_every_route() -> None:
    own = {
        (method, route.path)
        for part in PARTS
        for route in part.router.routes
        if isinstance(route, APIRoute)
        for method in route.methods - {"HEAD"}
    }
    assert own | {("GET", "/openapi.json")} == {route for route in ROUTES if "?" not in route[1]}


@pytest.mark.parametrize("text", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer adapter_000000000000_" + "A" * 43])
def test_what_is_no_key_opens_nothing(client: Client, text: str) -> None:
    assert client.ask("GET", "/counts", headers={"Authorization": text} if text else {}).status_code == 401


def test_a_revoked_key_opens_nothing(client: Client) -> None:
    async def work(asking: httpx.AsyncClient) -> list[int]:
        keys = client.app.state.service.store.api_keys
        key, text = keys.create("leaver", ["counts:read"])
        headers = {"Authorization": f"Bearer {text}"}
        before = (await asking.get("/runs", headers=headers)).status_code
        keys.revoke(key.id)
        return [before, (await asking.get("/runs", headers=headers)).status_code]

    assert client.session(work) == [200, 401]


def test_a_key_is_asked_for_before_anything_is_read(client: Client) -> None:
    for method, path in (("POST", "/fhir"), ("POST", "/runs"), ("PUT", "/fhir/Immunization/" + "x" * 80)):
        assert client.ask(method, path, content=b"{" * 300_000).status_code == 401
