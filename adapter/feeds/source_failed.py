"""The one way in which a source fails."""

from __future__ import annotations

from adapter.errors import AdapterError


class SourceFailed(AdapterError):
    """A source could not be pulled from to the end. What was taken stays; the next pull goes on."""

    def __init__(self, why: str, *, answered: bool = False) -> None:
        """`why` is the end of a sentence about the source."""
        super().__init__(f"The source {why}.")
        self.answered = answered
        """The server refused: it is no fault of the way to it, nor one that passes."""
