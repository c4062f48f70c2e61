"""Bearer tokens: which are let in, what they may do, and how keys change while the service runs."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import respx
from adapter.api.signing_keys import LIFETIME, PAUSE, NoKeys, SigningKeys
from adapter.api.tokens import Tokens, tokens_of
from adapter.errors import UsageError
from adapter.settings import Settings
from adapter.store.store import open_store
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from msgspec.structs import replace

from issuing import AUDIENCE, ISSUER, Issuer
from sending import immunization
from serving import Client, served

JWKS = "https://login.example/jwks"
RSA_KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


@pytest.fixture
def tokens(issuer: Issuer) -> Tokens:
    return Tokens(ISSUER, AUDIENCE, SigningKeys(str(issuer.file)), {"trust.write": "feed:write:trust"})


def scopes(tokens: Tokens, text: str) -> tuple[str, ...] | None:
    found = tokens.holder(text)
    return found.scopes if found else None


@pytest.mark.parametrize("algorithm", ["RS256", "RS384", "RS512", "ES256", "ES384"])
def test_algorithms_that_are_spoken(issuer: Issuer, algorithm: str) -> None:
    curve: ec.EllipticCurve = ec.SECP256R1() if algorithm == "ES256" else ec.SECP384R1()
    issuer.add("second", ec.generate_private_key(curve) if algorithm.startswith("ES") else RSA_KEY, algorithm)
    tokens = Tokens(ISSUER, AUDIENCE, SigningKeys(str(issuer.file)), {})
    found = tokens.holder(issuer.token("counts:read", "second"))
    assert found is not None
    assert (found.scopes, found.issuer, found.subject, found.key) == (("counts:read",), ISSUER, "client", None)
    assert "client" not in found.id


def test_what_is_no_token_of_ours(issuer: Issuer, tokens: Tokens) -> None:
    now = int(time.time())
    good: dict[str, Any] = {"scope": "admin"}
    assert scopes(tokens, issuer.token(**good)) == ("admin",)
    wrong: list[dict[str, Any]] = [
        {"exp": now - 60},
        {"exp": None},
        {"nbf": now + 60},
        {"iss": "https://other.example"},
        {"iss": None},
        {"aud": "https://other.example"},
        {"aud": None},
        {"sub": None},
        {"sub": ""},
        {"header": {"kid": "unknown"}},
        {"header": {"crit": ["b64"]}},
    ]
    assert [claims for claims in wrong if scopes(tokens, issuer.token(**good | claims)) is not None] == []
    text = issuer.token(**good)
    assert scopes(tokens, text[:-4] + "AAAA") is None
    assert scopes(tokens, text + "x" * 9_000) is None
    assert scopes(tokens, "a.b.c") is None


def test_a_token_never_chooses_how_it_is_checked(issuer: Issuer, tokens: Tokens) -> None:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": int(time.time()) + 60, "scope": "admin"}
    unsigned = jwt.encode(claims, None, "none", {"kid": "first"})
    key, _ = issuer.keys["first"]
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    shared = jwt.encode(claims, base64.b64encode(public) * 2, "HS256", {"kid": "first"})
    stranger = jwt.encode(claims, ec.generate_private_key(ec.SECP256R1()), "ES256", {"kid": "first"})
    own = jwt.encode(claims, RSA_KEY, "PS256", {"kid": "first"})
    assert [scopes(tokens, text) for text in (unsigned, shared, stranger, own)] == [None] * 4


def test_a_key_is_for_its_own_algorithm(issuer: Issuer) -> None:
    issuer.add("first", RSA_KEY, "RS256")
    issuer.publish(alg="RS512")
    assert scopes(Tokens(ISSUER, AUDIENCE, SigningKeys(str(issuer.file)), {}), issuer.token("admin")) is None
    issuer.publish(use="enc")
    with pytest.raises(NoKeys):
        Tokens(ISSUER, AUDIENCE, SigningKeys(str(issuer.file)), {}).holder(issuer.token("admin"))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("counts:read openid", ("counts:read",)),
        (["audit:read", "admin"], ("admin", "audit:read")),
        ("trust.write", ("feed:write:trust",)),
        ("feed:write:a counts:read", ("counts:read", "feed:write:a")),
        ("feed:write:a trust.write counts:read", ("counts:read",)),
        ("feed:write: everything", ()),
        ("", ()),
    ],
)
def test_scopes(issuer: Issuer, tokens: Tokens, said: str | list[str], meant: tuple[str, ...]) -> None:
    assert scopes(tokens, issuer.token(said)) == meant
    assert scopes(tokens, issuer.token(None, scp=said)) == meant


@respx.mock
def test_keys_are_fetched_anew_but_not_at_every_whim(issuer: Issuer) -> None:
    now = [1_000.0]
    route = respx.get(JWKS).mock(return_value=httpx.Response(200, json=issuer.jwks()))
    keys = SigningKeys(JWKS, lambda: now[0])
    assert keys.key("first")
    assert keys.key("second") is None
    assert route.call_count == 1
    issuer.add("second", RSA_KEY, "RS256")
    route.mock(return_value=httpx.Response(200, json=issuer.jwks()))
    assert keys.key("second") is None
    now[0] += PAUSE
    assert keys.key("second")
    assert route.call_count == 2
    del issuer.keys["first"]
    route.mock(return_value=httpx.Response(200, json=issuer.jwks()))
    assert keys.key("first")
    now[0] += LIFETIME
    assert keys.key("first") is None
    assert keys.key(None)
    route.mock(return_value=httpx.Response(500))
    now[0] += LIFETIME
    assert keys.key("second"), "a server that fails takes nothing away"


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(302, headers={"Location": "https://elsewhere.example/jwks"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"keys": [{"kty": "oct", "k": "c2VjcmV0"}]}),
        httpx.Response(200, content=b" " * (2 << 20)),
        httpx.ConnectError("no"),
    ],
)
def test_no_keys(answer: httpx.Response | Exception) -> None:
    respx.get(JWKS).mock(side_effect=[answer])
    with pytest.raises(NoKeys):
        SigningKeys(JWKS).key("first")


@pytest.mark.parametrize("place", ["http://login.example/jwks", "ftp://x/y", "http://", "https://", "http://[::"])
def test_keys_that_anybody_could_send(place: str) -> None:
    with pytest.raises(UsageError):
        SigningKeys(place)


def test_settings_name_all_of_it(settings: Settings, issuer: Issuer) -> None:
    assert tokens_of(settings) is None
    for part in ({"token_issuer": ISSUER}, {"token_scopes": "a=b"}, {"token_scopes": "=admin"}):
        wrong = replace(issuer.trusted_by(settings), token_jwks="" if "token_issuer" in part else JWKS, **part)
        with pytest.raises(UsageError):
            tokens_of(wrong)


def test_a_token_at_the_service(settings: Settings, issuer: Issuer) -> None:
    client: Client = served(issuer.trusted_by(settings))
    client.keys |= {
        "supplier": issuer.token("feed:write:trust audit:read"),
        "reader": issuer.token("counts:read"),
        "late": issuer.token("admin", exp=int(time.time()) - 60),
    }
    made = client.ask("POST", "/fhir/Immunization", "supplier", json=immunization("v1"))
    assert made.status_code == 201
    assert client.ask("GET", made.headers["Location"].removeprefix("http://service"), "supplier").status_code == 200
    assert client.ask("GET", "/runs", "reader").status_code == 200
    assert client.ask("GET", "/runs", "supplier").status_code == 200
    refused = client.ask("GET", "/runs", "late")
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer error="invalid_token"')
    with open_store(settings.database_url, settings) as store:
        [entry] = store.disclosures.listed()
        assert entry.who == f"{ISSUER} client"
    [told] = client.ask("GET", "/disclosures", "admin").json()
    assert (told["who"], told["records"]) == (f"{ISSUER} client", 1)
    issuer.file.write_text(json.dumps({}))
    assert served(issuer.trusted_by(settings)).ask("GET", "/runs", headers=client.bearer("reader")).status_code == 503
