"""`adapter counts`: the achievement counts of a run."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from adapter.achievement.achievement import Achievement
from adapter.achievement.emission import counts_csv, counts_json
from adapter.achievement.measure_report import bundle, text_of
from adapter.cli import console, options
from adapter.runs.counting import counts_in_force
from adapter.store.runs import Run


class Format(StrEnum):
    """How counts are written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    FHIR = "fhir"


def register(app: typer.Typer) -> None:
    app.command()(counts)


def counts(
    run: options.RunId = None,
    practice: options.Practice = None,
    format_: Annotated[Format, typer.Option("--format", help="A table for people, else for scripts.")] = Format.TABLE,
    db: options.Database = None,
) -> None:
    """Show the achievement counts of a run, by practice, programme, indicator and month.

    A held count must not be paid before somebody has looked: `incident` is a known fault of a source, `threshold` an
    unusually high value that `adapter declare COUNT` releases. `adapter trace COUNT` takes a count apart.
    """
    with options.stored(db) as store:
        found = store.runs.found(run)
        achievements = counts_in_force(store, found, options.ods_code(practice))
        excluded = store.runs.excluded(found, options.ods_code(practice)) if format_ is Format.FHIR else {}
    if format_ is Format.JSON:
        console.write(counts_json(achievements))
    elif format_ is Format.CSV:
        console.write(counts_csv(achievements))
    elif format_ is Format.FHIR:
        console.write(text_of(bundle(achievements, excluded, found.rules_version, found.finished.isoformat())))
    else:
        show(achievements, found)


def show(achievements: list[Achievement], run: Run) -> None:
    columns = ("practice", "programme", "indicator", "month", "value", "excluded", "queried", "state", "holds", "count")
    rows = [
        (
            one.practice,
            one.programme,
            one.indicator,
            one.period,
            one.value,
            one.excluded,
            one.queried,
            one.state,
            ", ".join(one.holds),
            one.count[:12],
        )
        for one in achievements
    ]
    title = f"Counts of run {run.id[:12]}" + (f", as of {run.as_of:%Y-%m-%d %H:%M} UTC" if run.as_of else "")
    console.out().print(console.table(title, columns, rows, right=("value", "excluded", "queried")))
    if not achievements:
        console.out().print(
            "No count stands here for these months. `adapter decisions` shows what became of each record."
        )
    beside = run.outcomes.get("queried", 0) - sum(one.queried for one in achievements)
    if beside > 0:
        console.out().print(
            f"{beside} more queried records of this run stand in none of these counts: they name no indicator or no "
            "month, or another month or practice. `adapter decisions` shows them."
        )
