"""What one pull may use up, and whether it is to go on at all: asked before each request and each wait."""

from __future__ import annotations

import time
from collections.abc import Callable

from adapter.errors import AdapterError
from adapter.feeds.source_failed import SourceFailed
from adapter.feeds.source_kinds import Budget


class Stopped(AdapterError):
    """The service ends, so a pull was left off. What it took stays; the next one goes on."""

    def __init__(self) -> None:
        super().__init__("The pull was left off, for the service ends: the next one goes on.")


class Allowance:
    """Of one pull. `stopping` tells that it is to be left off; `clock` gives seconds that never go back."""

    def __init__(
        self,
        budget: Budget,
        stopping: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget, self._stopping, self._clock = budget, stopping, clock
        self._ends, self._sent = clock() + budget.seconds, 0

    def spend(self) -> None:
        """One request. Raises SourceFailed where nothing is left, and Stopped."""
        if self._stopping():
            raise Stopped
        self._sent += 1
        if self._sent > self._budget.requests:
            raise SourceFailed("needs more requests than one pull may send: raise `budget`, or set `window_days`")
        if self._clock() > self._ends:
            raise SourceFailed("takes longer than one pull may last: raise `budget`, or set `window_days`")
