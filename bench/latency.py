"""Latency: how long a person waits for a trace, up or down, and for a difference, on databases of growing size.

    python -m bench.latency --sizes 100000 1000000 [--database sqlite] [--samples 30]

For each size and database: a load is taken in and run, a hundred of its records are corrected, and it is run again. A
question is asked as often as `--samples`, each time of another record or count where there are that many. A
hundred corrected records are the same hundred's worth of difference in any database, so what grows is the database's
part alone. The raw figures go to bench/results/latency.json.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
from adapter.provenance.difference_text import difference_json
from adapter.provenance.effects import difference
from adapter.provenance.touches import of_code, of_identifier, touched, touches
from adapter.provenance.trace import steps, trace
from adapter.runs.ruleset import catalogue_in_force
from adapter.settings import Settings
from adapter.store.runs import Run
from adapter.store.store import Store, open_store
from bench import machine
from bench.load import Load, make
from bench.ours import PATIENT_KEY, ingest, prepare, run
from bench.server import server
from bench.session import DATABASES
from bench.table import RESULTS, print_columns
from msgspec import Struct

CORRECTED = 100
DECISIONS = 10
"""Of a count, as many as a person looks at first."""
_SEED = 11


class Waited(Struct, frozen=True):
    """Milliseconds of one question; `processor` is the median of this process's own work, without waiting."""

    question: str
    median: float
    most: float
    processor: float
    samples: int


class Size(Struct, frozen=True):
    """One database of one size; `seconds` is what ingest and first run took."""

    records: int
    database: str
    seconds: float
    waited: list[Waited]


def few(folder: Path, load: Load) -> None:
    """A part of the load of its own: the first corrected records."""
    (folder / "few").mkdir()
    left = CORRECTED
    for feed in load.feeds:
        file = folder / "fault" / f"{feed.name}.ndjson"
        if left and file.exists():
            with file.open("rb") as opened:
                lines = list(islice(opened, left))
            (folder / "few" / file.name).write_bytes(b"".join(lines))
            left -= len(lines)


def measured(store: Store, folder: Path, load: Load, samples: int) -> tuple[float, list[Waited]]:
    begun = time.perf_counter()
    prepare(store, folder, load)
    ingest(store, folder, load, "base", machine.cores())
    first = run(store).run
    seconds = time.perf_counter() - begun
    ingest(store, folder, load, "few")
    return seconds, [_waited(name, asked) for name, asked in questions(store, load, first, run(store).run, samples)]


def questions(
    store: Store, load: Load, first: Run, second: Run, samples: int
) -> Iterator[tuple[str, Iterable[Callable[[], object]]]]:
    """What is asked, by name; each several times."""
    chance = random.Random(_SEED)
    counts = chance.sample(store.runs.achievements(second), min(samples, store.runs.counted(second)))
    practices = chance.sample(sorted({one.practice for one in counts}), min(5, len({one.practice for one in counts})))
    decided = [one for each in practices for one in islice(store.runs.decisions(second, each), 2_000)]
    some = chance.sample(decided, min(samples, len(decided)))
    deliveries = [store.records.versions(one.decision.sequence)[-1].delivery for one in some[:5]]
    records = [one.decision.record for one in some]

    def down(id_: str) -> object:
        return list(islice(steps(store, trace(store, id_)), DECISIONS))

    def up(feed: str, system: str, value: str) -> object:
        return touches(store, of_identifier(store, system, value, feed).sequences)

    def differs() -> object:
        return difference_json(difference(store, first, second), catalogue_in_force())

    search = store.version_search
    yield "down from a decision", [partial(down, one.id) for one in some]
    yield "down from a count, per decision", [partial(down, one.count) for one in counts]
    yield "up from an identifier", [partial(up, one.feed, one.system or "", one.value) for one in records]
    yield (
        "up from a delivery, a page",
        [partial(touched, store, partial(search.of_delivery, one)) for one in deliveries],
    )
    names = [*dict.fromkeys(one.feed for one in records)][:5]
    yield "up from a feed, a page", [partial(touched, store, partial(search.of_feed, one)) for one in names]
    for name, code in (("common", "956951000000104"), ("unheard of", "1324681000000101")):
        yield f"up from a {name} code, a page", [partial(_touched_by, store, code)] * 5
    yield f"difference, {CORRECTED} records corrected", [differs] * 5


def _touched_by(store: Store, code: str) -> object:
    return touched(store, of_code(store, code))


def _waited(name: str, asked: Iterable[Callable[[], object]]) -> Waited:
    took, worked = [], []
    for each in asked:
        begun, work = time.perf_counter(), time.process_time()
        answer = each()
        parts = len(answer) if "per decision" in name and isinstance(answer, list) else 1
        took.append((time.perf_counter() - begun) * 1000 / max(1, parts))
        worked.append((time.process_time() - work) * 1000 / max(1, parts))
    found = Waited(name, statistics.median(took), max(took), statistics.median(worked), len(took))
    _say(f"  {name}: {found.median:.1f} ms, {found.processor:.1f} of them work")
    return found


@contextmanager
def opened(database: str, place: Path) -> Iterator[Store]:
    """An empty database."""
    if database == "sqlite":
        settings = Settings(f"sqlite:///{place / 'latency.sqlite3'}", place, patient_key=PATIENT_KEY)
        with open_store(settings.database_url, settings) as store:
            yield store
        return
    with server(place) as running, running.database("latency") as url:
        settings = Settings(url, place, patient_key=PATIENT_KEY)
        with open_store(url, settings) as store:
            yield store


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sizes", type=int, nargs="+", default=[100_000])
    options.add_argument("--database", choices=DATABASES, action="append", help="one of them; both if not named")
    options.add_argument("--samples", type=int, default=30)
    options.add_argument("--folder", type=Path, default=None, help="a folder on a disk with room")
    asked = options.parse_args()
    file, found = RESULTS / "latency.json", list[Size]()
    for records in asked.sizes:
        with tempfile.TemporaryDirectory(prefix="latency", dir=asked.folder) as name:
            place = Path(name)
            load = make(place / "load", records)
            few(place / "load", load)
            for database in asked.database or DATABASES:
                _say(f"{load.records:,} records on {database}")
                (place / database).mkdir()
                with opened(database, place / database) as store:
                    seconds, waited = measured(store, place / "load", load, asked.samples)
                found.append(Size(load.records, database, seconds, waited))
                said = {"machine": machine.described(), "sizes": found}
                file.write_bytes(msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n")
                show(found)
    print(f"\nRaw figures: {file.relative_to(RESULTS.parents[1])}")


def show(found: list[Size]) -> None:
    """A line for each question, a column for each size and database."""
    names = [one.question for one in found[0].waited]
    rows = [
        (name, *(f"{one.waited[number].median:,.1f} ({one.waited[number].processor:,.1f})" for one in found))
        for number, name in enumerate(names)
    ]
    print_columns(("milliseconds: median (of it work)", *(f"{one.records:,} {one.database}" for one in found)), rows)


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
