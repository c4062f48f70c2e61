"""`adapter feeds`: the sources, and what came by them."""

from __future__ import annotations

import typer

from adapter.cli import console, options

feeds = typer.Typer(help="The sources, and what came by them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(feeds, name="feeds")


@feeds.command("list")
def list_(db: options.Database = None) -> None:
    """List the feeds: what each was declared to be, when it last delivered, and what became of it all."""
    with options.stored(db) as store:
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


_FIGURES = ("received", "new", "deletes", "receipts", "quarantined")
