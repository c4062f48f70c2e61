"""`adapter signals`: what is off in which feed, since when, how far from its own past, and what to do about it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from adapter.cli import options


class SignalFormat(StrEnum):
    """A table and sentences for people; JSON for machines."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"


FORMAT_HELP = "A table and sentences for people, one JSON document, or one JSON object a line."


def register(app: typer.Typer) -> None:
    app.command()(signals)


def signals(
    feed: Annotated[str | None, typer.Option("--feed", metavar="NAME", help="Only this feed.")] = None,
    practice: options.Practice = None,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WEEK", help="Judge from this week on (104 at most), else the last 12."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="WEEK", help="As if records made after this week were not there."),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="By what had arrived by then. A day is its end.")
    ] = None,
    records: Annotated[
        str | None, typer.Option("--records", metavar="ALARM", help="List the records behind an alarm, by its id.")
    ] = None,
    weekly: Annotated[
        bool, typer.Option("--weekly", help="Show the figures of each week instead of what is off in them.")
    ] = False,
    format_: Annotated[SignalFormat, typer.Option("--format", help=FORMAT_HELP)] = SignalFormat.TABLE,
    db: options.Database = None,
) -> None:
    """Show what is off in the feeds: by week, for each feed and practice, held against its own past. Looked at are the
    volume, who the performers are, performers that are missing or do not fit the place, records born elsewhere in
    practices' feeds, twins that disagree, codes that never came before, late recording and overdue deliveries.

    A week is the ISO week (2024-W36, or any day of it) in which the record was made. Only whole weeks are judged. No
    run is needed, and nothing is changed. An alarm is a reason to look, no verdict: `--records` lists what is behind
    it, and whether it is an incident is for a person to say.
    """
    from adapter.cli import alarms  # numpy and scipy take a while to load, and no other command needs them

    asked = alarms.asked(options.settings(db).gms_extension, as_of, since, until)
    with options.stored(db) as store:
        if records is not None:
            alarms.show_records(store, asked, records, format_)
        elif weekly:
            alarms.show_weeks(store, asked, feed, options.ods_code(practice), format_)
        else:
            alarms.show(store, asked, feed, options.ods_code(practice), format_)
