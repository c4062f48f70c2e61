"""Signals of a store: the figures of its records, on either database, as far as they had come, in whatever process."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from adapter.errors import UnknownName, UsageError
from adapter.runs.engine import Pool, Serial
from adapter.runs.reconciliation import Parameters, reconcile
from adapter.runs.signals import records_behind, watch
from adapter.runs.weeks_asked import Asked
from adapter.settings import Settings
from adapter.signals.figure import Figure
from adapter.signals.report import alarm_line, weekly
from adapter.signals.sighting import Place
from adapter.signals.signal import Signal
from adapter.signals.week import name
from adapter.store.feed_days import feed_days
from adapter.store.store import Store, open_store

import autumn_weeks
from autumn_weeks import COPIED, EACH_WEEK, FAULT, LAST, copied, fault, quiet
from sending import immunization, send

BORN = (Signal.BORN_ELSEWHERE, "a point-of-care system", "mill")
TWINS = (Signal.TWINS_DISAGREE, "", "mill")


def raised(store: Store, asked: Asked) -> set[tuple[Signal, str, str]]:
    return {(one.signal, one.of, one.feed) for one in watch(store, asked).alarms}


def test_copies_are_seen_and_the_records_behind_them_are_they(store: Store) -> None:
    quiet(store)
    fault(store)
    watched = watch(store, Asked(until=LAST))
    found = {(one.signal, one.of, one.feed): one for one in watched.alarms}
    assert {BORN, TWINS} <= found.keys()
    assert {feed for _, _, feed in found} == {"mill"}
    assert watched.young == ("trust",)
    twins = found[TWINS]
    assert (twins.practice, twins.since, twins.last) == ("D83013", name(FAULT), name(LAST))
    assert twins.seen == COPIED * (LAST + 1 - FAULT)
    assert [(one.programme, one.seen) for one in twins.programmes] == [("pertussis", twins.seen)]
    alarm, behind = records_behind(store, Asked(until=LAST), twins.id)
    assert alarm == twins
    assert [(one.feed, one.value) for one in behind] == [("mill", value) for value in copied()]
    assert {one.decision for one in behind} == {None}
    run = reconcile(store, Parameters("2024-04", "2024-12")).run
    decided = {one.decision.record.value: one.id for one in store.runs.decisions(run) if one.decision.practice}
    _, behind = records_behind(store, Asked(until=LAST), twins.id[:6])
    assert [one.decision for one in behind] == [decided[value] for value in copied()]


def test_a_quiet_half_year_raises_nothing(store: Store) -> None:
    quiet(store)
    assert raised(store, Asked(until=FAULT - 1)) == set()


def test_figures_are_of_the_weeks_in_which_records_were_made(store: Store) -> None:
    quiet(store)
    fault(store)
    tally = watch(store, Asked(until=LAST)).tally
    figures = tally.figures[Place("mill", "D83013", "pertussis")]
    assert figures[FAULT - 1][Figure.RECORDS] == figures[FAULT - 1][Figure.PERFORMER_OWN] == EACH_WEEK
    assert figures[FAULT][Figure.RECORDS] == EACH_WEEK + COPIED
    assert figures[FAULT][Figure.BORN_POC] == figures[FAULT][Figure.TWINS_DISAGREE] == COPIED
    assert tally.figures[Place("trust", "", "pertussis")][FAULT][Figure.PERFORMER_PROVIDER] == COPIED
    rows = list(weekly(tally, FAULT, FAULT))
    assert [(row["feed"], row["week"], row["records"]) for row in rows] == [
        ("mill", name(FAULT), EACH_WEEK + COPIED),
        ("trust", name(FAULT), COPIED),
    ]


def test_a_withdrawn_record_shows_nothing(store: Store) -> None:
    quiet(store)
    before = watch(store, Asked(until=FAULT - 1)).tally.figures[Place("mill", "D83013", "pertussis")][FAULT - 1]
    autumn_weeks.withdraw(store, f"v{FAULT - 1}-0")
    after = watch(store, Asked(until=FAULT - 1)).tally.figures[Place("mill", "D83013", "pertussis")][FAULT - 1]
    assert after[Figure.RECORDS] == before[Figure.RECORDS] - 1


def test_what_had_not_come_is_not_looked_at(settings: Settings) -> None:
    now = datetime(2024, 10, 2, 12, tzinfo=UTC)
    with open_store(settings.database_url, settings, lambda: now) as store:
        quiet(store)
        now = datetime(2024, 10, 24, tzinfo=UTC)
        fault(store)
        assert {BORN, TWINS} <= raised(store, Asked())
        then = watch(store, Asked(as_of=datetime(2024, 10, 23, tzinfo=UTC)))
        assert not {BORN, TWINS} & {(one.signal, one.of, one.feed) for one in then.alarms}
        assert then.records < watch(store, Asked()).records


def test_records_made_later_are_as_if_they_were_not_there(store: Store) -> None:
    quiet(store)
    fault(store)
    early = {one.id: one for one in watch(store, Asked(until=FAULT + 1)).alarms}
    late = {one.id: one for one in watch(store, Asked(until=LAST)).alarms}
    assert early.keys() <= late.keys()
    assert {late[one].raised for one in early} <= {name(FAULT), name(FAULT + 1)}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_processes_beside_this_one_give_the_same_bytes(store: Store) -> None:
    quiet(store)
    fault(store)
    told = [
        [alarm_line(one) for one in watch(store, Asked(until=LAST), engine=engine).alarms]
        for engine in (Serial(), Pool(2))
    ]
    assert told[0] == told[1] != []


def test_an_unknown_alarm_and_an_empty_stretch_are_said(store: Store) -> None:
    quiet(store)
    with pytest.raises(UnknownName, match="No alarm"):
        records_behind(store, Asked(until=FAULT), "")
    with pytest.raises(UsageError, match="104 weeks at most"):
        watch(store, Asked(since=FAULT - 26, until=FAULT + 100))
    with pytest.raises(UsageError, match="nothing after"):
        watch(store, Asked(since=LAST, until=FAULT))


def test_a_store_without_records_has_nothing_off(store: Store) -> None:
    watched = watch(store, Asked())
    assert (watched.records, watched.alarms, watched.young) == (0, [], ())


def test_a_feed_that_falls_silent_is_missed_on_either_database(settings: Settings) -> None:
    now = datetime(2024, 9, 2, 22, 30, tzinfo=UTC)
    with open_store(settings.database_url, settings, lambda: now) as store:
        for day in range(6):
            now = datetime(2024, 9, 2 + day, 22, 30, tzinfo=UTC)
            for value in ("a", "b"):
                send(store, immunization(f"{value}{day}", patient=day + 1), "trust")
        assert feed_days(store.database, now)["trust"] == [date(2024, 9, 2 + day) for day in range(6)]
        assert feed_days(store.database, datetime(2024, 9, 1, tzinfo=UTC)) == {}
        now = datetime(2024, 10, 14, 23, 30, tzinfo=UTC)
        [alarm] = [one for one in watch(store, Asked()).alarms if one.signal is Signal.DELIVERY_OVERDUE]
        assert (alarm.feed, alarm.seen) == ("trust", 37)
        assert watch(store, Asked(as_of=datetime(2024, 9, 12, tzinfo=UTC))).alarms == []
