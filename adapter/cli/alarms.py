"""How `adapter signals` shows what it found."""

from __future__ import annotations

import msgspec

from adapter.cli import console, options
from adapter.cli.signals import SignalFormat
from adapter.errors import UsageError
from adapter.runs import signals as watching
from adapter.runs.weeks_asked import Asked
from adapter.signals import week as weeks
from adapter.signals.alarm import Alarm
from adapter.signals.report import WEEKLY, alarm_line, sentence, steps, weekly
from adapter.store.store import Store

MOST_TOLD = 10
"""Alarms that are told in sentences."""


def asked(gms_extension: str, as_of: str | None, since: str | None, until: str | None) -> Asked:
    """Raises UsageError for what is no time and no week."""
    return Asked(options.moment(as_of), _week(since), _week(until), gms_extension)


def show(store: Store, asked: Asked, feed: str | None, practice: str | None, format_: SignalFormat) -> None:
    """What is off, the surest first."""
    watched = _watched(store, asked, feed)
    found = [one for one in watched.alarms if one.concerns(feed, practice)]
    first, last = weeks.name(watched.since), weeks.name(watched.until)
    if format_ is SignalFormat.NDJSON:
        console.write("".join(alarm_line(one, _again(asked)) + "\n" for one in found))
    elif format_ is SignalFormat.JSON:
        document = {"since": first, "until": last, "records": watched.records, "young": watched.young}
        console.write(
            _pretty(document | {"alarms": [msgspec.json.decode(alarm_line(one, _again(asked))) for one in found]})
        )
    else:
        title = f"off from {first} to {last}, of {watched.records:,} records"
        _tell(watched, found, title, _again(asked))


def _tell(watched: watching.Watched, found: list[Alarm], title: str, again: str) -> None:
    columns = ("alarm", "signal", "feed", "programmes", "since", "raised", "seen", "of", "expected")
    rows = [
        (one.id, one.signal.value, one.whose, one.scope, one.since, one.raised, one.seen, one.whole or "", one.expected)
        for one in found
    ]
    if found:
        console.out().print(console.table(f"What is {title}", columns, rows, right=("seen", "of", "expected")))
    else:
        console.write(f"Nothing is {title}.\n")
    for one in found[:MOST_TOLD]:
        console.write(f"\n{one.id}  {one.signal.value}, {one.whose}: {sentence(one)}\n")
        console.write("".join(f"  {step}\n" for step in steps(one, again=again)))
    if len(found) > MOST_TOLD:
        rest = len(found) - MOST_TOLD
        console.write(f"\n{rest} more are in the table: --feed or --practice tells of some, --format json of all.\n")
    if watched.young:
        console.write(f"\nToo young to be judged, with less than 12 weeks of records: {', '.join(watched.young)}.\n")


def show_records(store: Store, asked: Asked, beginning: str, format_: SignalFormat) -> None:
    """The records behind an alarm."""
    alarm, found = watching.records_behind(store, asked, beginning)
    if format_ is SignalFormat.NDJSON:
        console.write("".join(msgspec.json.encode(one).decode() + "\n" for one in found))
        return
    if format_ is SignalFormat.JSON:
        console.write(_pretty({"alarm": alarm.id, "records": found}))
        return
    columns = ("feed", "system", "identifier", "practice", "programme", "given on", "made in", "decision")
    rows = [
        (
            one.feed,
            one.system,
            one.value,
            one.practice,
            one.programme,
            one.occurred,
            one.week,
            one.decision[:12] if one.decision else "",
        )
        for one in found
    ]
    console.out().print(console.table(f"{len(found)} records behind {alarm.id}, {alarm.signal.value}", columns, rows))
    days = sorted(one.occurred for one in found if one.occurred)
    for step in steps(alarm, (days[0], days[-1]) if days else None):
        console.write(f"  {step}\n")


def show_weeks(store: Store, asked: Asked, feed: str | None, practice: str | None, format_: SignalFormat) -> None:
    """The figures of each week that was judged."""
    watched = _watched(store, asked, feed)
    rows = [
        row
        for row in weekly(watched.tally, watched.since, watched.until)
        if feed in (None, row["feed"]) and practice in (None, row["practice"])
    ]
    if format_ is SignalFormat.NDJSON:
        console.write("".join(msgspec.json.encode(row).decode() + "\n" for row in rows))
    elif format_ is SignalFormat.JSON:
        console.write(_pretty(rows))
    else:
        title = f"Records by week, from {weeks.name(watched.since)} to {weeks.name(watched.until)}"
        shown = [*WEEKLY[:5], *(name for name in WEEKLY[5:] if any(row[name] for row in rows))]
        columns = [name.replace("_", " ") for name in shown]
        table = console.table(title, columns, [[row[name] for name in shown] for row in rows], right=columns[4:])
        console.out().print(table)


def _watched(store: Store, asked: Asked, feed: str | None) -> watching.Watched:
    if feed is not None:
        store.feeds.found(feed)
    with console.working("Records") as report:
        return watching.watch(store, asked, report)


def _again(asked: Asked) -> str:
    """The options by which the same alarms are found."""
    named = {
        "--since": asked.since is not None and weeks.name(asked.since),
        "--until": asked.until is not None and weeks.name(asked.until),
        "--as-of": asked.as_of is not None and asked.as_of.isoformat(),
    }
    return "".join(f" {option} {value}" for option, value in named.items() if value)


def _week(text: str | None) -> int | None:
    if text is None:
        return None
    found = weeks.parse(text)
    if found is None:
        raise UsageError("A week is written 2024-W36, or as any day of it, such as 2024-09-02.")
    return found


def _pretty(what: object) -> str:
    return msgspec.json.format(msgspec.json.encode(what), indent=1).decode() + "\n"
