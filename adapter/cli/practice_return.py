"""`adapter return`: what a practice is told of its counts, and what it has to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from adapter.achievement import return_page
from adapter.achievement.practice_return import PracticeReturn
from adapter.cli import console, options
from adapter.errors import AdapterError, UsageError
from adapter.provenance.signing import known_signing_key
from adapter.runs.returns import returns


class ReturnFormat(StrEnum):
    """How a return is written."""

    TEXT = "text"
    HTML = "html"
    PDF = "pdf"


def register(app: typer.Typer) -> None:
    app.command("return")(practice_return)


def practice_return(
    practice: Annotated[
        str | None, typer.Option("--practice", metavar="ODS", help="The practice. Else all, each in a file of --out.")
    ] = None,
    run: options.RunId = None,
    month: Annotated[
        str | None, typer.Option("--period", metavar="YYYY-MM", help="Only this month. Else all that the run counted.")
    ] = None,
    format_: Annotated[
        ReturnFormat, typer.Option("--format", help="Text for a terminal; a page or a PDF to send.")
    ] = ReturnFormat.TEXT,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="PATH", help="A file; for all practices, a folder.")
    ] = None,
    db: options.Database = None,
) -> None:
    """Write a practice's return in plain language: what was counted, what is held and why, and what to do about which
    vaccination. No patient is named; a record is told by the identifier that its source gave it.

    The same run, and the same word of people since, gives the same bytes. It carries the signed checkpoint of the
    ledger if there is a signing key (`adapter checkpoint` makes one).
    """
    code = options.ods_code(practice)
    if code is None and out is None:
        raise UsageError("Name a practice by --practice, or a folder for the returns of all by --out.")
    if out is None and format_ is ReturnFormat.PDF and sys.stdout.isatty():
        raise UsageError("A PDF is not for a terminal: name a file by --out.")
    period = options.month(month) if month is not None else None
    key = known_signing_key(options.settings(db))
    written = 0
    with options.stored(db) as store:
        for one in returns(store, store.runs.found(run), key, code, period):
            content = writer(format_)(one)
            if out is None and format_ is ReturnFormat.PDF:
                sys.stdout.buffer.write(content)
            elif out is None:
                console.write(content.decode())
            else:
                _keep(out if code else out / f"{one.practice}.{_ENDINGS[format_]}", content)
            written += 1
    if out is not None and not code:
        console.write(f"{written} returns are written.\n")


def writer(format_: ReturnFormat) -> Callable[[PracticeReturn], bytes]:
    """How a return becomes bytes. The library that prints is loaded where it is wanted."""
    match format_:
        case ReturnFormat.TEXT:
            return lambda one: return_page.text(one).encode()
        case ReturnFormat.HTML:
            return lambda one: return_page.html(one).encode()
        case ReturnFormat.PDF:
            from adapter.achievement.return_print import pdf

            return pdf


_ENDINGS = {ReturnFormat.TEXT: "txt", ReturnFormat.HTML: "html", ReturnFormat.PDF: "pdf"}


def _keep(file: Path, content: bytes) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    except OSError as error:
        raise AdapterError(f"A return cannot be written: {error.strerror or 'check the place'}.") from None
