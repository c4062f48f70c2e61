"""`adapter checkpoint`: the ledger as it is now, signed, to be kept where the database is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.provenance import proof
from adapter.provenance.checkpoint import verifier_key
from adapter.provenance.signing import signing_key


def register(app: typer.Typer) -> None:
    app.command()(checkpoint)


def checkpoint(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
    line: Annotated[bool, typer.Option("--line", help="In one line, for a report.")] = False,
    verifier: Annotated[
        bool, typer.Option("--verifier-key", help="Show the key that others check signatures with instead.")
    ] = False,
    db: options.Database = None,
) -> None:
    """Sign what the ledger holds now: its length and its root. Keep it elsewhere, or give it away.

    It holds no patient and no number of anybody. `adapter verify --checkpoint FILE` checks the database against it.
    """
    key = signing_key(options.settings(db))
    with options.stored(db) as store:
        made = proof.checkpoint(store, key)
    text = verifier_key(key, made.origin) + "\n" if verifier else made.line + "\n" if line else made.note
    if out is None:
        console.write(text)
    else:
        out.write_text(text, encoding="utf-8")
