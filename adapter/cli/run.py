"""`adapter run`: one reconciliation."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.runs.reconciliation import Finished, Parameters, reconcile


class Engine(StrEnum):
    """Where the work is done."""

    LOCAL = "local"
    SPARK = "spark"


def register(app: typer.Typer) -> None:
    app.command()(run)


def run(
    period_from: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="The first month to count.")],
    period_to: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="The last month to count.")],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="Decide by what had arrived by then, in UTC.")
    ] = None,
    engine: Annotated[Engine, typer.Option("--engine", help="`spark` needs the extra of that name.")] = Engine.LOCAL,
    db: options.Database = None,
) -> None:
    """Reconcile: link every record, decide it, count. Prints the run's id.

    The id is the hash of everything that went in: the same records under the same rules are the same run.
    """
    if engine is Engine.SPARK:
        raise UsageError("The Spark engine is not part of this version: leave out --engine.")
    first, last = options.month(period_from), options.month(period_to)
    if last < first:
        raise UsageError("--to lies before --from.")
    parameters = Parameters(first, last, options.moment(as_of), options.settings(db).gms_extension)
    with options.stored(db) as store, console.working("Reconciling records") as step:
        finished = reconcile(store, parameters, step)
        unfinished = sorted({one.feed for one in store.deliveries.listed() if one.finished is None})
    console.write(finished.run.id + "\n")
    _tell(finished, unfinished)


def _tell(finished: Finished, unfinished: list[str]) -> None:
    """What a person wants to know at once; on stderr, so that a script reads the id alone."""
    told = Console(file=sys.stderr, highlight=False)
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in sorted(finished.run.outcomes.items())) or "none"
    records = sum(finished.run.outcomes.values())
    told.print(f"{records} records decided: {outcomes}. {len(finished.achievements)} counts.", soft_wrap=True)
    if unfinished:
        told.print(
            f"A delivery was cut off and is counted in part: feed {', '.join(unfinished)}. Ingest the same file again.",
            soft_wrap=True,
        )
    if finished.repeated:
        told.print("Nothing has changed since this run: its id is the same.")
    if not finished.organisations:
        told.print("No organisations are loaded, so every performer is unknown: `adapter ods load FILE...` first.")
