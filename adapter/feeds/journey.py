"""How far the pulling of one feed came, as the database remembers it."""

from __future__ import annotations

from datetime import UTC, datetime

from adapter.store.pulls import Pulls, What


class Journey:
    """The steps of one feed from one source (see `sources.fingerprint`)."""

    def __init__(self, pulls: Pulls, feed: str, source: str) -> None:
        self._pulls, self._feed, self._source = pulls, feed, source

    def cursor(self) -> datetime | None:
        """Until when all is known; None before the first pull."""
        step = self._pulls.latest(self._feed, self._source, "reached", "finished")
        return datetime.fromisoformat(step.cursor) if step else None

    def export(self) -> str | None:
        """Where the state of an export is asked for that was neither finished nor dropped."""
        step = self._pulls.latest(self._feed, self._source, "exporting", "finished", "dropped")
        return step.cursor if step and step.what == "exporting" else None

    def step(self, what: What, cursor: datetime | str = "", note: str = "") -> None:
        self._pulls.add(
            self._feed, self._source, what, instant(cursor) if isinstance(cursor, datetime) else cursor, note
        )


def instant(moment: datetime) -> str:
    """A FHIR instant in UTC: `2024-09-12T08:30:00.000Z`, cut off and never rounded up."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
