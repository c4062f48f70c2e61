"""What a source lets us in by: each kind of credentials, and that none of them is ever shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import jwt
import pytest
import respx
from adapter.errors import KeyFault
from adapter.feeds.client_credentials import TokenRefused
from adapter.feeds.credentials import Bearer, bearer_of, trust_of
from adapter.feeds.signed_client import SignedClient
from adapter.feeds.source_kinds import ApiKey, ClientSecret, SignedJwt, Tls
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

TOKEN_URL = "https://login.example/oauth2/token"  # noqa: S105
RSA = rsa.generate_private_key(65537, 2048)
CURVE = ec.generate_private_key(ec.SECP384R1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, lock: KeySerializationEncryption | None = None) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption()).decode()


class Clock:
    """Seconds that a test moves on."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[respx.MockRouter]:
    with respx.mock() as router:
        yield router


def signed(clock: Clock, key: str = "", algorithm: str = "RS512", scope: str = "", audience: str = "") -> SignedClient:
    return SignedClient(
        TOKEN_URL,
        "client",
        key or pem(RSA),
        kid="key-1",
        algorithm=algorithm,
        scope=scope,
        audience=audience,
        client=httpx.Client(),
        clock=clock,
        wall=clock,
    )


def assertion(request: httpx.Request) -> str:
    form = parse_qs(request.content.decode())
    assert form["grant_type"] == ["client_credentials"]
    assert form["client_assertion_type"] == ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"]
    return form["client_assertion"][0]


@pytest.mark.parametrize(
    ("algorithm", "key"), [("RS512", RSA), ("RS384", RSA), ("ES384", CURVE)], ids=["RS512", "RS384", "ES384"]
)
def test_a_claim_is_signed_short_and_new_each_time(
    server: respx.MockRouter, algorithm: str, key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
) -> None:
    route = server.post(TOKEN_URL).respond(json={"access_token": "t", "expires_in": 600})
    clock = Clock()
    client = signed(clock, pem(key), algorithm, "system/Immunization.rs")
    client.token()
    client.forget()
    client.token()
    made = []
    for call in route.calls:
        text = assertion(call.request)
        header = jwt.get_unverified_header(text)
        assert (header["alg"], header["kid"], header["typ"]) == (algorithm, "key-1", "JWT")
        claims = jwt.decode(
            text, key.public_key(), [algorithm], audience=TOKEN_URL, options={"verify_exp": False, "verify_iat": False}
        )
        assert claims["iss"] == claims["sub"] == "client"
        assert clock.now < claims["exp"] <= clock.now + 300
        assert parse_qs(call.request.content.decode())["scope"] == ["system/Immunization.rs"]
        made.append(claims["jti"])
    assert len(set(made)) == 2


def test_the_audience_can_be_another_and_a_scope_left_out(server: respx.MockRouter) -> None:
    route = server.post(TOKEN_URL).respond(json={"access_token": "t"})
    signed(Clock(), audience="https://other.example").token()
    claims = jwt.decode(assertion(route.calls[0].request), options={"verify_signature": False})
    assert claims["aud"] == "https://other.example"
    assert "scope" not in parse_qs(route.calls[0].request.content.decode())


def test_a_token_is_kept_until_shortly_before_its_end(server: respx.MockRouter) -> None:
    route = server.post(TOKEN_URL).mock(
        side_effect=[httpx.Response(200, json={"access_token": f"t{n}", "expires_in": "300"}) for n in range(3)]
    )
    clock = Clock()
    client = signed(clock)
    assert client.headers() == {"Authorization": "Bearer t0"}
    clock.now += 269
    assert client.token() == "t0"
    clock.now += 2
    assert client.token() == "t1"
    client.forget()
    assert client.token() == "t2"
    assert route.call_count == 3


