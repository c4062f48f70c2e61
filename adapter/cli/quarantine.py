"""`adapter quarantine`: what could not be read, why, and trying again."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.intake.replay import replay as replayed

quarantine = typer.Typer(help="What could not be taken, why, and trying again.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(quarantine, name="quarantine")


@quarantine.command("list")
def list_(
    format_: Annotated[options.Table, typer.Option("--format", help="A table, or one JSON object a line.")] = (
        options.Table.TABLE
    ),
    closed: Annotated[bool, typer.Option("--all", help="Also those that were taken since.")] = False,
    db: options.Database = None,
) -> None:
    """List what stands in quarantine with every reason. No value that was sent is shown."""
    with options.stored(db) as store:
        found = store.quarantine.listed(closed)
    if format_ is options.Table.NDJSON:
        for one in found:
            console.write(json.dumps(one.shown(), ensure_ascii=False) + "\n")
        return
    rows = [
        (one.id[:12], one.feed, f"{one.received:%Y-%m-%d %H:%M}", one.pointer, issue.expression, issue.text)
        for one in found
        for issue in one.issues
    ]
    columns = ("id", "feed", "received", "at", "expression", "what is wrong")
    console.out().print(console.table(f"{len(found)} in quarantine", columns, rows))


@quarantine.command()
def show(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `quarantine list` shows it.")],
    db: options.Database = None,
) -> None:
    """Show one: every fault with its FHIRPath, where it came from, what became of it. `adapter trace ID` shows its
    verbatim bytes.
    """
    with options.stored(db) as store:
        one = store.quarantine.found(id_)
    out = console.out()
    out.print(f"{one.id} · feed {one.feed} · received {one.received:%Y-%m-%d %H:%M:%S} UTC", markup=False)
    out.print(f"delivery {one.delivery} · at {one.pointer or '(whole)'} · {one.length} bytes · sha256 {one.sha256}")
    for issue in one.issues:
        out.print(f"  {issue.code} at {issue.expression or '(the whole)'}: {issue.text}", markup=False)
    for outcome in one.outcomes:
        out.print(f"  tried again {outcome.when:%Y-%m-%d %H:%M:%S} UTC: {outcome.what}")


@quarantine.command()
def replay(
    id_: Annotated[str | None, typer.Argument(metavar="[ID]", help="One of them.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="All that stand.")] = False,
    db: options.Database = None,
) -> None:
    """Read the kept bytes again under the present version, and take what can now be taken."""
    if (id_ is None) != all_:
        raise UsageError("Name one ID, or give --all.")
    with options.stored(db) as store, console.working("Reading again") as step:
        taken, standing = replayed(store, store.quarantine.found(id_).id if id_ else None, step)
    console.write(f"{taken} taken, {standing} still stand.\n")
