"""`adapter feeds`: the sources, and what came by them."""

from __future__ import annotations

import os
from datetime import timedelta
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
    of ADAPTER_FEEDS_FILE: when pulling last went well, and how far behind it is.
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
        heads = ("feed", "source", "last success (UTC)", "lag", "state")
        console.out().print(console.table("Sources", heads, [_row(each) for each in pulled], right=("lag",)))


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
    success = f"{state.success:%Y-%m-%d %H:%M}" if state.success else "never"
    return state.feed, state.kind, success, _lag(state.lag), state.fault or ("well" if state.success else "not pulled")


def _lag(lag: timedelta | None) -> str:
    """`2 d 3 h`, `3 h 5 min`, `5 min`."""
    if lag is None:
        return ""
    minutes = int(lag.total_seconds()) // 60
    if minutes >= 24 * 60:
        return f"{minutes // 1440} d {minutes // 60 % 24} h"
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"


_FIGURES = ("received", "new", "deletes", "receipts", "quarantined")
