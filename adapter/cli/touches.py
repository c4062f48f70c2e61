"""`adapter touches`: from a source identifier, a delivery, a feed or a code up to every count that it ever touched."""

from __future__ import annotations

import csv
import io
import json
import sys
from enum import StrEnum
from functools import partial
from typing import Annotated

import msgspec
import typer

from adapter.cli import console, options
from adapter.errors import UsageError
from adapter.provenance.touches import Ask, Touch, all_touched, of_code, of_identifier, of_row
from adapter.store.store import Store


class Format(StrEnum):
    """How counts are listed."""

    TABLE = "table"
    CSV = "csv"
    NDJSON = "ndjson"


def register(app: typer.Typer) -> None:
    app.command()(touches)


def touches(
    identifier: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--identifier",
            metavar="SYSTEM VALUE",
            help='Of a record, as its source sends it or as `adapter decisions` shows it. "-" reads the value from '
            'standard input; a system of "" is a resource id.',
        ),
    ] = None,
    delivery: Annotated[str | None, typer.Option("--delivery", metavar="ID", help="Everything in a delivery.")] = None,
    feed: Annotated[
        str | None,
        typer.Option("--feed", metavar="NAME", help="Everything of a feed; with --identifier: only its record."),
    ] = None,
    code: Annotated[str | None, typer.Option("--code", metavar="CODE", help="Every record that names it.")] = None,
    row: Annotated[
        str | None,
        typer.Option("--row", metavar="FILE:LINE", help="A row of a code table: every record that it reads."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="A table, or for scripts.")] = Format.TABLE,
    db: options.Database = None,
) -> None:
    """Show every count that something ever touched, in whatever run, superseded ones too: the way of `adapter trace`
    the other way round. A record touches a count by its own decision, and by those on the other records of the same
    vaccination (`linked`).

    Identifiers that hold an NHS number are looked up by their keyed hash; `sha256:…`, as decisions show them, is
    taken as it is.
    """
    asked = [each for each in (identifier, delivery, None if identifier else feed, code, row) if each]
    if len(asked) != 1:
        raise UsageError("Ask for one: --identifier SYSTEM VALUE, --delivery, --feed, --code or --row.")
    with options.stored(db) as store, console.working("versions looked at") as step:
        found = all_touched(store, way(store, identifier, delivery, feed, code, row), step)
    if format_ is Format.TABLE:
        _show(found.versions, found.touches)
        return
    names = [field.name for field in msgspec.structs.fields(Touch)]
    if format_ is Format.CSV:
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\n")
        writer.writerow(names)
        for one in found.touches:
            told = msgspec.structs.asdict(one)
            writer.writerow("|".join(told[name]) if isinstance(told[name], tuple) else told[name] for name in names)
        console.write(sheet.getvalue())
        return
    for one in found.touches:
        console.write(json.dumps(msgspec.to_builtins(one), ensure_ascii=False) + "\n")


def way(
    store: Store,
    identifier: tuple[str, str] | None,
    delivery: str | None,
    feed: str | None,
    code: str | None,
    row: str | None,
) -> Ask:
    """What pages of versions are asked for."""
    if identifier:
        system, value = identifier
        value = sys.stdin.read().strip() if value == "-" else value
        page = of_identifier(store, system, value, feed)
        return lambda _, __: page
    if delivery:
        return partial(store.version_search.of_delivery, delivery)
    if feed:
        return partial(store.version_search.of_feed, feed)
    return of_code(store, code) if code else of_row(store, row or "")


def _show(versions: int, found: list[Touch]) -> None:
    columns = (
        "practice",
        "programme",
        "indicator",
        "month",
        "value",
        "decided",
        "linked",
        "from run",
        "until run",
        "count",
    )
    rows = [
        (
            *(one.practice, one.programme, one.indicator, one.period, one.value, len(one.decided), len(one.linked)),
            *(one.from_run[:12], one.until_run[:12] if one.until_run else "stands", one.count[:12]),
        )
        for one in found
    ]
    title = f"{len(found)} counts touched by {versions} versions of records"
    console.out().print(console.table(title, columns, rows, right=("value", "decided", "linked")))
