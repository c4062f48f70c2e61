"""`adapter registrations`: who is registered where, as practices list it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.intake.registration_list import read_registrations

registrations = typer.Typer(help="Who is registered where.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(registrations, name="registrations")


@registrations.callback()
def _group() -> None:
    pass


@registrations.command()
def load(
    file: Annotated[Path, typer.Argument(metavar="CSV", help="nhs_number,practice,from,to; `to` may be empty.")],
    db: options.Database = None,
) -> None:
    """Load a list of registrations. An NHS number becomes a keyed hash at once and is kept nowhere. A trace shows
    where the patient was registered on the day; no decision rests on it. One fault in the file and none is kept.
    """
    content = options.content(file)
    with options.stored(db) as store:
        found = read_registrations(content, store.pseudonym)
        if isinstance(found, tuple):
            console.faults(found, "No registration is kept.")
        fresh = store.registrations.add_all(found)
    console.write(f"{fresh} kept, {len(found) - fresh} known already.\n")
