"""A server that a feed is pulled from: asked with patience and credentials, and heard to the end.

Credentials go to the server's own origin and to the hosts that are named only, whatever address a link has. No error
of it holds an address or anything that a server said.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import BinaryIO, TypeVar
from urllib.parse import urljoin

import httpx

from adapter.feeds.allowance import Allowance
from adapter.feeds.client_credentials import TokenRefused
from adapter.feeds.credentials import Bearer
from adapter.feeds.patience import Again, Patience
from adapter.feeds.source_failed import SourceFailed

Heard = TypeVar("Heard")
Read = Callable[[httpx.Response, bytes], Heard]
"""Makes something of an answer and its body; raises Again where the body is not what it must be."""

_MOST_HOPS = 5
_LARGEST_PAGE = 256 << 20
_LONGEST_PAGE = 600.0
"""Seconds after which a server that drips one page is given up."""
_TOO_LARGE = "sent a page of more than 256 MiB: ask for smaller ones (`_count` in `parameters`)"


class SourceServer:
    """One server at `base`, the address below which its resources lie. `hosts` are others that may have its credentials
    over https; `clock` gives seconds that never go back.
    """

    def __init__(
        self,
        base: str,
        bearer: Bearer | None,
        *,
        client: httpx.Client,
        patience: Patience,
        allowance: Allowance,
        hosts: tuple[str, ...] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = httpx.URL(base.rstrip("/") + "/")
        self._bearer, self._client, self._patience, self._clock = bearer, client, patience, clock
        self._allowance, self._hosts = allowance, frozenset(hosts)

    def below(self, path: str, query: tuple[tuple[str, str], ...] = ()) -> httpx.URL:
        """An address of the server."""
        url = self._base.join(path)
        return url.copy_with(params=httpx.QueryParams(query)) if query else url

    def asked(
        self,
        url: httpx.URL,
        read: Read[Heard],
        *,
        accepted: tuple[int, ...] = (HTTPStatus.OK,),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Heard:
        """What `read` makes of the answer, once it comes whole. With a `body` it is sent, by POST, and to this address
        alone: it may hold what no other host is to see. Raises SourceFailed.
        """

        def once() -> Heard:
            content = bytearray()
            answer = self._heard(url, content.extend, headers or {}, True, accepted, _LARGEST_PAGE, body)
            return read(answer, bytes(content))

        return self._patiently(once)

    def download(self, url: httpx.URL, whole: Callable[[BinaryIO, bool], None], own: bool) -> BinaryIO:
        """A file, as a temporary one that has no name. `whole` raises Again where it did not come whole; it is told
        whether HTTP itself says where the answer ends. `own`: credentials are wanted there. Raises SourceFailed.
        """

        def once() -> BinaryIO:
            stream: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (closed by whoever takes it)
            try:
                headers = {"Accept": "application/fhir+ndjson"}
                answer = self._heard(url, stream.write, headers, own, (HTTPStatus.OK,), None)
                framed = "Content-Length" in answer.headers or "Transfer-Encoding" in answer.headers
                stream.seek(0)
                whole(stream, framed)
            except BaseException:
                stream.close()
                raise
            stream.seek(0)
            return stream

        return self._patiently(once)

    def retry_after(self, answer: httpx.Response) -> float | None:
        """How many seconds the server wants to be left alone; None where it does not say."""
        return self._patience.retry_after(answer)

    def delete(self, url: httpx.URL) -> None:
        """Once, and whatever comes of it."""
        try:
            self._client.delete(url, headers=self._credentials(url, True), follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, TokenRefused):
            return

    def _patiently(self, once: Callable[[], Heard]) -> Heard:
        try:
            return self._patience.until_answered(once)
        except Again as error:
            raise SourceFailed(str(error), answered=error.broken) from None
        except TokenRefused as error:
            raise SourceFailed(str(error)) from None

    def _heard(
        self,
        url: httpx.URL,
        keep: Callable[[bytes], object],
        headers: Mapping[str, str],
        own: bool,
        accepted: tuple[int, ...],
        largest: int | None,
        body: bytes | None = None,
    ) -> httpx.Response:
        """One answer, after redirections, and once more with a new token where ours was refused."""
        renewed = False
        for _ in range(_MOST_HOPS):
            bearing = {"Accept": "application/fhir+json", **headers}
            answer = self._sent(url, keep, bearing, own, accepted, largest, body)
            if answer.status_code == HTTPStatus.UNAUTHORIZED and self._bearer and own and not renewed:
                self._bearer.forget()
                renewed = True
            elif answer.has_redirect_location and body is None:
                url = _target(url, answer.headers["Location"])
            else:
                return self._accepted(answer, accepted)
        raise SourceFailed("sends us in a circle: check its address", answered=True)

    def _sent(
        self,
        url: httpx.URL,
        keep: Callable[[bytes], object],
        headers: Mapping[str, str],
        own: bool,
        accepted: tuple[int, ...],
        largest: int | None,
        body: bytes | None,
    ) -> httpx.Response:
        self._allowance.spend()
        method = "GET" if body is None else "POST"
        try:
            bearing = {**headers, **self._credentials(url, own)}
            with self._client.stream(method, url, headers=bearing, content=body, follow_redirects=False) as answer:
                if answer.status_code in accepted:
                    self._listen(answer, keep, largest)
                return answer
        except TokenRefused as error:
            if error.passing:
                raise Again(str(error)) from None
            raise
        except httpx.TimeoutException:
            raise Again("did not answer in time") from None
        except httpx.DecodingError:
            raise Again("sent an answer that is packed wrongly") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Again("could not be reached, or broke off") from None

    def _listen(self, answer: httpx.Response, keep: Callable[[bytes], object], largest: int | None) -> None:
        began, length = self._clock(), 0
        for block in answer.iter_bytes():
            length += len(block)
            if largest is not None and length > largest:
                raise SourceFailed(_TOO_LARGE, answered=True)
            if largest is not None and self._clock() - began > _LONGEST_PAGE:
                raise Again("did not answer in time")
            keep(block)

    def _credentials(self, url: httpx.URL, own: bool) -> dict[str, str]:
        home = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
        home = home or (url.scheme == "https" and url.host in self._hosts)
        return self._bearer.headers() if self._bearer and own and home else {}

    def _accepted(self, answer: httpx.Response, accepted: tuple[int, ...]) -> httpx.Response:
        if answer.status_code in accepted:
            return answer
        busy = self._patience.busy(answer)
        if busy:
            raise busy
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise SourceFailed(f"refuses us ({answer.status_code}): check the credentials and their rights")
        raise SourceFailed(f"refuses the question ({answer.status_code}): check its address", answered=True)


def _target(url: httpx.URL, location: str) -> httpx.URL:
    try:
        found = httpx.URL(urljoin(str(url), location))
    except (ValueError, httpx.InvalidURL):
        found = httpx.URL()
    if found.scheme not in ("http", "https") or not found.host:
        raise SourceFailed("sends us to what is no web address: check its address", answered=True)
    return found
