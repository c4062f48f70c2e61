"""How often one holder of a key or token may ask, and how often one address may fail to be let in.

Counted in this process, with a window that slides (`limits`): several processes each count for themselves.
"""

from __future__ import annotations

import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from adapter.errors import UsageError

FAILURES = "60/minute"
"""Requests of one address whose key or token opens nothing."""


class Rates:
    """`rate` is as in `12000/minute`; "" is no limit."""

    def __init__(self, rate: str) -> None:
        """Raises UsageError."""
        try:
            self._rate: RateLimitItem | None = parse(rate) if rate else None
        except ValueError:
            raise UsageError("ADAPTER_RATE_LIMIT is a number in a time, such as `12000/minute`, or `off`.") from None
        self._failures = parse(FAILURES)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())

    def asked(self, holder: str) -> int:
        """Seconds until this holder may ask again; 0 where it may now."""
        return self._hit(self._rate, "asked", holder) if self._rate else 0

    def failed(self, address: str) -> int:
        """The same for an address whose key or token was none."""
        return self._hit(self._failures, "failed", address)

    def _hit(self, item: RateLimitItem, *who: str) -> int:
        if self._limiter.hit(item, *who):
            return 0
        return max(1, math.ceil(self._limiter.get_window_stats(item, *who).reset_time - time.time()))
