"""Fetches ODS records from the Organisation Data Terminology API, page by page, verbatim.

The API answers FHIR searches: 5,000 calls in five minutes and then 429, at most 10 MB an answer and then 422, an
unknown parameter is an error. Pages follow `link[next]` as it stands. An answer that cannot be used ends the
fetching with an error that says what to do: a directory with a hole in it would decide wrongly.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import httpx
import msgspec

from adapter.errors import AdapterError
from adapter.feeds.next_link import NoAddress, address, next_link
from adapter.feeds.patience import Again, Patience
from adapter.organisations.fhir_organisation import ODS_SYSTEM

DELETIONS = ("Organization", "OrganizationAffiliation", "Organization-role", "Organization-succession")
_CODES_A_CALL = 50


class OrganisationsUnavailable(AdapterError):
    """The API could not be asked to the end. What was fetched before is whole pages; the rest is missing."""


class OrganisationApi:
    """One API at `base_url`. The key goes to its own host only, whatever address a next link has.

    `attempts` and `budget` (seconds of waiting for one answer) end the patience with a server that is busy or
    broken. `pause` and `now` stand for the clock.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        client: httpx.Client | None = None,
        key_header: str = "apikey",
        page_size: int = 100,
        attempts: int = 6,
        budget: float = 600,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._base = httpx.URL(base_url.rstrip("/") + "/")
        self._key = {key_header: key}
        self._client = client or httpx.Client(timeout=httpx.Timeout(60, connect=10))
        self._page_size = page_size
        self._patience = Patience(attempts=attempts, budget=budget, pause=pause, now=now)

    def changed(self, since: date, until: date | None = None) -> Iterator[bytes]:
        """All that changed from one day to another, both inside: deletions first, so that a record that was made
        anew afterwards is not taken back, then organisations, then affiliations.
        """
        days = [f"ge{since}", *([f"le{until}"] if until else [])]
        yield from self.deletions()
        yield from self._search("Organization", [("lastChangeDate", day) for day in days])
        yield from self._search("OrganizationAffiliation", [("_lastUpdated", day) for day in days])

    def of(self, codes: Sequence[str]) -> Iterator[bytes]:
        """The organisations of these codes and the affiliations that lead from them."""
        for start in range(0, len(codes), _CODES_A_CALL):
            some = codes[start : start + _CODES_A_CALL]
            named = ",".join(f"{ODS_SYSTEM}|{code}" for code in some)
            yield from self._search("Organization", [("identifier", named)])
            yield from self._search("OrganizationAffiliation", [("primary-organization", ",".join(some))])

    def deletions(self) -> Iterator[bytes]:
        """The four lists of what ODS took back (their address is unconfirmed); one that the server does not have
        says that nothing was.
        """
        for name in DELETIONS:
            answer = self._ask(self._base.join(f"List/{name}-deletion"))
            if answer.status_code == HTTPStatus.NOT_FOUND:
                continue
            _resource(_accepted(answer), "List")
            yield answer.content

    def _search(self, kind: str, parameters: list[tuple[str, str]]) -> Iterator[bytes]:
        answer = self._first_page(kind, parameters)
        asked: set[str] = set()
        while True:
            bundle = _resource(_accepted(answer), "Bundle")
            asked.add(str(answer.request.url))
            yield answer.content
            following = next_link(bundle)
            if following is None:
                return
            try:
                url = address(str(answer.request.url), following)
            except NoAddress:
                raise OrganisationsUnavailable(
                    "The ODS API names a next page that is no web address. Ask again later."
                ) from None
            if str(url) in asked:
                raise OrganisationsUnavailable("The ODS API sends its pages in a circle. Ask again later.")
            answer = self._ask(url)

    def _first_page(self, kind: str, parameters: list[tuple[str, str]]) -> httpx.Response:
        """Asks for smaller pages while the server calls them too big."""
        count = self._page_size
        while True:
            query = httpx.QueryParams([*parameters, ("_count", str(count))])
            answer = self._ask(self._base.join(kind).copy_with(params=query))
            if answer.status_code != HTTPStatus.UNPROCESSABLE_ENTITY or count == 1:
                return answer
            count = max(1, count // 4)

    def _ask(self, url: httpx.URL) -> httpx.Response:
        """One answer that is neither busy nor broken; may be a refusal. Raises OrganisationsUnavailable."""
        try:
            return self._patience.until_answered(lambda: self._once(url))
        except Again as error:
            raise OrganisationsUnavailable(f"The ODS API {error}. Ask again later.") from None

    def _once(self, url: httpx.URL) -> httpx.Response:
        own = (url.scheme, url.host, url.port) == (self._base.scheme, self._base.host, self._base.port)
        try:
            answer = self._client.get(
                url, headers={"Accept": "application/fhir+json", **(self._key if own else {})}, follow_redirects=False
            )
        except httpx.TimeoutException:
            raise Again("did not answer in time") from None
        except httpx.TransportError:
            raise Again("could not be reached") from None
        except httpx.DecodingError:
            raise Again("sent an answer that is packed wrongly") from None
        busy = self._patience.busy(answer)
        if busy:
            raise busy
        return answer


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY:
        raise OrganisationsUnavailable("The ODS API finds the answer too big (422). Ask for fewer days or codes.")
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise OrganisationsUnavailable(f"The ODS API refuses the key ({answer.status_code}). Check the API key.")
    if answer.status_code != HTTPStatus.OK:
        raise OrganisationsUnavailable(f"The ODS API refuses the question ({answer.status_code}). Check its address.")
    return answer


def _resource(answer: httpx.Response, kind: str) -> dict[str, Any]:
    try:
        resource = msgspec.json.decode(answer.content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        resource = None
    found = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or found != kind:
        raise OrganisationsUnavailable(f"The ODS API answered with something that is no {kind}. Check its address.")
    return resource
