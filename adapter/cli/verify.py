"""`adapter verify`: is all that is kept what it was when it was kept?"""

from __future__ import annotations

import typer

from adapter.cli import console, options
from adapter.errors import AdapterError
from adapter.provenance.finding import Finding
from adapter.provenance.verification import verify as verified


def register(app: typer.Typer) -> None:
    app.command()(verify)


def verify(db: options.Database = None) -> None:
    """Compute every digest anew from what is stored, and check it against the ledger.

    Ends with 1 at the first thing that is not as it was, and names it.
    """
    with options.stored(db) as store, console.working("Checking rows") as step:
        found = verified(store, step)
    if isinstance(found, Finding):
        raise AdapterError(f"{found}. Keep the database as it is, and compare it with a copy.")
    console.write(f"{found.size} ledger entries and all that they bind are as they were. Root {found.root.hex()}\n")
