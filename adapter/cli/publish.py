"""`adapter publish`: freeze the counts that are given to CQRS, and say what they supersede."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from adapter.achievement.emission import counts_csv
from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.runs.faults import publish as freeze
from adapter.store.publications import Superseded


def register(app: typer.Typer) -> None:
    app.command()(publish)


def publish(
    run: options.RunId = None,
    practice: options.Practice = None,
    who: Annotated[str | None, typer.Option("--by", metavar="WHO", help="Who publishes.")] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Why.")] = "monthly publication",
    listed: Annotated[bool, typer.Option("--list", help="Only list what was published.")] = False,
    show: Annotated[
        int | None, typer.Option("--show", metavar="NUMBER", help="Write a publication as CSV, as it was given.")
    ] = None,
    db: options.Database = None,
) -> None:
    """Freeze the counts of a run that are ready. Held counts are left out. What is published never changes: a later
    publication supersedes it, and says which counts differ.
    """
    with options.stored(db) as store:
        if listed or show is not None:
            if show is not None:
                console.write(counts_csv(store.publications.counts(show)))
                return
            columns = ("publication", "when", "by", "run", "counts", "note")
            rows = [
                (one.number, one.when[:16], one.who, store.runs.numbered(one.run).id[:12], one.counts, one.note)
                for one in store.publications.listed()
            ]
            console.out().print(console.table("Publications", columns, rows, right=("publication", "counts")))
            return
        if who is None:
            raise UsageError("Say who publishes: --by WHO.")
        publication, superseded = freeze(store, store.runs.found(run), who, note, options.ods_code(practice))
    console.write(f"Publication {publication.number}: {publication.counts} counts.\n")
    show_superseded(superseded)


def show_superseded(superseded: Sequence[Superseded]) -> None:
    """What a publication changes of earlier ones."""
    changed = [one for one in superseded if one.before is not None]
    columns = ("practice", "programme", "indicator", "month", "published before", "now")
    rows = [(*one.cell, one.before.value, one.after.value) for one in changed if one.before]
    if rows:
        right = ("published before", "now")
        console.out().print(console.table("Superseded", columns, rows, right=right))
