"""Counts by one query over the same files, as somebody without this product would write it: quick, and with no word of
where they come from. It knows nothing of twins, marks, places, transfers, branches or the London date.
"""

from __future__ import annotations

import time
from pathlib import Path

import duckdb
from bench.plan import FIRST_MONTH, LAST_MONTH
from bench.truth import Count, named

MAPPINGS = Path(__file__).parents[1] / "mappings"

_QUERY = Path(__file__).with_suffix(".sql").read_text("utf-8")


def counts(folder: Path, threads: int = 2) -> tuple[float, dict[str, Count]]:
    """Wall time, and the values by practice, indicator and month. Nothing is said of what was excluded or queried."""
    begun = time.perf_counter()
    with duckdb.connect(config={"threads": threads}) as connection:
        asked = {
            "files": str(folder / "base" / "*.ndjson"),
            "practices": str(folder / "ods" / "epraccur.csv"),
            "codes": str(MAPPINGS / "snomed.csv"),
            "first": FIRST_MONTH,
            "last": LAST_MONTH,
        }
        rows = connection.execute(_QUERY, asked).fetchall()
    spent = time.perf_counter() - begun
    return spent, {named((practice, indicator, period)): (value, 0, 0) for practice, indicator, period, value in rows}


def wrong(truth: dict[str, Count], got: dict[str, Count]) -> dict[str, int]:
    """How many counts and how many months of practices have a wrong value. A month of a practice is wrong where one of
    its counts is.
    """
    values = {name: count[0] for name, count in truth.items() if count[0]}
    found = {name: count[0] for name, count in got.items() if count[0]}
    names = values.keys() | found.keys()
    off = {name for name in names if values.get(name, 0) != found.get(name, 0)}
    return {
        "counts": len(names),
        "wrong counts": len(off),
        "practice-months": len({_month(name) for name in names}),
        "wrong practice-months": len({_month(name) for name in off}),
        "paid too much": sum(max(0, found.get(name, 0) - values.get(name, 0)) for name in off),
        "paid too little": sum(max(0, values.get(name, 0) - found.get(name, 0)) for name in off),
    }


def _month(name: str) -> tuple[str, str]:
    practice, _, period = name.split("/")
    return practice, period
