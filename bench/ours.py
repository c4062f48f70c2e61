"""The product on a load: ingest, first run, a correction, and what is on the disk afterwards.

Run as a process of its own, so that its memory can be watched: `python -m bench.ours LOAD DATABASE_URL DATA_FOLDER`. It
writes one line of JSON for each step as the step ends. The product is used by the same functions as its commands, in
one process for all feeds, since starting the command once a feed is no part of the work.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from adapter.cli import diff
from adapter.intake.crew import Crew
from adapter.intake.delivery import take
from adapter.intake.reading import reader
from adapter.intake.source import Source
from adapter.organisations.parse import parse
from adapter.organisations.release import Release, encode
from adapter.runs.reconciliation import Finished, Parameters, reconcile
from adapter.settings import Settings
from adapter.store.store import Store, open_store
from bench.load import PARTS, Load
from bench.machine import cores
from bench.plan import FIRST_MONTH, LAST_MONTH
from bench.stored import stored
from bench.truth import Count, compared, named

DATABASE = "bench.sqlite3"
PATIENT_KEY = bytes(range(32))
_MONTHS = Parameters(FIRST_MONTH, LAST_MONTH)
_SHOWN = 5


class WrongCounts(Exception):
    """The counts are not the truth: whatever was measured is worth nothing."""


def prepare(store: Store, folder: Path, load: Load) -> None:
    """The directory and the feeds."""
    for file in sorted((folder / "ods").glob("*.csv")):
        content = file.read_bytes()
        release = parse(content, file.name)
        if not isinstance(release, Release):
            raise WrongCounts(f"{file.name} is no report that is known.")
        store.ods_releases.add(content, release.kind, encode(release))
    for feed in load.feeds:
        store.feeds.remember(feed.name, feed.practice or None, None, feed.stu3)


def ingest(store: Store, folder: Path, load: Load, part: str, workers: int = 1) -> dict[str, int]:
    """Every feed's file of one part of the load → what became of the resources, added up."""
    figures = Counter[str]()
    shared = reader(store.pseudonym, store.fast_validation)
    with Crew(shared, store.seal, workers) as crew:
        for feed in load.feeds:
            file = folder / part / f"{feed.name}.ndjson"
            if file.exists():
                with file.open("rb") as opened, Source(opened) as source:
                    taken = take(store, feed.name, source, shared, lines_by_name=True, crew=crew).figures
                figures.update({name: getattr(taken, name) for name in taken.__struct_fields__})
    return {name: count for name, count in sorted(figures.items()) if count}


def run(store: Store) -> Finished:
    return reconcile(store, _MONTHS)


def counts(finished: Finished) -> dict[str, Count]:
    return {
        named((one.practice, one.indicator, one.period)): (one.value, one.excluded, one.queried)
        for one in finished.achievements
    }


def check(load: Load, part: str, finished: Finished) -> None:
    """Raises WrongCounts where a count or the number of an outcome differs from the truth after this part."""
    truth = load.truths[part]
    faults = compared(truth.between(FIRST_MONTH, LAST_MONTH), counts(finished))
    if finished.run.outcomes != truth.outcomes:
        faults.append(f"Records end as {finished.run.outcomes}, and the truth is {truth.outcomes}")
    if faults:
        raise WrongCounts(f"{len(faults)} counts are wrong after {part}. " + "; ".join(faults[:_SHOWN]))


def _tell(step: str, seconds: float, **more: Any) -> None:
    print(json.dumps({"step": step, "seconds": seconds, **more}), flush=True)


def _timed(step: str, work: Callable[[], Any], **more: Any) -> Any:
    begun = time.perf_counter()
    result = work()
    _tell(step, time.perf_counter() - begun, **more)
    return result


def main(folder: Path, url: str, data: Path) -> None:
    load = Load.of(folder)
    settings = Settings(url, data, patient_key=PATIENT_KEY)
    with open_store(url, settings) as store:
        prepare(store, folder, load)
        empty = stored(url, data / DATABASE)
        figures = _timed("ingest", lambda: ingest(store, folder, load, "base", cores()))
        if figures != load.truths["base"].figures:
            raise WrongCounts(f"Resources arrived as {figures}, and the truth is {load.truths['base'].figures}.")
        last = _timed("first run", lambda: run(store))
        check(load, "base", last)
        _tell("stored", 0, stored=msgspec.to_builtins(stored(url, data / DATABASE).less(empty)))
        for part in PARTS[1:]:
            _timed(f"ingest {part}", partial(ingest, store, folder, load, part, cores()))
            again = _timed(f"re-run {part}", lambda: run(store))
            check(load, part, again)
            with contextlib.redirect_stdout(io.StringIO()):
                begun = time.perf_counter()
                diff.show(store, last.run, again.run)
                spent = time.perf_counter() - begun
            _tell(f"diff {part}", spent)
            last = again


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
