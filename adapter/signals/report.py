"""What an alarm says to people and to machines, and the figures of weeks as rows."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import msgspec

from adapter.signals import week as weeks
from adapter.signals.alarm import Alarm
from adapter.signals.figure import Figure
from adapter.signals.series import OTHERS, SEASONAL
from adapter.signals.signal import VOLUMES, Signal
from adapter.signals.tally import Tally

WEEKLY = ("feed", "practice", "programme", "week", *(figure.name.lower() for figure in Figure))
_ENCODER = msgspec.json.Encoder()


def alarm_line(alarm: Alarm, again: str = "") -> str:
    """An alarm as one JSON object: its fields, its sentence, and what to do (see `steps`)."""
    return _ENCODER.encode(
        msgspec.to_builtins(alarm) | {"says": sentence(alarm), "do": list(steps(alarm, again=again))}
    ).decode()


def sentence(alarm: Alarm) -> str:
    """What is off, since when, and how far from its own past."""
    if alarm.signal is Signal.DELIVERY_OVERDUE:
        return (
            f"{alarm.signal.sentence} Silent for {alarm.seen} days; {alarm.expected:g} between deliveries is usual "
            f"({alarm.past_first} to {alarm.past_last})."
        )
    if alarm.signal is Signal.CODE_NEW:
        feeds = sorted({feed for feed, _ in alarm.carriers})
        return (
            f"{alarm.signal.sentence} {alarm.of}: {alarm.seen} records since {alarm.since}, by {len(feeds)} feeds "
            f"({_few(feeds)}); none in the {alarm.past_weeks} weeks before."
        )
    what = f" ({alarm.of})" if alarm.of else ""
    whole = f" of {alarm.whole:,}" if alarm.signal not in VOLUMES else ""
    window = "the week" if alarm.weeks == 1 else f"the {alarm.weeks} weeks"
    odd = f", {alarm.past_odd} of them odd and left out" if alarm.past_odd else ""
    of = ", ".join(f"{one.programme or 'no programme'} {one.seen:,}" for one in alarm.programmes[:5])
    return (
        f"{alarm.signal.sentence[:-1]}{what}: {alarm.seen:,}{whole} in {window} to {alarm.last}, {alarm.expected:g} "
        f"expected by {alarm.past_weeks} weeks from {alarm.past_first} to {alarm.past_last}{odd}; by chance "
        f"{alarm.chance:.0e}. Off since {alarm.since}, to be seen from {alarm.raised}"
        f"{f'. It is {of}' if of and len(alarm.programmes) > 1 else ''}."
    )


def steps(alarm: Alarm, days: tuple[str, str] | None = None, again: str = "") -> Iterator[str]:
    """What to do, in order. `days` are the first and the last vaccination day of the records behind it; `again` the
    options that find it again.
    """
    yield alarm.signal.advice
    if alarm.signal is Signal.DELIVERY_OVERDUE:
        return
    if days is None:
        yield f"See the records: adapter signals --records {alarm.id}{again}"
    first, last = days or (weeks.first_day(alarm.since), weeks.last_day(alarm.last))
    named = [alarm.scope] if alarm.scope not in ("", OTHERS, SEASONAL) else [one.programme for one in alarm.programmes]
    programmes = " ".join(f"--programme {one}" for one in named if one) or "--programme KEY"
    feed = f" --feed {shlex.quote(alarm.feed)}" if alarm.feed else ""
    if alarm.signal not in (Signal.VOLUME_LOW, Signal.CODE_NEW):
        yield (
            f"If it is a fault, hold the counts: adapter incident open NAME {programmes} --from {first} --to {last}"
            f'{feed} --by "WHO" --reason "WHAT"'
        )


def weekly(tally: Tally, since: int, until: int) -> Iterator[dict[str, object]]:
    """The figures by feed, practice, programme and week, in that order, with the columns `WEEKLY`."""
    for place, found in sorted(tally.figures.items(), key=lambda each: each[0]):
        for week in sorted(found):
            if since <= week <= until:
                cells = (place.feed, place.practice, place.programme, weeks.name(week), *found[week])
                yield dict(zip(WEEKLY, cells, strict=True))


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
