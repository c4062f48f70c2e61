"""`adapter proof`: a small file by which others check a count, or that the ledger only grew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.provenance.checkpoint import read_checkpoint
from adapter.provenance.proof import consistency_proof, count_proof
from adapter.provenance.signing import signing_key


def register(app: typer.Typer) -> None:
    app.command()(proof)


def proof(
    count: Annotated[str | None, typer.Argument(metavar="COUNT", help="A count's id or its beginning.")] = None,
    decision: Annotated[
        str | None, typer.Option("--decision", metavar="ID", help="Show this decision to be one below the count.")
    ] = None,
    consistency: Annotated[
        Path | None,
        typer.Option("--consistency", metavar="FILE", help="Instead: that the ledger only grew since this checkpoint."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it there.")] = None,
    certificate: options.Certificate = None,
    db: options.Database = None,
) -> None:
    """Prove a count to somebody who has no access to the database. The file holds no patient.

    docs/how-to/check-a-proof.md has a script that checks it.
    """
    if (count is None) == (consistency is None):
        raise UsageError("Name a count, or a checkpoint with --consistency.")
    if certificate is not None and consistency is None:
        raise UsageError("A time stamp is of an earlier checkpoint: name it with --consistency.")
    key = signing_key(options.settings(db))
    with options.stored(db) as store:
        if consistency is not None:
            stamp = options.stamped(consistency, certificate)
            made = consistency_proof(store, read_checkpoint(options.text(consistency)), key)
            if stamp is not None:
                made |= {"old_checkpoint_stamped": {"when": stamp.when.isoformat(), "who": stamp.who}}
        else:
            made = count_proof(store, count or "", key, decision)
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    if out is None:
        console.write(text)
    else:
        out.write_text(text, encoding="utf-8")
