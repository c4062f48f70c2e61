"""`adapter diff`: what changed between two runs, and why."""

from __future__ import annotations

from typing import Annotated

import typer

from adapter.cli import console, options
from adapter.provenance.difference import Change, changes, count_changes
from adapter.reconcile.decision import Decision
from adapter.store.runs import Run
from adapter.store.store import Store


def register(app: typer.Typer) -> None:
    app.command()(diff)


def diff(
    first: Annotated[str, typer.Argument(metavar="RUN", help="The earlier run's id, or its beginning.")],
    second: Annotated[str, typer.Argument(metavar="RUN", help="The later run's.")],
    db: options.Database = None,
) -> None:
    """Show which counts and which vaccinations differ between two runs, each with its cause: a new or corrected
    record, a retraction, a twin, a review, changed tables or directory.
    """
    with options.stored(db) as store:
        show(store, store.runs.found(first), store.runs.found(second))


def show(store: Store, first: Run, second: Run) -> None:
    out = console.out()
    counts = count_changes(*store.runs.differing_counts(first, second))
    cells = ("practice", "programme", "indicator", "month", "before", "after")
    rows = [(one.practice, one.programme, one.indicator, one.period, one.before, one.after) for one in counts]
    title = f"Counts that differ between run {first.id[:12]} and run {second.id[:12]}"
    out.print(console.table(title, cells, rows, right=("before", "after")))
    before, after = store.runs.differing_decisions(first, second)
    found = changes((first, before), (second, after))
    columns = ("practice", "programme", "month", "feed", "identifier", "before", "after", "cause")
    out.print(console.table(f"{len(found)} records are decided otherwise", columns, [_row(one) for one in found]))


def _row(change: Change) -> tuple[object, ...]:
    shown = change.shown
    return (
        shown.practice,
        shown.programme,
        shown.period,
        shown.record.feed,
        shown.record.value,
        _said(change.before),
        _said(change.after),
        ", ".join(change.causes),
    )


def _said(decision: Decision | None) -> str:
    return f"{decision.outcome.value}: {decision.reason.value}" if decision else "–"
