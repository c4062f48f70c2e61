"""When a feed is pulled next, told from what pulling came to before: the same after a crash, and for everybody.

A circuit that opens after failures in a row needs no memory of its own: the steps that are kept say how it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from cronsim import CronSim
from msgspec import Struct

from adapter.feeds.source_kinds import Schedule
from adapter.store.pulls import Step

ATTEMPTS = 20
"""Over so many of the newest attempts an error rate is told."""
RETRY = timedelta(minutes=1)
"""How soon a pull is tried again that a notification asked for."""
_LONDON = ZoneInfo("Europe/London")


class Circuit(Struct, frozen=True):
    """`closed`: it is pulled; `open`: it is left alone until a moment; `half-open`: the next pull is a trial.
    `failures` counts those since the last that went well, or came part of the way.
    """

    state: Literal["closed", "open", "half-open"]
    failures: int
    until: datetime | None = None


def circuit(schedule: Schedule, steps: Sequence[Step], now: datetime) -> Circuit:
    """From the steps of pulling, newest first."""
    told = [step for step in steps if step.what != "started"]
    failures = next((place for place, step in enumerate(told) if step.what != "failed"), len(told))
    if failures < schedule.failures:
        return Circuit("closed", failures)
    until = told[0].recorded + timedelta(seconds=schedule.rest)
    return Circuit("open", failures, until) if now < until else Circuit("half-open", failures)


def due(schedule: Schedule, steps: Sequence[Step], wanted: datetime | None, now: datetime) -> datetime | None:
    """When it is to be pulled, `now` or earlier where that is at once; None for not before a notification. `wanted` is
    when one last asked for it. A pull that was cut off is due at once.
    """
    last = next((step for step in steps if step.what in ("finished", "failed")), None)
    if steps and steps[0].what in ("started", "reached"):
        found: datetime | None = steps[0].recorded
    else:
        found = _regular(schedule, last.recorded if last else None, now)
    if wanted and not _seen(steps, wanted):
        soon = last.recorded + RETRY if last and last.what == "failed" else wanted
        found = min(found, soon) if found else soon
    stands = circuit(schedule, steps, now)
    return max(found, stands.until) if found and stands.until else found


def error_rate(steps: Sequence[Step]) -> float | None:
    """The share of attempts that failed, None before the first."""
    attempts = [step.what == "failed" for step in steps if step.what in ("finished", "failed")][:ATTEMPTS]
    return sum(attempts) / len(attempts) if attempts else None


def _seen(steps: Sequence[Step], wanted: datetime) -> bool:
    """Whether a pull that began after a moment went well."""
    whole = False
    for step in steps:
        if step.what == "started" and whole:
            return step.recorded > wanted
        whole = whole or step.what == "finished"
    return False


def _regular(schedule: Schedule, last: datetime | None, now: datetime) -> datetime | None:
    if schedule.every is not None:
        return last + timedelta(seconds=schedule.every) if last else now
    if schedule.cron:
        return next(CronSim(schedule.cron, (last or now).astimezone(_LONDON))).astimezone(UTC)
    return None
