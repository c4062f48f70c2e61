"""An authorization server of a test: its keys, and the tokens that it signs with them."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import jwt
from adapter.settings import Settings
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from msgspec.structs import replace

ISSUER = "https://login.example"
AUDIENCE = "https://adapter.example"
Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Issuer:
    """`publish` puts its public keys into a file; `token` signs with the one of a name."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "jwks.json"
        self.keys: dict[str, tuple[Private, str]] = {}
        self.add("first", ec.generate_private_key(ec.SECP256R1()), "ES256")

    def add(self, kid: str, key: Private, algorithm: str) -> None:
        self.keys[kid] = key, algorithm
        self.publish()

    def publish(self, **members: str) -> None:
        self.file.write_text(json.dumps(self.jwks(**members)))

    def jwks(self, **members: str) -> dict[str, Any]:
        return {"keys": [_public(key, kid) | members for kid, (key, _) in self.keys.items()]}

    def token(self, scope: str | list[str] | None, kid: str = "first", **claims: Any) -> str:
        """Valid for a minute; a claim that is None is left out, `header` adds to the header."""
        key, algorithm = self.keys[kid]
        header = {"kid": kid} | claims.pop("header", {})
        now = int(time.time())
        said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "client", "exp": now + 60, "scope": scope} | claims
        kept = {name: each for name, each in said.items() if each is not None}
        return jwt.encode(kept, key, algorithm, {name: each for name, each in header.items() if each is not None})

    def trusted_by(self, settings: Settings) -> Settings:
        return replace(settings, token_issuer=ISSUER, token_audience=AUDIENCE, token_jwks=str(self.file))


def _public(key: Private, kid: str) -> dict[str, Any]:
    if isinstance(key, rsa.RSAPrivateKey):
        return jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}
    return jwt.algorithms.ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": kid, "use": "sig"}
