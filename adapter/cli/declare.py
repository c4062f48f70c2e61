"""`adapter declare`: a practice's word that a count is right; `adapter declarations` shows where they stand."""

from __future__ import annotations

from typing import Annotated

import typer

from adapter.achievement.declaration import AWAITING, DECLARED
from adapter.cli import console, options
from adapter.runs.declaring import declarations as standing
from adapter.runs.declaring import declare as keep

Who = Annotated[str, typer.Option("--by", metavar="WHO", help="Who speaks for the practice.")]


def register(app: typer.Typer) -> None:
    app.command()(declare)
    app.command()(declarations)


def declare(
    count: Annotated[str, typer.Argument(metavar="COUNT", help="A count's id, or its beginning.")],
    who: Who,
    note: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="What was checked, such as: records checked, all given here.")
    ],
    db: options.Database = None,
) -> None:
    """Declare that a count is right. It releases a count that is held for its height (`threshold`); a known fault of a
    source (`incident`) holds until it is closed. A declared count that changes goes back to undeclared.
    """
    with options.stored(db) as store:
        made, now = keep(store, count, who, note)
    state = f"It is held still: {', '.join(now.holds)}." if now.holds else "It is ready."
    console.write(f"Declared: {made.practice} {made.indicator} {made.period}, value {made.value}. {state}\n")


def declarations(practice: options.Practice = None, db: options.Database = None) -> None:
    """Show the newest declaration of each count, and whether it still stands in the latest run: a count that has
    changed since awaits the practice's approval again.
    """
    with options.stored(db) as store:
        found = standing(store, options.ods_code(practice))
    columns = ("practice", "indicator", "month", "declared value", "state", "by", "when", "note")
    rows = [
        (one.practice, one.indicator, one.period, one.value, each.state, one.who, one.when[:16], one.note)
        for each in found
        for one in (each.declaration,)
    ]
    console.out().print(console.table("Declarations", columns, rows, right=("declared value",)))
    lapsed = sum(each.state == AWAITING for each in found)
    if lapsed:
        console.out().print(f"{lapsed} must be declared again: the count is another one now.")
    elif found:
        console.out().print(f"All {len(found)} are {DECLARED}.")
