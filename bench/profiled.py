"""Where the time goes: ingest and first run of a load in one process on SQLite, under `cProfile`.

    python -m bench.profiled [--records 5000] [--lines 25]

Functions by their own time. The profiler itself makes small functions look dearer than they are.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import tempfile
from pathlib import Path

from adapter.settings import Settings
from adapter.store.store import open_store
from bench.load import make
from bench.ours import DATABASE, PATIENT_KEY, check, ingest, prepare, run


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--records", type=int, default=5_000)
    options.add_argument("--lines", type=int, default=25)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench") as name:
        place = Path(name)
        load = make(place / "load", asked.records)
        url = f"sqlite:///{place / DATABASE}"
        with open_store(url, Settings(url, place, patient_key=PATIENT_KEY)) as store:
            prepare(store, place / "load", load)
            with cProfile.Profile() as taking:
                ingest(store, place / "load", load, "base")
            with cProfile.Profile() as running:
                finished = run(store)
            check(load, "base", finished)
    for what, profile in (("ingest", taking), ("first run", running)):
        print(f"{what} of {load.records:,} records")
        pstats.Stats(profile).strip_dirs().sort_stats("tottime").print_stats(asked.lines)


if __name__ == "__main__":
    main()
