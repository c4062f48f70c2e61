"""Bulk Data `$export`: begun, waited for, downloaded whole, taken; then the cursor is its `transactionTime`.

Where the state of an export is asked for is kept as soon as it is known, so that a pull that was cut off goes on with
the same export. A file that did not come whole is downloaded again, never taken in part. An export that ends with
errors for some resources is taken, and is no success: the cursor stays, and the next pull exports the same time again.

Source: HL7 Bulk Data Access 2.0; exchange.md section 3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, time
from http import HTTPStatus
from typing import BinaryIO

import httpx

from adapter.feeds.door import Door
from adapter.feeds.export_file import Wholeness, has_errors, joined, lines_of
from adapter.feeds.journey import Journey, instant
from adapter.feeds.manifest import ExportFile, Manifest, read_manifest
from adapter.feeds.next_link import NoAddress, address
from adapter.feeds.patience import Again
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Export
from adapter.feeds.source_server import SourceServer

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 120.0


class ExportPull:
    """One pull from one server. `pause` lets time pass."""

    def __init__(
        self, source: Export, server: SourceServer, door: Door, journey: Journey, pause: Callable[[float], None]
    ) -> None:
        self._source, self._server, self._door, self._journey = source, server, door, journey
        self._pause = pause

    def run(self) -> None:
        """All that is new. Raises SourceFailed; then the cursor stands where it was."""
        url, manifest = self._resumed() or self._begun()
        try:
            self._take(manifest.output, manifest)
            for file in manifest.deleted:
                self._take((file,), manifest)
            failed = [self._outcomes(file, manifest) for file in manifest.error]
        except SourceFailed as error:
            if error.answered:  # the server has a file no more, so that this export will never be whole
                self._journey.step("dropped")
            raise
        if any(failed):
            self._journey.step("dropped")
            self._server.delete(url)
            raise SourceFailed("left out some resources, for errors of its own: what it gave is taken, pull again")
        self._journey.step("finished", manifest.time)
        self._server.delete(url)

    def _resumed(self) -> tuple[httpx.URL, Manifest] | None:
        """The export that an earlier pull began, if it is still of use."""
        kept = self._journey.export()
        if kept is None:
            return None
        try:
            return httpx.URL(kept), self._waited(httpx.URL(kept))
        except SourceFailed as error:
            if not error.answered:
                raise
            return None

    def _begun(self) -> tuple[httpx.URL, Manifest]:
        path = f"Group/{self._source.group}/$export" if self._source.group else "$export"
        query = [("_type", ",".join(self._source.types))] if self._source.types else []
        since = self._journey.cursor()
        if since is None and self._source.since:
            since = datetime.combine(self._source.since, time(), UTC)
        query += [("_since", instant(since))] if since else []
        headers = {"Prefer": "respond-async"}
        url = self._server.asked(
            self._server.below(path, tuple(query)), _location, accepted=(HTTPStatus.ACCEPTED,), headers=headers
        )
        self._journey.step("exporting", str(url))
        return url, self._waited(url)

    def _waited(self, url: httpx.URL) -> Manifest:
        """The manifest, once there is one. An export that the server has no more, or that failed, is dropped."""
        waited, pause = 0.0, _FIRST_PAUSE
        while True:
            try:
                found = self._server.asked(
                    url,
                    self._state,
                    accepted=(HTTPStatus.OK, HTTPStatus.ACCEPTED),
                    headers={"Accept": "application/json"},
                )
            except SourceFailed as error:
                if error.answered:
                    self._journey.step("dropped")
                raise
            if isinstance(found, Manifest):
                return found
            after = pause if found is None else max(_FIRST_PAUSE, found)
            pause = min(pause * 2, _LONGEST_PAUSE)
            waited += after
            if waited > self._source.longest:
                raise SourceFailed("is still preparing its export: pull again later, it is not begun anew")
            self._pause(after)

    def _state(self, answer: httpx.Response, content: bytes) -> Manifest | float | None:
        if answer.status_code == HTTPStatus.ACCEPTED:
            return self._server.retry_after(answer)
        manifest = read_manifest(content, str(answer.request.url))
        if manifest is None:
            raise Again("answered with something that is no list of exported files", broken=True)
        return manifest

    def _take(self, files: Sequence[ExportFile], manifest: Manifest) -> None:
        with ExitStack() as open_:
            streams = [open_.enter_context(self._downloaded(file, manifest)) for file in files]
            filled = [stream for stream in streams if lines_of(stream).texts]
            if filled:
                whole = open_.enter_context(joined(filled))
                whole.seek(0)
                self._door.take_stream(whole, lines=True)

    def _outcomes(self, file: ExportFile, manifest: Manifest) -> bool:
        """Keep what the server says of what it left out. Answers whether any of it is an error."""
        with self._downloaded(file, manifest) as stream:
            if not lines_of(stream).texts:
                return False
            errors = has_errors(stream)
            self._door.take_stream(stream, lines=True)
        return errors

    def _downloaded(self, file: ExportFile, manifest: Manifest) -> BinaryIO:
        return self._server.download(file.url, Wholeness(file.count).check, manifest.bearing)


def _location(answer: httpx.Response, _content: bytes) -> httpx.URL:
    try:
        return address(str(answer.request.url), answer.headers["Content-Location"])
    except (KeyError, NoAddress):
        raise SourceFailed("began an export and does not say where: check its address", answered=True) from None
