"""`adapter diff`: what changed between two runs, why, and what it is worth."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from adapter.achievement.estimate import Estimate, total
from adapter.cli import console, options
from adapter.provenance.difference import Change, Wanted
from adapter.provenance.difference_text import (
    difference_csv,
    difference_json,
    difference_ndjson,
    money,
    said_of,
    verdict,
)
from adapter.provenance.effects import difference
from adapter.runs.ruleset import catalogue_in_force
from adapter.store.runs import Run
from adapter.store.store import Store


class Format(StrEnum):
    """How a difference is written."""

    TABLE = "table"
    CSV = "csv"
    NDJSON = "ndjson"
    JSON = "json"


def register(app: typer.Typer) -> None:
    app.command()(diff)


def diff(
    first: Annotated[str, typer.Argument(metavar="RUN", help="The earlier run's id, or its beginning.")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="The later run's.")],
    practice: options.Practice = None,
    programme: options.Programme = None,
    period: Annotated[str | None, typer.Option("--period", metavar="YYYY-MM", help="Only this month.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="A table for people. csv: a row a record. ndjson, json: everything.")
    ] = Format.TABLE,
    db: options.Database = None,
) -> None:
    """Show which counts and which vaccinations differ between two runs, what the difference is worth by the fees of
    `mappings/fees.csv` (an estimate), and why each record is decided otherwise: the cause and what brought it about, a
    record's version in its delivery, a twin, a review, a row of the tables, an entry of the directory.

    Where records and rules both changed, the records are decided again under the old rules, so that each effect has
    one cause. Where that cannot be done (the rules of then are no longer kept), the causes stand together, with `or`.
    """
    options.programme(programme)
    wanted = Wanted(options.ods_code(practice), programme, options.month(period) if period else None)
    with options.stored(db) as store:
        one, other = store.runs.found(first), store.runs.found(second)
        if format_ is Format.TABLE:
            show(store, one, other, wanted)
            return
        found = difference(store, one, other, wanted)
        catalogue = catalogue_in_force(store.mapping_releases.in_force())
        match format_:
            case Format.CSV:
                lines = difference_csv(found)
            case Format.NDJSON:
                lines = difference_ndjson(found, catalogue)
            case _:
                lines = iter((difference_json(found, catalogue),))
        for line in lines:
            console.write(line)


def show(store: Store, first: Run, second: Run, wanted: Wanted | None = None) -> None:
    out = console.out()
    found = difference(store, first, second, wanted)
    cells = ("practice", "programme", "indicator", "month", "before", "after")
    rows = [(one.practice, one.programme, one.indicator, one.period, one.before, one.after) for one in found.counts]
    title = f"Counts that differ between run {first.id[:12]} and run {second.id[:12]}"
    out.print(console.table(title, cells, rows, right=("before", "after")))
    if (first.period_from, first.period_to) != (second.period_from, second.period_to):
        out.print("The runs count different months: a month that only one of them counts differs by all of its count.")
    _money(money(found, catalogue_in_force(store.mapping_releases.in_force())))
    columns = ("practice", "programme", "month", "feed", "identifier", "before", "after", "cause")
    title = f"{len(found.changes)} records are decided otherwise"
    out.print(console.table(title, columns, [_row(one) for one in found.changes]))
    if not found.apart:
        out.print(
            "Records and rules both changed, and the rules of one of the runs are no longer kept: what did what cannot "
            "be told."
        )


def _money(estimates: list[Estimate]) -> None:
    if not estimates:
        return
    columns = ("practice", "programme", "doses", "pounds (estimate)", "fee for a dose")
    rows = [
        (
            one.practice,
            one.programme,
            f"{one.doses:+}",
            f"not known: no fee is stated for {one.unpriced}" if one.least is None else _range(one.least, one.most),
            "\n".join(one.fees),
        )
        for one in estimates
    ]
    out = console.out()
    title = "What the difference is worth: an estimate, the fee of the month for each dose"
    out.print(console.table(title, columns, rows, right=("doses", "pounds (estimate)")))
    together = total(estimates)
    if together:
        out.print(f"Together {_range(*together)} pounds, an estimate.")
    for each in sorted({each for one in estimates for each in one.open}):
        out.print(f"Not certain of a fee: {each}.")


def _range(least: str | None, most: str | None) -> str:
    return str(least) if least == most else f"{least} to {most}"


def _row(change: Change) -> tuple[object, ...]:
    shown = change.shown
    lines = [said_of(one) for one in change.effects]
    if len(lines) > 1:
        lines = [f"{line} → {verdict(one.after)}" for line, one in zip(lines, change.effects, strict=True)]
    return (
        shown.practice,
        shown.programme,
        shown.period,
        shown.record.feed,
        shown.record.value,
        verdict(change.before),
        verdict(change.after),
        "\n".join(lines),
    )
