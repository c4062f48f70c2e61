"""Growth: the product alone on ever larger loads, one round each, with the physical limit beside it.

    python -m bench.growth [--least 100000] [--most 1000000] [--database sqlite]

Each size is ten times the one before. Ten million records are 23 GB of NDJSON and about as much again while they are
measured; a size's load is thrown away before the next one is made. The raw figures go to bench/results/.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec
from bench import machine
from bench.load import make
from bench.server import server
from bench.session import DATABASES, Round, Session
from bench.table import RESULTS, print_columns


def measured(records: int, databases: tuple[str, ...], folder: Path | None) -> dict[str, object]:
    """One size: records, bytes, the round."""
    with tempfile.TemporaryDirectory(prefix="bench", dir=folder) as name:
        place = Path(name)
        load = make(place / "load", records)
        with server(place) as running:
            found = Session(place / "load", running, place, _say).round(0, ("limit", *databases))
        return {"records": load.records, "patients": load.patients, "bytes": load.bytes["base"], "round": found}


def lines(found: list[dict[str, object]], databases: tuple[str, ...]) -> list[tuple[str, ...]]:
    """For each size and database what `HEAD` names; times in seconds."""
    shown: list[tuple[str, ...]] = []
    before: dict[str, float] = {}
    for size in found:
        one = size["round"]
        assert isinstance(one, Round)  # noqa: S101 - as `measured` made it
        for name in databases:
            ingest, first = one.seconds[f"{name} ingest"], one.seconds[f"{name} first run"]
            again = one.seconds[f"{name} re-run fault"] + one.seconds[f"{name} diff fault"]
            memory = max(peak for step, peak in one.memory.items() if step.startswith(name)) / 2**20
            total = ingest + first
            grown = f"{total / before[name]:.1f}" if name in before else "–"
            before[name] = total
            records = int(str(size["records"]))
            shown.append(
                (
                    f"{records:,}",
                    name,
                    f"{one.seconds['limit 2']:,.1f}",
                    f"{ingest:,.1f}",
                    f"{first:,.1f}",
                    f"{again:,.2f}",
                    grown,
                    f"{memory:,.0f}",
                    f"{one.stored[name].total / records:,.0f}",
                )
            )
    return shown


HEAD = ("records", "database", "limit 2", "ingest", "first run", "again, diff", "× before", "MiB", "bytes/record")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--least", type=int, default=100_000)
    options.add_argument("--most", type=int, default=1_000_000)
    options.add_argument("--database", choices=DATABASES, action="append", help="one of them; both if not named")
    options.add_argument("--folder", type=Path, default=None, help="a folder on a disk with room")
    asked = options.parse_args()
    databases = tuple(asked.database or DATABASES)
    found: list[dict[str, object]] = []
    records = asked.least
    file = RESULTS / "growth.json"
    while records <= asked.most:
        found.append(measured(records, databases, asked.folder))
        said = {"machine": machine.described(), "sizes": found}
        file.write_bytes(msgspec.json.format(msgspec.json.encode(said), indent=1) + b"\n")
        print_columns(HEAD, lines(found, databases))
        records *= 10
    print(f"\nRaw figures: {file.relative_to(RESULTS.parents[1])}")


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
