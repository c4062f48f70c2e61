"""When a feed is pulled next, from the steps that are kept; and the circuit, which has no other memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from adapter.feeds.schedule import Circuit, circuit, due, error_rate
from adapter.feeds.source_kinds import Schedule
from adapter.store.pulls import Step

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
HOURLY = Schedule(every=3600, failures=3, rest=7200)


def steps(text: str) -> list[Step]:
    """`failed 10, finished 70`: newest first, with how many minutes ago."""
    pairs = [one.split() for one in text.split(", ") if one]
    return [Step(NOW - timedelta(minutes=float(ago)), what, "", "") for what, ago in pairs]


def minutes(moment: datetime | None) -> float | None:
    return None if moment is None else (moment - NOW) / timedelta(minutes=1)


@pytest.mark.parametrize(
    ("told", "wanted", "expected"),
    [
        ("", None, 0),
        ("finished 10, started 11", None, 50),
        ("failed 10, started 11", None, 50),
        ("started 10, finished 70, started 71", None, -10),  # cut off: at once
        ("reached 10, started 11", None, -10),
        ("finished 10, started 11", 5, -5),  # a notification since
        ("finished 10, started 11", 10.5, -10.5),  # while it was pulled: it may have been missed
        ("finished 10, started 11", 12, 50),
        ("failed 0.5, started 11", 12, 0.5),  # asked for and not had: again soon
        ("failed 10, started 11, failed 70, started 71, failed 130, started 131", None, 110),
        ("failed 10, started 11, failed 70, started 71, failed 130, started 131", 5, 110),
        ("failed 190, failed 300, failed 400", None, -130),
    ],
)
def test_due(told: str, wanted: float | None, expected: float) -> None:
    asked = None if wanted is None else NOW - timedelta(minutes=wanted)
    assert minutes(due(HOURLY, steps(told), asked, NOW)) == expected


def test_only_when_notified() -> None:
    told = steps("finished 10, started 11")
    assert due(Schedule(), told, None, NOW) is None
    assert minutes(due(Schedule(), told, NOW, NOW)) == 0


def test_cron_goes_by_londons_clock_over_its_change() -> None:
    schedule = Schedule(cron="30 6 * * *")
    before = due(schedule, steps("finished 10, started 11"), None, NOW)
    assert before == datetime(2026, 3, 29, 5, 30, tzinfo=UTC)  # summer time began in the night
    assert due(schedule, [Step(before, "finished", "", "")], None, before) == before + timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("", Circuit("closed", 0)),
        ("failed 1, started 2, failed 3", Circuit("closed", 2)),
        ("failed 1, failed 2, failed 3, finished 4", Circuit("open", 3, NOW + timedelta(minutes=119))),
        ("failed 1, failed 2, reached 3, failed 4", Circuit("closed", 2)),
        ("started 1, failed 121, failed 130, failed 140", Circuit("half-open", 3)),
        ("failed 1, started 2, failed 130, failed 140, failed 150", Circuit("open", 4, NOW + timedelta(minutes=119))),
        ("finished 1, failed 2, failed 3, failed 4", Circuit("closed", 0)),
    ],
)
def test_circuit(told: str, expected: Circuit) -> None:
    assert circuit(HOURLY, steps(told), NOW) == expected


def test_error_rate_is_of_the_newest_attempts() -> None:
    assert error_rate([]) is None
    assert error_rate(steps("failed 1, started 2, finished 3, reached 4, failed 5, failed 6")) == 0.75
    assert error_rate(steps(", ".join(["finished 1"] * 20 + ["failed 2"] * 9))) == 0