def test_a_refusal_says_what_to_check_and_shows_nothing(server: respx.MockRouter) -> None:
    server.post(TOKEN_URL).respond(401, json={"error_description": "hush"})
    with pytest.raises(TokenRefused, match="check its id and public key") as raised:
        signed(Clock()).token()
    assert "hush" not in str(raised.value)
    assert not raised.value.passing
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ("hush", "RS512"),
        (pem(CURVE), "RS512"),
        (pem(RSA), "ES384"),
        (pem(RSA, BestAvailableEncryption(b"hush")), "RS512"),
    ],
    ids=["no key", "curve for RSA", "RSA for curve", "encrypted"],
)
def test_a_key_that_cannot_sign_is_told_at_once(key: str, algorithm: str) -> None:
    with pytest.raises(KeyFault, match=algorithm) as raised:
        signed(Clock(), key, algorithm)
    assert "hush" not in str(raised.value)
    assert key not in str(raised.value)


def test_secrets_come_from_the_environment_or_a_file(server: respx.MockRouter, tmp_path: Path) -> None:
    route = server.post(TOKEN_URL).respond(json={"access_token": "t"})
    (tmp_path / "secret").write_text("from-file\n")
    (tmp_path / "key.pem").write_text(pem(RSA))
    client, environ = httpx.Client(), {"KEY": " from-variable "}
    assert bearer_of(None, "a", client, environ) is None
    key = made(bearer_of(ApiKey(header="X-Key", key_env="KEY"), "a", client, environ))
    assert key.headers() == {"X-Key": "from-variable"}
    key = made(bearer_of(ApiKey(key_file=str(tmp_path / "secret")), "a", client, environ))
    assert key.headers() == {"apikey": "from-file"}
    assert "from-file" not in repr(key)
    said = ClientSecret(token_url=TOKEN_URL, client_id="c", scope="s", client_secret_file=str(tmp_path / "secret"))
    secret = made(bearer_of(said, "a", client, environ))
    assert secret.headers() == {"Authorization": "Bearer t"}
    form = parse_qs(route.calls[0].request.content.decode())
    assert (form["client_secret"], form["scope"]) == (["from-file"], ["s"])
    assert "from-file" not in repr(secret)
    jwt_ = SignedJwt(token_url=TOKEN_URL, client_id="c", kid="k", key_file=str(tmp_path / "key.pem"))
    signer = made(bearer_of(jwt_, "a", client, environ))
    assert signer.headers() == {"Authorization": "Bearer t"}
    assert "PRIVATE" not in repr(signer)


def made(bearer: Bearer | None) -> Bearer:
    assert bearer
    return bearer


@pytest.mark.parametrize(
    ("said", "says"),
    [
        (ApiKey(key_env="NOT_THERE"), "^feeds.a.credentials.key_env"),
        (ApiKey(key_file="/nowhere/hush"), "^feeds.a.credentials.key_file"),
        (ApiKey(key_env="WIDE"), "^feeds.a.credentials.key"),
        (ApiKey(key_env="TWO"), "^feeds.a.credentials: an API key is one line"),
    ],
    ids=["no variable", "no file", "no ASCII", "two lines"],
)
def test_a_secret_that_is_not_there(said: ApiKey, says: str) -> None:
    with pytest.raises(KeyFault, match=says) as raised:
        bearer_of(said, "a", httpx.Client(), {"WIDE": "hushé", "TWO": "hush\nhush"})
    assert "hush" not in str(raised.value)


def test_certificates_that_cannot_be_used(tmp_path: Path) -> None:
    assert trust_of(Tls(), "a") is True
    (tmp_path / "hush.pem").write_text("hush")
    for tls in (
        Tls(ca_file=str(tmp_path / "hush.pem")),
        Tls(certificate_file=str(tmp_path / "hush.pem"), key_file=str(tmp_path / "none")),
    ):
        with pytest.raises(KeyFault, match=r"^feeds\.a\.tls") as raised:
            trust_of(tls, "a")
        assert "hush" not in str(raised.value)
