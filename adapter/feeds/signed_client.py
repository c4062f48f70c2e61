"""An access token for a client that signs its request with a private key (RFC 7523, private_key_jwt).

Sources: SMART App Launch 2.2 "Backend Services" (RS384 or ES384, a scope); NHS England API platform,
application-restricted access with signed JWT (RS512, no scope). A claim is new each time and lasts minutes.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import httpx
import jwt

from adapter.errors import KeyFault
from adapter.feeds.client_credentials import AccessToken

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class SignedClient(AccessToken):
    """`key` is the private key in PEM, `audience` whom the claim is for, `expiry` how many seconds it lasts; `wall`
    gives seconds since 1970.
    """

    def __init__(
        self,
        token_url: str,
        client_id: str,
        key: str,
        *,
        kid: str,
        algorithm: str,
        client: httpx.Client,
        scope: str = "",
        audience: str = "",
        expiry: int = 240,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """Raises KeyFault where the key is none for this algorithm."""

        def form() -> dict[str, str]:
            now = int(wall())
            claims = {
                "iss": client_id,
                "sub": client_id,
                "aud": audience or token_url,
                "jti": str(uuid.uuid4()),
                "iat": now,
                "exp": now + expiry,
            }
            signed = jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid})
            asked = {"grant_type": "client_credentials", "client_assertion_type": _ASSERTION}
            return asked | {"client_assertion": signed} | ({"scope": scope} if scope else {})

        try:
            form()
        except (jwt.PyJWTError, ValueError, TypeError):
            raise KeyFault(
                f"The private key cannot sign with {algorithm}: give an unencrypted key of that kind in PEM."
            ) from None
        super().__init__(token_url, form, "public key", client=client, clock=clock)
