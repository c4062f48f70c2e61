"""An access token by OAuth2 client credentials (RFC 6749 section 4.4), kept until shortly before it runs out.

The secret goes to the token URL only, as a form body, and is never shown: not by `repr`, not in an error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from http import HTTPStatus

import httpx
import msgspec

_MARGIN = 30.0
"""Seconds before its end from which a token is not used any more."""
_UNSAID = 60.0
"""How long a token is used whose end the server does not say."""


class TokenRefused(Exception):
    """There is no token; the text says why, in words of ours, as the end of a sentence."""

    def __init__(self, why: str, *, passing: bool = False) -> None:
        super().__init__(why)
        self.passing = passing
        """Asking again may help."""


class AccessToken:
    """A token that is asked for with a form, made anew each time. `proof` is what the server knows the client by, as
    an error names it; `clock` gives seconds that never go back.
    """

    def __init__(
        self,
        token_url: str,
        form: Callable[[], dict[str, str]],
        proof: str,
        *,
        client: httpx.Client,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url, self._form, self._proof = token_url, form, proof
        self._client, self._clock = client, clock
        self._token, self._ends = "", 0.0

    def token(self) -> str:
        """The token, asked for where there is none that lasts. Raises TokenRefused."""
        if not self._token or self._clock() >= self._ends:
            self._token, lasts = self._asked()
            self._ends = self._clock() + max(0.0, lasts - _MARGIN)
        return self._token

    def headers(self) -> dict[str, str]:
        """What a request bears. Raises TokenRefused."""
        return {"Authorization": f"Bearer {self.token()}"}

    def forget(self) -> None:
        """The token was refused: the next one is a new one."""
        self._token = ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def _asked(self) -> tuple[str, float]:
        try:
            answer = self._client.post(
                self._url, data=self._form(), headers={"Accept": "application/json"}, follow_redirects=False
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            raise TokenRefused("cannot be asked for a token", passing=True) from None
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS or answer.is_server_error:
            raise TokenRefused(f"has no token to give now ({answer.status_code})", passing=True)
        if answer.status_code != HTTPStatus.OK:
            raise TokenRefused(f"refuses the client ({answer.status_code}): check its id and {self._proof}")
        try:
            body = msgspec.json.decode(answer.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            body = None
        token = body.get("access_token") if isinstance(body, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token.strip():
            raise TokenRefused("answered without a token: check the token URL")
        lasts = body.get("expires_in")
        if isinstance(lasts, str) and lasts.isdecimal():
            lasts = float(lasts)
        sound = isinstance(lasts, int | float) and not isinstance(lasts, bool)
        return token, float(lasts) if sound else _UNSAID


class ClientCredentials(AccessToken):
    """A token for a client that has a secret."""

    def __init__(
        self,
        token_url: str,
        client_id: str,
        client_secret: str,
        scope: str = "",
        *,
        client: httpx.Client,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        form |= {"scope": scope} if scope else {}
        super().__init__(token_url, lambda: form, "secret", client=client, clock=clock)
