"""`adapter emit`: the counts in CQRS's words."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from adapter.achievement.emission import lines_csv, lines_json
from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.provenance.emitting import emission, published
from adapter.provenance.signing import signing_key


class Format(StrEnum):
    """How lines are written."""

    CSV = "csv"
    JSON = "json"


def register(app: typer.Typer) -> None:
    app.command()(emit)


def emit(
    run: options.RunId = None,
    practice: options.Practice = None,
    publication: Annotated[
        int | None,
        typer.Option("--publication", metavar="NUMBER", help="Instead: a publication, as it was given, byte for byte."),
    ] = None,
    held: Annotated[
        bool, typer.Option("--held", help="The held counts, too. They must not be paid: their notes say why.")
    ] = False,
    format_: Annotated[Format, typer.Option("--format", help="Both have the same columns.")] = Format.CSV,
    db: options.Database = None,
) -> None:
    """Write the counts that are ready in CQRS's words: financial year, quality service, service provider, achievement
    date, indicator, value, notes. Each line has its run, its root and a signed checkpoint of the ledger. Nothing is
    sent, and nothing frozen: `adapter publish` does that. CQRS's own upload layout is not public.
    """
    if publication is not None and (run or practice or held):
        raise UsageError("A publication is written as it was given: leave --run, --practice and --held out.")
    key = signing_key(options.settings(db))
    with options.stored(db) as store:
        if publication is not None:
            lines = published(store, publication, key)
        else:
            lines = emission(store, store.runs.found(run), key, options.ods_code(practice), held=held)
    console.write(lines_csv(lines) if format_ is Format.CSV else lines_json(lines))
