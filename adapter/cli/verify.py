"""`adapter verify`: is all that is kept what it was when it was kept?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import AdapterError, UsageError
from adapter.provenance.checkpoint import Checkpoint, is_signed, read_checkpoint, verifier_key
from adapter.provenance.finding import Finding
from adapter.provenance.signing import known_signing_key
from adapter.provenance.verification import verify as verified


def register(app: typer.Typer) -> None:
    app.command()(verify)


def verify(
    run: Annotated[
        str | None,
        typer.Option("--run", metavar="ID", help="Only what this run was made of and made; its id or beginning."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option("--checkpoint", metavar="FILE", help="Check against this one too: shows a ledger cut off."),
    ] = None,
    verifier: Annotated[
        str | None,
        typer.Option("--verifier-key", metavar="KEY", help="Who must have signed it. Else our own signing key."),
    ] = None,
    certificate: options.Certificate = None,
    db: options.Database = None,
) -> None:
    """Compute every digest anew, from the stored bytes up to the counts, and check the ledger that binds them.

    Ends with 1 at the first thing that is not as it was, and names it.
    """
    if certificate is not None and checkpoint is None:
        raise UsageError("A time stamp is of a checkpoint: name it with --checkpoint.")
    stamp = None if checkpoint is None else options.stamped(checkpoint, certificate)
    against = None if checkpoint is None else _signed(checkpoint, verifier, db)
    with options.stored(db) as store:
        found = verified(store, store.runs.found(run) if run else None, against, console.working)
    if isinstance(found, Finding):
        raise AdapterError(f"{found}. Keep the database as it is, and compare it with a copy.")
    what = "what the run was made of and made" if run else "all that they bind"
    console.write(f"{found.size} ledger entries, and {what}, are as they were. Root {found.root.hex()}\n")
    if stamp is not None:
        console.write(f"The checkpoint was there by {stamp.when:%Y-%m-%d %H:%M:%S} UTC, says {stamp.who}\n")


def _signed(file: Path, verifier: str | None, db: str | None) -> Checkpoint:
    """The checkpoint of a file, if the right key signed it."""
    read = read_checkpoint(options.text(file))
    if verifier is None:
        own = known_signing_key(options.settings(db))
        if own is None:
            raise UsageError("Whose signature must it be? Name the key with --verifier-key.")
        verifier = verifier_key(own, read.origin)
    if not is_signed(read, verifier):
        raise AdapterError("The checkpoint was not signed by this key: it was altered, or is another's.")
    return read
