"""FHIR search by `_lastUpdated`: what changed since the last pull, window by window, page by page.

Windows overlap, and a page is taken before the cursor moves, so whatever is cut off comes again and is a receipt. A
window is done when its pages came to their end and held as many matches as the server itself said; else it is walked
again. Source: exchange.md section 1; FHIR R4 search "Paging".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

import httpx
from msgspec import Struct

from adapter.feeds.door import Door
from adapter.feeds.journey import Journey, instant
from adapter.feeds.next_link import NoAddress, address
from adapter.feeds.page import Page, read_page
from adapter.feeds.patience import Again
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Search
from adapter.feeds.source_server import SourceServer

_KIND = "Immunization"
_WALKS = 4
_MOST_BARREN = 20
"""How many pages one after the other may bring nothing that is new."""
_SETTLED = timedelta(days=1)
"""How long ago a window with an end must have ended, since our clock may be ahead of the server's."""
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class _Window(Struct, frozen=True):
    """From a moment to another; `until` is None of the last one, which has no end."""

    since: datetime
    until: datetime | None


class SearchPull:
    """One pull from one server. `now` gives the time, `pause` lets it pass."""

    def __init__(
        self,
        source: Search,
        server: SourceServer,
        door: Door,
        journey: Journey,
        now: Callable[[], datetime],
        pause: Callable[[float], None],
    ) -> None:
        self._source, self._server, self._door, self._journey = source, server, door, journey
        self._now, self._pause = now, pause

    def run(self) -> None:
        """All that is new. Raises SourceFailed; then the cursor stands where the last whole window ended."""
        for window in self._windows():
            until = self._whole(window)
            self._journey.step("reached" if window.until else "finished", until)

    def _windows(self) -> Iterator[_Window]:
        cursor, first = self._journey.cursor(), self._source.since
        since = _EARLIEST
        if cursor:
            since = cursor - timedelta(seconds=self._source.overlap)
        elif first:
            since = datetime.combine(first, time(), UTC)
        days, settled = self._source.window_days, self._now() - _SETTLED
        while days and since + timedelta(days=days) < settled:
            until = since + timedelta(days=days)
            yield _Window(since, until)
            since = until
        yield _Window(since, None)

    def _whole(self, window: _Window) -> datetime:
        """Until when everything is known now."""
        for walk in range(1, _WALKS + 1):
            walked = _Walk(self._source, self._server, self._door, window)
            walked.go()
            if walked.complete:
                break
            if walk == _WALKS:
                raise SourceFailed(walked.shortfall)
            self._pause(walk)
        return window.until or min(self._now(), walked.began or self._now())


class _Walk:
    """From the first page of a window to its last."""

    def __init__(self, source: Search, server: SourceServer, door: Door, window: _Window) -> None:
        self._source, self._server, self._door = source, server, door
        query = [("_lastUpdated", f"ge{instant(window.since)}")]
        query += [("_lastUpdated", f"lt{instant(window.until)}")] if window.until else []
        more = [(name, value) for name, _, value in (each.partition("=") for each in source.parameters)]
        self._url = server.below(_KIND, tuple(query + more))
        self._found: set[str] = set()
        self._total: int | None = None
        self._in_circle = False
        self.began: datetime | None = None
        """What the server's clock said when it answered first."""

    @property
    def complete(self) -> bool:
        if self._total is not None and self._source.check_total:
            return len(self._found) >= self._total
        return not self._in_circle

    @property
    def shortfall(self) -> str:
        if self._total is not None and self._source.check_total:
            return f"gave {len(self._found)} of the {self._total} records that it says it has: pull again"
        return "sends its pages in a circle: pull again, or ask for other pages (`parameters`)"

    def go(self) -> None:
        asked, marks, barren = set[str](), set[bytes](), 0
        url: httpx.URL | None = self._url
        while url is not None:
            asked.add(str(url))
            content, page, answer = self._server.asked(url, _page)
            if self.began is None:
                self.began, self._total = _date(answer), page.total
            if page.entries and page.mark not in marks:
                self._door.take(content)
            fresh = page.matches - self._found
            barren = 0 if fresh else barren + 1
            marks.add(page.mark)
            self._found |= fresh
            url = self._next(str(answer.request.url), page)
            if url is not None and (str(url) in asked or barren > _MOST_BARREN):
                self._in_circle, url = True, None

    def _next(self, here: str, page: Page) -> httpx.URL | None:
        if page.following is None:
            return None
        try:
            return address(here, page.following)
        except NoAddress:
            raise SourceFailed("names a next page that is no web address: pull again") from None


def _page(answer: httpx.Response, content: bytes) -> tuple[bytes, Page, httpx.Response]:
    page = read_page(content, _KIND)
    if page is None:
        raise Again("answered with something that is no Bundle")
    return content, page, answer


def _date(answer: httpx.Response) -> datetime | None:
    try:
        found = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
