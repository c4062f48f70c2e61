"""The one table: the product beside what bounds it, on the same files, in one session.

    python -m bench.table [--records 50000] [--rounds 3] [--seed 7] [--keep FOLDER] [--label WORD]

What it measures and how to read it: docs/performance.md. The raw figures go to bench/results/. It exits 1 where a count
is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import msgspec
from bench import machine
from bench.load import Load, make
from bench.server import server
from bench.session import DATABASES, Round, Seconds, Session
from bench.stored import Stored
from msgspec import Struct

RESULTS = Path(__file__).parent / "results"
_LARGEST = 6
CONTESTANTS = ("limit", "authority", "duckdb", *DATABASES)

Spread = tuple[float, float, float]
"""Median, least, most."""


def spread(rounds: list[Round], figure: Callable[[Seconds], float]) -> Spread:
    values = [figure(each.seconds) for each in rounds]
    return median(values), min(values), max(values)


def rows(records: int, rounds: list[Round], naive: dict[str, int]) -> list[tuple[str, str, str]]:
    """What was measured, seconds, and records in a second."""

    def row(what: str, key: str) -> tuple[str, str, str]:
        seconds = spread(rounds, lambda each: each[key])
        return what, _seconds(seconds), f"{records / seconds[0]:,.0f}"

    found = [
        row("physical limit: read, orjson, SHA-256; 1 process", "limit 1"),
        row("physical limit, 2 processes", "limit 2"),
        row("fhir.resources validation alone, 1 process", "authority 1"),
        row("fhir.resources validation alone, 2 processes", "authority 2"),
        row(
            f"DuckDB query, no provenance; wrong in {naive['wrong practice-months']} of {naive['practice-months']} "
            "practice-months",
            "duckdb",
        ),
    ]
    for database in DATABASES:
        found += [
            row(f"ours on {database}: ingest", f"{database} ingest"),
            row(f"ours on {database}: first run", f"{database} first run"),
            row(f"ours on {database}: re-run, 1 % corrected", f"{database} re-run fault"),
            row(f"ours on {database}: diff of the two", f"{database} diff fault"),
            row(f"ours on {database}: re-run, 1 % scattered", f"{database} re-run scattered"),
            row(f"ours on {database}: diff of the two", f"{database} diff scattered"),
        ]
    return found


class Asked(Struct, frozen=True):
    """One thing that is asked of the product: a ratio of times, and its least or most."""

    what: str
    wanted: float
    figure: Callable[[Seconds], float]
    at_most: bool = False

    def line(self, rounds: list[Round]) -> tuple[str, str, str, str]:
        """In words: what, how much, what was reached (each round's own ratio), whether the median reaches it."""
        got = spread(rounds, self.figure)
        reached = got[0] <= self.wanted if self.at_most else got[0] >= self.wanted
        words = f"{'at most' if self.at_most else 'at least'} {self.wanted:.3g}"
        return self.what, words, _ratio(got), "yes" if reached else "no"


def _ratio_of(above: str, *below: str) -> Callable[[Seconds], float]:
    return lambda seconds: seconds[above] / sum(seconds[name] for name in below)


def asked_of(database: str) -> list[Asked]:
    """What the product must reach on a database."""
    ingest, first = f"{database} ingest", f"{database} first run"
    again = "re-run and diff, 1 % {}: times as fast as the first run"
    beside = Asked(
        "ingest and run, times the DuckDB query's time",
        10,
        lambda seconds: (seconds[ingest] + seconds[first]) / seconds["duckdb"],
        at_most=True,
    )
    return [
        Asked("ingest, times as fast as fhir.resources on 2 processes", 8, _ratio_of("authority 2", ingest)),
        Asked("ingest, share of the limit's speed on 2 processes", 1 / 8, _ratio_of("limit 2", ingest)),
        Asked("first run, share of the limit's speed on 2 processes", 1 / 6, _ratio_of("limit 2", first)),
        Asked(again.format("corrected"), 20, _ratio_of(first, f"{database} re-run fault", f"{database} diff fault")),
        Asked(
            again.format("scattered"),
            20,
            _ratio_of(first, f"{database} re-run scattered", f"{database} diff scattered"),
        ),
        beside,
    ]


def _seconds(values: Spread) -> str:
    return f"{values[0]:,.2f} ({values[1]:,.2f}–{values[2]:,.2f})"


def _ratio(values: Spread) -> str:
    return f"{values[0]:.3g} ({values[1]:.3g}–{values[2]:.3g})"


def show(load: Load, session: Session, rounds: list[Round], about: dict[str, str]) -> None:
    size = load.bytes["base"] / load.lines["base"]
    print("; ".join(f"{name} {value}" for name, value in about.items()))
    print(
        f"{load.records:,} records of {size:,.0f} bytes about {load.patients:,} patients from {len(load.feeds)} feeds, "
        f"seed {load.seed}; {len(rounds)} rounds in alternating order. Corrected: {load.lines['fault']:,} records of "
        f"{load.touched['fault']:,} patients; scattered: {load.lines['scattered']:,} of {load.touched['scattered']:,}."
    )
    print(f"fhir.resources saw {len(session.sample):,} lines ({session.valid:,} valid); its time is scaled to all.")
    print("Every count on both databases is the generator's truth, at first and after each correction.\n")
    print_columns(("what", "seconds: median (min–max)", "records/s"), rows(load.records, rounds, session.naive))
    print()
    for name in DATABASES:
        lines = [asked.line(rounds) for asked in asked_of(name)]
        print_columns((f"{name}: what is asked", "", "median (min–max)", "reached"), lines)
        print()
    for name in DATABASES:
        show_stored(name, rounds[-1].stored[name], load.records)
    for name in DATABASES:
        peak = max(bytes_ for each in rounds for step, bytes_ in each.memory.items() if step.startswith(name))
        print(f"{name}: peak memory of the process tree {peak / 2**20:,.0f} MiB (asked: under 1,024)")


def show_stored(name: str, stored: Stored, records: int) -> None:
    """Bytes a record: in all, and the largest tables."""
    asked = " (asked: under 1,000)" if name == "postgresql" else ""
    print(f"{name}: {stored.total / records:,.0f} bytes a record stored, indexes and all{asked}")
    largest = sorted(stored.tables.items(), key=lambda each: (-sum(each[1]), each[0]))[:_LARGEST]
    lines = [(table, f"{rows / records:,.0f}", f"{indexes / records:,.0f}") for table, (rows, indexes) in largest]
    print_columns(("table", "rows", "indexes"), lines)
    print()


def print_columns(head: tuple[str, ...], lines: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(line[at]) for line in [head, *lines]) for at in range(len(head))]
    for line in [head, tuple("-" * width for width in widths), *lines]:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def write(label: str, load: Load, session: Session, rounds: list[Round], about: dict[str, str]) -> Path:
    """The raw figures, as JSON that a person can read."""
    said = {
        "machine": about,
        "load": {name: getattr(load, name) for name in ("records", "seed", "patients", "lines", "bytes", "touched")}
        | {"feeds": len(load.feeds), "truth": load.truths["base"].outcomes},
        "authority": {"sample": len(session.sample), "valid": session.valid},
        "duckdb": session.naive,
        "rounds": rounds,
    }
    file = RESULTS / f"{label or load.records}.json"
    file.write_bytes(msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n")
    return file


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=50_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--keep", type=Path, default=None, help="where the load lies or is to be made; it stays there")
    options.add_argument("--label", default="", help="the name of the file of raw figures")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        place = Path(name)
        folder: Path = asked.keep or place / "load"
        if not (folder / "load.json").exists():
            _say(f"making {asked.records:,} records")
            make(folder, asked.records, asked.seed)
        with server(place) as running:
            session = Session(folder, running, place, _say)
            about = machine.described() | {f"postgresql {key}": one for key, one in running.settings().items()}
            rounds = [session.round(number, CONTESTANTS) for number in range(asked.rounds)]
        show(session.load, session, rounds, about)
        print(
            f"\nRaw figures: {write(asked.label, session.load, session, rounds, about).relative_to(RESULTS.parents[1])}"
        )


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
