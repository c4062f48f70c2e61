"""`adapter checkpoint`: the ledger as it is now, signed, to be kept where the database is not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.feeds.timestamps import stamp
from adapter.provenance import proof
from adapter.provenance.checkpoint import verifier_key
from adapter.provenance.signing import signing_key
from adapter.provenance.timestamp import stamp_beside


def register(app: typer.Typer) -> None:
    app.command()(checkpoint)


def checkpoint(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
    line: Annotated[bool, typer.Option("--line", help="In one line, for a report.")] = False,
    verifier: Annotated[
        bool, typer.Option("--verifier-key", help="Show the key that others check signatures with instead.")
    ] = False,
    authority: Annotated[
        str | None,
        typer.Option("--timestamp", metavar="URL", help="Have it stamped there (RFC 3161); kept beside it, as .tsr."),
    ] = None,
    db: options.Database = None,
) -> None:
    """Sign what the ledger holds now: its length and its root. Keep it elsewhere, or give it away.

    It holds no patient and no number of anybody. `adapter verify --checkpoint FILE` checks the database against it.
    A time stamp is an authority's word that it was there by then; only a hash is sent to it.
    """
    if authority is not None and (out is None or verifier):
        raise UsageError("A time stamp is of a checkpoint's file: name it with --out.")
    key = signing_key(options.settings(db))
    with options.stored(db) as store:
        made = proof.checkpoint(store, key)
    text = verifier_key(key, made.origin) + "\n" if verifier else made.line + "\n" if line else made.note
    if out is None:
        console.write(text)
        return
    stamped = stamp(authority, text.encode()) if authority is not None else None
    out.write_text(text, encoding="utf-8")
    if stamped is not None:
        stamp_beside(out).write_bytes(stamped)
