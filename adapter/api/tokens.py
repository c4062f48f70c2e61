"""Bearer tokens of an authorization server: signed JWTs, checked here, without asking the server about each.

Source: RFC 7519, RFC 8725 (the algorithm is ours to choose, never the token's; `none` and shared secrets never), RFC
9068. A token must say who issued it, for whom, until when and who holds it. What it may do is in `scope` (or `scp`):
our own scopes, or names that `ADAPTER_TOKEN_SCOPES` gives for them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import jwt

from adapter.api.signing_keys import SigningKeys
from adapter.errors import UsageError
from adapter.settings import Settings
from adapter.store.api_keys import checked
from adapter.store.holder import Holder

ALGORITHMS = ("RS256", "RS384", "RS512", "ES256", "ES384")
_CURVES = {"ES256": "P-256", "ES384": "P-384"}
_LONGEST = 8_192
_LEEWAY = 30
"""Seconds by which clocks may differ."""


class Tokens:
    """Checks the tokens of one issuer, for one audience."""

    def __init__(self, issuer: str, audience: str, keys: SigningKeys, names: Mapping[str, str]) -> None:
        self._issuer, self._audience, self._keys, self._names = issuer, audience, keys, names

    def holder(self, text: str) -> Holder | None:
        """Who holds the token, None for one that opens nothing. Raises NoKeys while no key can be had."""
        claims = self._claims(text)
        if claims is None:
            return None
        subject = claims.get("sub")
        if not isinstance(subject, str) or not subject or len(subject) > 255:
            return None
        mark = hashlib.sha256(f"{self._issuer} {subject}".encode()).hexdigest()[:12]
        return Holder(f"token-{mark}", self._scopes(claims), issuer=self._issuer, subject=subject)

    def _claims(self, text: str) -> dict[str, Any] | None:
        if len(text) > _LONGEST:
            return None
        try:
            header = jwt.get_unverified_header(text)
            algorithm, kid = header.get("alg"), header.get("kid")
            if algorithm not in ALGORITHMS or "crit" in header:
                return None
            key = self._keys.key(kid)
            if key is None or not _suits(key, algorithm):
                return None
            return jwt.decode(
                text,
                key.key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY,
                options={"require": ["exp", "iss", "aud", "sub"], "strict_aud": False},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            return None

    def _scopes(self, claims: dict[str, Any]) -> tuple[str, ...]:
        """Those that mean something here. A token that names two feeds writes to neither."""
        said = claims.get("scope", claims.get("scp", ""))
        names = said.split() if isinstance(said, str) else [each for each in said if isinstance(each, str)]
        found = {self._names.get(name, name) for name in names}
        feeds = [each for each in found if each.startswith("feed:write:")]
        return tuple(sorted(each for each in found if _is_ours(each) and (len(feeds) < 2 or each not in feeds)))


def tokens_of(settings: Settings) -> Tokens | None:
    """None where no authorization server is named. Raises UsageError where it is named in part."""
    said = (settings.token_issuer, settings.token_audience, settings.token_jwks)
    if not any(said):
        return None
    if not all(said):
        raise UsageError(
            "Tokens need ADAPTER_TOKEN_ISSUER, ADAPTER_TOKEN_AUDIENCE and ADAPTER_TOKEN_JWKS: set what is missing."
        )
    return Tokens(settings.token_issuer, settings.token_audience, SigningKeys(settings.token_jwks), names_of(settings))


def names_of(settings: Settings) -> dict[str, str]:
    """The server's scopes → ours. Raises UsageError."""
    pairs = [each.strip().partition("=") for each in settings.token_scopes.split(",") if each.strip()]
    for theirs, _, ours in pairs:
        if not theirs.strip() or not _is_ours(ours.strip()):
            raise UsageError("ADAPTER_TOKEN_SCOPES is `theirs=ours, …`, where ours is one of this service's scopes.")
    return {theirs.strip(): ours.strip() for theirs, _, ours in pairs}


def _suits(key: jwt.PyJWK, algorithm: str) -> bool:
    """A key is for the algorithm that it names, else for those of its kind and curve."""
    said: dict[str, Any] = key._jwk_data  # PyJWT shows the rest of a key nowhere else
    if said.get("alg", algorithm) != algorithm:
        return False
    return said.get("kty") == "RSA" if algorithm.startswith("RS") else said.get("crv") == _CURVES[algorithm]


def _is_ours(scope: str) -> bool:
    return bool(_checked([scope]))


def _checked(scopes: Iterable[str]) -> tuple[str, ...]:
    try:
        return checked(scopes)
    except UsageError:
        return ()
