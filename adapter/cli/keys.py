"""`adapter keys`: who may use the HTTP service, and for what."""

from __future__ import annotations

from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.store.api_keys import FEED_WRITE, checked, feed_of

keys = typer.Typer(help="Keys of the HTTP service: who may do what.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")


@keys.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who holds it.")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", help="feed:write:FEED (one), counts:read, audit:read, review:write, admin. Repeatable."
        ),
    ],
    practice: Annotated[
        str | None, typer.Option("--practice", metavar="ODS", help="Makes the feed this practice's own GP feed.")
    ] = None,
    gms_markers: Annotated[
        bool, typer.Option("--gms-markers", help="The feed's system sends the GMS attribute, so that a gap counts.")
    ] = False,
    db: options.Database = None,
) -> None:
    """Make a key. It is printed once and kept as a digest: who loses it needs a new one.

    `feed:write:FEED` makes the feed where it is new, of the kind that --practice says, as `adapter ingest` does.
    """
    feed = feed_of(checked(scope))
    if feed is None and (practice or gms_markers):
        raise UsageError(f"--practice and --gms-markers are about a feed: name it with --scope {FEED_WRITE}NAME.")
    owner = options.ods_code(practice)
    with options.stored(db) as store:
        if feed is not None:
            store.feeds.remember(feed, owner, None, gms_markers)
        _, text = store.api_keys.create(name, scope)
    console.write(text + "\n")


@keys.command("list")
def list_(db: options.Database = None) -> None:
    """List the keys, without their secrets, the revoked ones too."""
    with options.stored(db) as store:
        found = store.api_keys.listed()
    rows = [
        (
            one.id,
            one.name,
            " ".join(one.scopes),
            f"{one.created:%Y-%m-%d %H:%M}",
            f"{one.revoked:%Y-%m-%d %H:%M}" if one.revoked else "",
        )
        for one in found
    ]
    console.out().print(console.table("Keys", ("id", "name", "scopes", "made (UTC)", "revoked (UTC)"), rows))


@keys.command()
def revoke(
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it; no secret.")],
    db: options.Database = None,
) -> None:
    """Take a key back. A running service refuses it from the next request on."""
    with options.stored(db) as store:
        one = store.api_keys.revoke(id_)
    console.write(f"Key {one.id} opens nothing any more.\n")
