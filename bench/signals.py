"""How small a fault the signals find, how soon, and how often they are wrong: faults of known size planted in invented
regions, and quiet years. `make bench-signals` prints the tables of docs/explanation/fault-signals.md.

A fault is found when an alarm of the right signal is raised for the feed it was planted in within 12 weeks. The weeks
until then are counted from the first week of the fault, 1 is that week.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from adapter.signals.alarm import alarms
from adapter.signals.figure import Figure
from adapter.signals.series import series
from adapter.signals.signal import Signal
from adapter.signals.tally import Tally
from adapter.signals.watch import off
from adapter.signals.week import name, week_of
from bench.machine import cores
from bench.region import SEASONAL, TRUSTS, Fault, region
from msgspec import Struct

BEGAN = week_of(date(2025, 3, 3))
AUTUMN = week_of(date(2024, 9, 2))
WITHIN = 12
PAST = 70
PRACTICES = 60
PLANTED = range(20)
"""Practices that a fault of single practices is planted in, each to be found by itself."""
RESULTS = Path(__file__).parent / "results" / "signals.json"


class Planted(Struct, frozen=True):
    """A kind of fault, and the alarm that should be raised for it."""

    what: str
    signal: Signal
    of: str
    figure: Figure | None
    sizes: tuple[float, ...]
    trust: bool = False


SHARES_OF_RECORDS = (0.05, 0.1, 0.2, 0.3, 0.5)
SINGLE = (
    Planted("records that do not come", Signal.VOLUME_LOW, "", None, (0.25, 0.5, 0.75, 1.0)),
    Planted("performers missing", Signal.PERFORMER_MISSING, "", Figure.PERFORMER_MISSING, SHARES_OF_RECORDS),
    Planted(
        "identifiers of a hospital's system",
        Signal.BORN_ELSEWHERE,
        "a point-of-care system",
        Figure.BORN_POC,
        SHARES_OF_RECORDS,
    ),
    Planted("twins that disagree", Signal.TWINS_DISAGREE, "", Figure.TWINS_DISAGREE, SHARES_OF_RECORDS),
    Planted("performer and place differ", Signal.PERFORMER_LOCATION, "", Figure.MISPLACED, SHARES_OF_RECORDS),
    Planted("codes that cannot be used", Signal.CODE_UNREADABLE, "", Figure.UNREADABLE, SHARES_OF_RECORDS),
    Planted("recorded late", Signal.RECORDED_LATE, "", Figure.LATE, SHARES_OF_RECORDS),
    Planted(
        "a trust's records that name practices", Signal.PERFORMER, "a practice", None, (0.01, 0.02, 0.05, 0.1), True
    ),
)
EVERYWHERE = (0.01, 0.02, 0.05, 0.1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--years", type=int, default=5, help="Quiet years of 100 practices.")
    options.add_argument("--seed", type=int, default=7)
    asked = options.parse_args()
    started = time.perf_counter()
    found = {
        "single": list(_single(asked.seed)),
        "everywhere": list(_everywhere(asked.seed)),
        "autumn": list(_autumn(asked.seed)),
        "quiet": _quiet(asked.years, asked.seed),
    }
    RESULTS.write_text(json.dumps({"cores": cores(), "seed": asked.seed} | found, indent=1) + "\n", "utf-8")
    for title in ("single", "everywhere", "autumn"):
        _print(title, found[title])  # type: ignore[arg-type]  # these three are lists of rows
    print(json.dumps(found["quiet"], indent=1))
    print(f"{time.perf_counter() - started:.0f} s")


Row = dict[str, object]


def _single(seed: int) -> Iterator[Row]:
    """A fault of one practice or one trust."""
    for planted in SINGLE:
        for size in planted.sizes:
            among = range(TRUSTS) if planted.trust else PLANTED
            fault = Fault(
                BEGAN,
                size,
                planted.figure,
                practices=range(0) if planted.trust else PLANTED,
                trusts=among if planted.trust else range(0),
            )
            tally = region(BEGAN - PAST, BEGAN + WITHIN - 1, PRACTICES, seed, (fault,))
            feeds = [f"trust-{each}" if planted.trust else f"gp-{each:04}" for each in among]
            found = first_weeks(tally, BEGAN, planted.signal, planted.of)
            yield _row(planted.what, size, [found.get(feed) for feed in feeds])


def _everywhere(seed: int) -> Iterator[Row]:
    """The same small fault in all practices: seen in all of them together before it is seen in one."""
    for planted in SINGLE[1:-1]:
        for size in EVERYWHERE:
            fault = Fault(BEGAN, size, planted.figure, practices=range(PRACTICES))
            tally = region(BEGAN - PAST, BEGAN + WITHIN - 1, PRACTICES, seed, (fault,))
            yield _row(planted.what, size, [first_weeks(tally, BEGAN, planted.signal, planted.of).get("")])


def _autumn(seed: int) -> Iterator[Row]:
    """The shape of autumn 2024: trusts' pertussis doses in 100 practices' records, as many as 25 to 100 of each hundred
    that the practices give, at once or five weeks of them in one.
    """
    kinds = (
        ("the trusts' feed is known", Signal.TWINS_DISAGREE, "", Figure.TWINS_DISAGREE),
        ("the identifiers survive", Signal.BORN_ELSEWHERE, "a point-of-care system", Figure.BORN_POC),
        ("nothing but the number tells", Signal.VOLUME_HIGH, "", Figure.PERFORMER_OWN),
    )
    for what, signal, of, figure in kinds:
        for size, weeks, lag in ((0.25, 0, 0), (0.5, 0, 0), (1.0, 0, 0), (5.0, 1, 5)):
            fault = Fault(
                AUTUMN + lag, size, figure, practices=range(100), programme="pertussis", weeks=weeks, added=True
            )
            tally = region(AUTUMN - PAST, AUTUMN + WITHIN - 1, 100, seed, (fault,))
            found = first_weeks(tally, AUTUMN, signal, of)
            single = [found.get(f"gp-{at:04}") for at in range(100)]
            how = f"{what}; {'loaded in one week, the sixth' if lag else 'each in its week'}"
            yield _row(how, size, single) | {"all practices": found.get("")}


def first_weeks(tally: Tally, began: int, signal: Signal, of: str) -> dict[str, int]:
    """In which week of the fault, from 1, something is off, by feed; the feed "" is all practices together."""
    found: dict[str, int] = {}
    for one in series(tally, SEASONAL):
        if (one.signal, one.of) == (signal, of):
            last = began + found.get(one.feed, tally.last - began + 1)
            week = next((each for each in range(began, last) if off(one, each - tally.first)), None)
            if week is not None:
                found[one.feed] = week - began + 1
    return found


def _row(what: str, size: float, weeks: Sequence[int | None]) -> Row:
    found = sorted(week for week in weeks if week is not None)
    return {
        "fault": what,
        "size": size,
        "planted": len(weeks),
        "found": len(found),
        "median weeks": statistics.median(found) if found else None,
        "slowest": found[-1] if found else None,
    }


def _quiet(years: int, seed: int) -> Row:
    """Alarms in quiet years, by signal."""
    first, since, last = (week_of(date(*day)) for day in ((2023, 9, 4), (2024, 12, 30), (2025, 12, 28)))
    wrong: Counter[str] = Counter()
    each = []
    for year in range(years):
        found = alarms(region(first, last, 100, seed + 1 + year), SEASONAL, since, last, {})
        each.append(len(found))
        wrong.update(f"{one.signal}{f' ({one.of})' if one.of else ''}, {_level(one.feed)}" for one in found)
    weeks = f"{name(since)} to {name(last)}"
    return {"weeks": weeks, "practices": 100, "trusts": TRUSTS, "years": each, "by signal": dict(sorted(wrong.items()))}


def _level(feed: str) -> str:
    return "all practices" if not feed else "a practice" if feed.startswith("gp-") else "a trust"


def _print(title: str, rows: Sequence[Row]) -> None:
    print(f"\n{title}\n")
    columns = list(rows[0])
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join("–" if row[column] is None else str(row[column]) for column in columns) + " |")


if __name__ == "__main__":
    main()
