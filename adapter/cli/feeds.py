"""`adapter feeds`: the sources, and what came by them."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import Annotated

import typer

from adapter.cli import console, ingest, options
from adapter.cli.ingest import TakenAll
from adapter.feeds.pull import pull
from adapter.feeds.source_list import SourceState, states
from adapter.feeds.sources import source_of, sources_of

feeds = typer.Typer(help="The sources, and what came by them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(feeds, name="feeds")


@feeds.command("list")
def list_(db: options.Database = None) -> None:
    """List the feeds: what each was declared to be, when it last delivered, and what became of it all. Then the sources
    of ADAPTER_FEEDS_FILE: when pulling last went well, how far behind it is, the share of the newest pulls that failed,
    whether the service leaves it alone for a while (circuit open), and when it pulls next. Then what was to come, by
    feed and month: complete, awaited, late or missing.
    """
    sources = sources_of(options.settings(db).feeds_file)
    with options.stored(db) as store:
        pulled = states(store, sources, store.database.clock())
        known = store.feeds.listed()
        deliveries = store.deliveries.listed()
    rows = []
    for feed in known:
        own = [one for one in deliveries if one.feed == feed.name]
        last = max((one.received for one in own), default=None)
        rows.append(
            (
                feed.name,
                feed.kind,
                feed.practice,
                "yes" if feed.gms_markers else "no",
                len(own),
                sum(one.finished is None for one in own),
                f"{last:%Y-%m-%d %H:%M}" if last else "never",
                *(sum(getattr(one.figures, name) for one in own) for name in _FIGURES),
            )
        )
    columns = ("feed", "kind", "practice", "GMS markers", "deliveries", "cut off", "last (UTC)", *_FIGURES)
    console.out().print(console.table("Feeds", columns, rows, right=("deliveries", "cut off", *_FIGURES)))
    if pulled:
        heads = ("feed", "source", "last success (UTC)", "lag", "failed", "circuit", "next (UTC)", "state")
        console.out().print(console.table("Sources", heads, [_row(each) for each in pulled], right=("lag", "failed")))
    months = [month for each in pulled for month in each.months]
    if months:
        found = [(one.feed, one.month, one.state, f"{one.due:%Y-%m-%d}") for one in months]
        console.out().print(console.table("Feed-months", ("feed", "month", "state", "due"), found))


@feeds.command("pull")
def pull_(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A source of ADAPTER_FEEDS_FILE.")],
    db: options.Database = None,
) -> None:
    """Pull what is new at a source, now. What was taken stays whatever happens; where it does not come to its end, the
    next pull goes on from there, and what comes twice is a receipt.
    """
    source = source_of(sources_of(options.settings(db).feeds_file), name)
    with options.stored(db) as store:
        pulled = pull(store, name, source, os.environ)
        ingest.show(TakenAll(pulled.deliveries, 0, pulled.figures, pulled.reasons, (), 0))
        if pulled.note:
            console.out().print(pulled.note)


def _row(state: SourceState) -> tuple[str, ...]:
    told = state.fault or state.note or ("well" if state.success else "")
    return (
        state.feed,
        state.kind,
        _minute(state.success) if state.success or state.kind == "pushed" else "never",
        _lag(state.lag),
        "" if state.errors is None else f"{state.errors:.0%}",
        state.circuit.state if state.circuit else "",
        _minute(state.next),
        told or ("" if state.kind == "pushed" else "not pulled"),
    )


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else ""


def _lag(lag: timedelta | None) -> str:
    """`2 d 3 h`, `3 h 5 min`, `5 min`."""
    if lag is None:
        return ""
    minutes = int(lag.total_seconds()) // 60
    if minutes >= 24 * 60:
        return f"{minutes // 1440} d {minutes // 60 % 24} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


_FIGURES = ("received", "new", "deletes", "receipts", "quarantined")
