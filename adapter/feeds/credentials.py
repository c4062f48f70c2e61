"""What a request to a source bears so that it is let in, from secrets that lie in the environment or in files."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import httpx

from adapter.errors import KeyFault
from adapter.feeds.client_credentials import ClientCredentials
from adapter.feeds.signed_client import SignedClient
from adapter.feeds.source_kinds import ApiKey, ClientSecret, Credentials, SignedJwt, Tls


class Bearer(Protocol):
    """Who bears credentials. Raises TokenRefused where there are none."""

    def headers(self) -> dict[str, str]: ...

    def forget(self) -> None: ...


class KeyHeader:
    """The same header each time."""

    def __init__(self, header: str, key: str) -> None:
        self._headers = {header: key}

    def headers(self) -> dict[str, str]:
        return self._headers

    def forget(self) -> None:
        """There is no other."""

    def __repr__(self) -> str:
        return "KeyHeader(…)"


def bearer_of(said: Credentials | None, feed: str, client: httpx.Client, environ: Mapping[str, str]) -> Bearer | None:
    """The credentials of a feed, None where it has none. Raises KeyFault where a secret is not where it should be."""
    match said:
        case None:
            return None
        case ApiKey():
            key = _secret(f"feeds.{feed}.credentials.key", said.key_env, said.key_file, environ)
            if not key.isprintable():
                raise KeyFault(f"feeds.{feed}.credentials: an API key is one line of ASCII.")
            return KeyHeader(said.header, key)
        case ClientSecret():
            key = f"feeds.{feed}.credentials.client_secret"
            secret = _secret(key, said.client_secret_env, said.client_secret_file, environ)
            return ClientCredentials(said.token_url, said.client_id, secret, said.scope, client=client)
        case SignedJwt():
            return SignedClient(
                said.token_url,
                said.client_id,
                _secret(f"feeds.{feed}.credentials.key", said.key_env, said.key_file, environ),
                kid=said.kid,
                algorithm=said.algorithm,
                scope=said.scope,
                audience=said.audience,
                expiry=said.expiry,
                client=client,
            )


def trust_of(tls: Tls, feed: str) -> ssl.SSLContext | bool:
    """Whom to trust, and the certificate that we show ourselves. Raises KeyFault."""
    if tls == Tls():
        return True
    try:
        context = ssl.create_default_context(cafile=tls.ca_file or None)
        if tls.certificate_file:
            # an empty passphrase: else OpenSSL would ask for one on the terminal
            context.load_cert_chain(tls.certificate_file, tls.key_file, password="")
    except (OSError, ValueError):  # ssl.SSLError is an OSError
        raise KeyFault(
            f"feeds.{feed}.tls: the files cannot be used: check their paths, and that the key is unencrypted PEM."
        ) from None
    return context


def _secret(key: str, env: str, file: str, environ: Mapping[str, str]) -> str:
    if env:
        text = environ.get(env, "").strip()
        if not text:
            raise KeyFault(f"{key}_env: the variable that it names is not set.")
    else:
        try:
            text = Path(file).expanduser().read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if not text:
            raise KeyFault(f"{key}_file: the file that it names cannot be read, or is empty.")
    if not text.isascii():
        raise KeyFault(f"{key}: it is no ASCII.")
    return text
