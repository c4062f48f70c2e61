"""`adapter incident`: a source-system fault and what it holds back."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import Annotated

import typer

from adapter.achievement.incident import Item, Scope, what_to_do
from adapter.cli import console, options
from adapter.cli.publish import show_superseded
from adapter.reconcile.decision import decision_id
from adapter.runs import faults

commands = typer.Typer(
    name="incident",
    help="A source-system fault: hold its counts, list what each practice must check, close it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Name = Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident's name.")]
Who = Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so.")]
COLUMNS = ("practice", "programme", "indicator", "month", "occurred", "feed", "identifier", "outcome", "reason")
MORE = ("progress", "do", "system", "decision", "verdict", "by", "note")
"""Of the CSV alone. The last three are for the practice to fill in: then `adapter review --from` takes the file."""


class ListFormat(StrEnum):
    """A table for people; CSV to send to a practice."""

    TABLE = "table"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    app.add_typer(commands)


@commands.command("open")
def open_(
    name: Name,
    who: Who,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="What is wrong; no patient data.")],
    programme: Annotated[list[str], typer.Option("--programme", metavar="KEY", help="A programme; may be repeated.")],
    first: Annotated[str, typer.Option("--from", metavar="DAY", help="First day of vaccination, YYYY-MM-DD.")],
    last: Annotated[str, typer.Option("--to", metavar="DAY", help="Last day, included.")],
    feed: Annotated[
        list[str] | None,
        typer.Option("--feed", metavar="NAME", help="A feed that sent wrong records; may be repeated."),
    ] = None,
    system: Annotated[
        list[str] | None,
        typer.Option("--system", metavar="URL", help="An identifier system of the source; may be repeated."),
    ] = None,
    db: options.Database = None,
) -> None:
    """Declare a source-system fault. The counts that it may have touched are held from now on: those with a vaccination
    that a record of its feeds or identifier systems speaks of, or, where neither is named, all of its programmes and
    months, since a copy that lost the marks of its source can be told by nothing else.
    """
    days = (options.day(first).isoformat(), options.day(last).isoformat())
    scope = Scope(
        tuple(sorted(set(programme))), *days, tuple(sorted(set(feed or ()))), tuple(sorted(set(system or ())))
    )
    with options.stored(db) as store:
        incident, held = faults.open_incident(store, name, scope, reason, who)
    console.write(
        f"Incident {incident.id} is open. {len(held)} counts of the latest run are held by it. "
        f"`adapter incident show {incident.id}` lists the records to check.\n"
    )


@commands.command("list")
def list_(db: options.Database = None) -> None:
    """Show the incidents, of the tables and declared, and how many counts of the latest run each holds."""
    with options.stored(db) as store:
        found = faults.incidents(store)
    columns = ("incident", "where", "programmes", "from", "to", "state", "counts held", "reason")
    rows = [
        (
            one.id,
            "declared" if one.declared else "tables",
            ", ".join(one.programmes),
            one.first,
            one.last,
            f"closed {one.ending.closed[:10]}" if one.ending else "open",
            one.held,
            one.reason,
        )
        for one in found
    ]
    console.out().print(console.table("Incidents", columns, rows, right=("counts held",)))


@commands.command()
def show(
    name: Name,
    practice: options.Practice = None,
    format_: Annotated[ListFormat, typer.Option("--format", help="A table, or CSV for a practice.")] = ListFormat.TABLE,
    db: options.Database = None,
) -> None:
    """List the affected records by practice: what to check and what to do. Reviews, corrected records and retractions
    work it off; `adapter run` brings it up to date.
    """
    with options.stored(db) as store:
        items = faults.to_check(store, name, options.ods_code(practice))
    if format_ is ListFormat.CSV:
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow((*COLUMNS, *MORE))
        writer.writerows((*_row(item), *_more(item)) for item in items)
        console.write(sheet.getvalue())
        return
    title = f"Records to check in incident {name}"
    console.out().print(console.table(title, (*COLUMNS, "progress"), [(*_row(item), item.progress) for item in items]))
    left = [item for item in items if item.progress == "open"]
    console.out().print(f"{len(left)} of {len(items)} are still to be checked. --format csv says what to do with each.")


@commands.command()
def close(
    name: Name,
    who: Who,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What put it right.")],
    leave_open: Annotated[
        bool, typer.Option("--leave-open", help="Close it though records are still to be checked.")
    ] = False,
    db: options.Database = None,
) -> None:
    """Close an incident upon the latest run: its counts are released, the ready ones published, superseding what was
    published before, and the difference to the time when it was opened is shown.
    """
    with options.stored(db) as store:
        closed = faults.close_incident(store, name, who, note, leave_open=leave_open)
    console.write(
        f"Incident {name} is closed. Publication {closed.publication.number}: {closed.publication.counts} counts.\n"
    )
    if closed.held:
        console.write(f"{closed.held} of its counts are held still, for another reason: `adapter counts` says which.\n")
    columns = ("practice", "programme", "indicator", "month", "when opened", "now")
    rows = [(one.practice, one.programme, one.indicator, one.period, one.before, one.after) for one in closed.changed]
    if rows:
        title = "Counts that changed since it was opened"
        console.out().print(console.table(title, columns, rows, right=("when opened", "now")))
    if closed.runs:
        first, last = (run[:12] for run in closed.runs)
        console.write(f"Vaccination by vaccination: adapter diff {first} {last}\n")
    show_superseded(closed.superseded)


def _row(item: Item) -> tuple[object, ...]:
    one = item.shown
    if one is None:
        return (item.practice, *[""] * (len(COLUMNS) - 1))
    return (
        item.practice,
        one.programme,
        one.indicator,
        one.period,
        one.occurred,
        one.record.feed,
        one.record.value,
        one.outcome.value,
        one.reason.value,
    )


def _more(item: Item) -> tuple[object, ...]:
    one = item.shown
    named = (one.record.system, decision_id(one)) if one else ("", "")
    return (item.progress, what_to_do(item), *named, "", "", "")
