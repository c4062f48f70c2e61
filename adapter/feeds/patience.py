"""How long a source is waited for: what it asks for itself, else ever longer with chance in it, and not for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, wait_random_exponential

Answer = TypeVar("Answer")


class Again(Exception):
    """Asking again may help; `after` is how many seconds the server wants to be left alone, None if it did not say.
    The text is the end of a sentence about the server. `broken`: it answered, and that with an error of its own.
    """

    def __init__(self, why: str, after: float | None = None, *, broken: bool = False) -> None:
        super().__init__(why)
        self.after, self.broken = after, broken


class Patience:
    """`attempts` and `budget` (seconds of waiting for one answer) end it. `pause` and `now` stand for the clock."""

    def __init__(
        self,
        *,
        attempts: int = 4,
        budget: float = 60,
        pause: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._attempts, self._budget, self._pause, self._now = attempts, budget, pause, now
        self._backoff = wait_random_exponential(multiplier=0.5, max=20)

    def until_answered(self, ask: Callable[[], Answer]) -> Answer:
        """The answer, or the last Again where patience ends."""
        waiting = Retrying(
            retry=retry_if_exception_type(Again), wait=self._wait, stop=self._give_up, sleep=self._pause, reraise=True
        )
        return waiting(ask)

    def busy(self, answer: httpx.Response) -> Again | None:
        """Why an answer is worth asking for again; None where it is one."""
        if answer.status_code in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT) or answer.is_server_error:
            broken = answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
            return Again(f"is busy or broken ({answer.status_code})", self.retry_after(answer), broken=broken)
        return None

    def retry_after(self, answer: httpx.Response) -> float | None:
        """Seconds from a `Retry-After` in either of its forms; None where there is none that can be read."""
        sent = answer.headers.get("Retry-After", "").strip()
        if sent.isascii() and sent.isdecimal():
            return float(sent)
        try:
            moment = parsedate_to_datetime(sent)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return max(0.0, (moment - self._now()).total_seconds())

    def _wait(self, state: RetryCallState) -> float:
        after = _asked_for(state)
        return float(self._backoff(state)) if after is None else after

    def _give_up(self, state: RetryCallState) -> bool:
        """After so many attempts, or where waiting on would use up the budget."""
        waited = state.idle_for + (_asked_for(state) or 0)
        return state.attempt_number >= self._attempts or waited > self._budget


def _asked_for(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.after if isinstance(error, Again) else None
