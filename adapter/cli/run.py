"""`adapter run`: one reconciliation."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console

from adapter.cli import console, options
from adapter.cli.options import Engine
from adapter.errors import UsageError
from adapter.feeds.feed_months import FeedMonth, lacking
from adapter.feeds.sources import sources_of
from adapter.runs.engine import Pool, Serial
from adapter.runs.reconciliation import Finished, Parameters, reconcile
from adapter.runs.spark import Spark


def register(app: typer.Typer) -> None:
    app.command()(run)


def run(
    period_from: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="The first month to count.")],
    period_to: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="The last month to count.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="Decide by what had arrived by then, in UTC.")
    ] = None,
    engine: Annotated[Engine, typer.Option("--engine", help="`spark` needs the extra of that name.")] = Engine.LOCAL,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Processes that decide. Else as many as cores, if it is worth it."),
    ] = None,
    spark_master: options.SparkMaster = None,
    full: Annotated[
        bool, typer.Option("--full", help="Decide everything anew, to the same result, not only what changed.")
    ] = False,
    db: options.Database = None,
) -> None:
    """Reconcile: link every record, decide it, count. Prints the run's id.

    The id is the hash of everything that went in: the same records under the same rules are the same run. Under the
    rules of the run before, only the patients are decided again of whom something new is known.
    """
    first, last = options.month(period_from), options.month(period_to)
    if last < first:
        raise UsageError("--to lies before --from.")
    settings = options.settings(db)
    parameters, sources = (
        Parameters(first, last, options.moment(as_of), settings.gms_extension),
        sources_of(settings.feeds_file),
    )
    if workers and engine is Engine.SPARK:
        raise UsageError("--workers is for this machine alone: with Spark the master says how many, as in local[2].")
    with options.stored(db) as store, _engine(engine, workers, spark_master, db) as chosen:
        place = None if engine is Engine.LOCAL else ""
        with console.working("Reconciling records") as step:
            finished = reconcile(store, parameters, step, chosen, full, place)
        unfinished = sorted({one.feed for one in store.deliveries.listed() if one.finished is None})
        months = lacking(store, sources, finished.run.as_of or finished.run.started, first, last)
    console.write(finished.run.id + "\n")
    _tell(finished, unfinished, months)


@contextmanager
def _engine(
    engine: Engine, workers: int | None, spark_master: str | None, db: str | None
) -> Iterator[Serial | Pool | Spark | None]:
    if engine is Engine.LOCAL:
        yield None if workers is None else Serial() if workers == 1 else Pool(workers)
        return
    with options.spark(spark_master, db) as spark:
        yield spark


def _tell(finished: Finished, unfinished: list[str], months: Sequence[FeedMonth]) -> None:
    """What a person wants to know at once; on stderr, so that a script reads the id alone."""
    told = Console(file=sys.stderr, highlight=False)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(finished.run.outcomes.items())) or "none"
    records = sum(finished.run.outcomes.values())
    told.print(f"{records} records decided: {outcomes}. {finished.counts} counts.", soft_wrap=True)
    if not finished.repeated and finished.decided < records:
        told.print(f"{finished.decided} of them were decided again; the others stand as they were.", soft_wrap=True)
    if unfinished:
        told.print(
            f"A delivery was cut off and is counted in part: feed {', '.join(unfinished)}. Ingest the same file again.",
            soft_wrap=True,
        )
    for state in ("late", "missing"):
        found = [f"{one.feed} {one.month}" for one in months if one.state == state]
        if found:
            told.print(f"Expected and {state} at the run's cut, so not counted: {', '.join(found)}.", soft_wrap=True)
    if finished.repeated:
        told.print("Nothing has changed since this run: its id is the same.")
    if not finished.organisations:
        told.print("No organisations are loaded, so every performer is unknown: `adapter ods load FILE...` first.")
